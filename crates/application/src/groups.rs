//! Groups and who belongs to them (contract: groups-apps-tokens §1).

use denizen_domain::authority::{Permission, Rank, Subject};
use denizen_domain::event::{Entity, EventType};
use denizen_domain::group::{Group, GroupKind};
use denizen_domain::id::GroupId;
use denizen_domain::ports::{
    Changes, GroupCriterion, GroupSelection, GroupStats, MembershipWrite, Position, UserCriterion, UserSelection, Write,
};
use denizen_domain::profile::Attributes;
use denizen_domain::search::{GroupQuery, GroupSort, UserQuery};
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;

use crate::account::Doer;
use crate::call::{Call, Listing};
use crate::directory::{Directory, MOST_ROUNDS, must, must_at_large};
use crate::error::{Error, ResourceKind};
use crate::paging::limit_within;
use crate::super_administrators::Loss;

const MOST: usize = 10_000;
const DEFAULT_WITH_Q: usize = 300;
const MOST_MEMBERS: usize = 1000;

/// A request for a list of groups, as it was sent.
#[derive(Clone, Debug, Default)]
pub struct ListGroups {
    /// The name starts with this.
    pub q: Option<String>,
    /// A filter expression.
    pub filter: Option<String>,
    /// A search expression.
    pub search: Option<String>,
    /// The attribute to sort a search by.
    pub sort_by: Option<String>,
    /// `asc` or `desc`.
    pub sort_order: Option<String>,
    /// At most this many.
    pub limit: Option<i64>,
    /// Where to go on.
    pub after: Option<String>,
}

impl Directory {
    /// Reads a group (`getGroup`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn get_group(&self, call: &Call, id: &str) -> Result<Group, Error> {
        self.see_group(call, id).await
    }

    /// How many users and apps a group has, for `expand=stats`.
    ///
    /// # Errors
    /// `Forbidden`; as the store says.
    pub async fn group_stats(&self, call: &Call, id: &GroupId) -> Result<GroupStats, Error> {
        self.see_group(call, id.as_str()).await?;
        Ok(self.ports.store.group_stats(id).await?)
    }

    /// Reads a list of groups (`listGroups`).
    ///
    /// # Errors
    /// `Forbidden`, `Search`, `SearchWithFilter`, `InvalidCursor`, `Validation`, `SearchTimedOut`.
    pub async fn list_groups(&self, call: &Call, request: ListGroups) -> Result<Listing<Group>, Error> {
        let within = self.sight(call, Permission::GroupsRead)?;
        let given = |text: &Option<String>| text.as_ref().filter(|text| !text.is_empty()).cloned();
        let (q, filter, search) = (given(&request.q), given(&request.filter), given(&request.search));
        if search.is_some() && (q.is_some() || filter.is_some()) || q.is_some() && filter.is_some() {
            return Err(Error::SearchWithFilter);
        }
        let (is_search, pages) = (search.is_some(), q.is_none());
        let limit = limit_within(request.limit, if pages { MOST } else { DEFAULT_WITH_Q }, MOST)?;
        let structure = self.structure().await?;
        let schema = &structure.group_schema;
        let sort = match (is_search, given(&request.sort_by)) {
            (true, Some(by)) => Some(GroupSort::parse(&by, request.sort_order.as_deref(), schema)?),
            _ => None,
        };
        let criterion = match (q, filter, search) {
            (Some(text), _, _) => GroupCriterion::StartsWith(text),
            (_, Some(text), _) => GroupCriterion::Matching(GroupQuery::filter(&text, schema)?),
            (_, _, Some(text)) => GroupCriterion::Matching(GroupQuery::search(&text, schema)?),
            (None, None, None) => GroupCriterion::All,
        };
        let list = format!("groups {criterion:?} {sort:?}");
        let after = self.opened(request.after.as_deref().filter(|_| pages), &list, call)?;
        let selection = GroupSelection {
            criterion,
            within,
            sort,
            after,
            limit,
        };
        let mut page = self.ports.store.list_groups(&selection).await?;
        page.next = page.next.filter(|_| pages);
        Ok(self.listing(page, limit, &list, call))
    }

    /// Makes a group (`addGroup`).
    ///
    /// # Errors
    /// `Forbidden`, `Validation`, `Conflict`.
    pub async fn create_group(&self, call: &Call, profile: Attributes) -> Result<Group, Error> {
        must_at_large(call, Permission::GroupsCreate)?;
        for _ in 0..MOST_ROUNDS {
            let structure = self.structure().await?;
            let at = self.now();
            let checked = structure.group_schema.check_new(profile.clone(), "New UserGroup")?;
            let group = Group::create(GroupId::generate(at, self.random()), checked, at);
            let write = MembershipWrite::InsertGroup(Box::new(group.clone()));
            let mut changes = self.group_changes(call, write, EventType::GroupCreate, &group, at);
            changes.writes.insert(0, Write::ExpectStructure(structure.version));
            if self.committed(changes).await? {
                return Ok(group);
            }
        }
        Err(Error::Conflict)
    }

    /// Replaces a group's profile (`replaceGroup`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Group`, `Validation`, `Conflict`.
    pub async fn replace_group(&self, call: &Call, id: &str, profile: Attributes) -> Result<Group, Error> {
        for _ in 0..MOST_ROUNDS {
            let group = self.see_group(call, id).await?;
            self.must_with_group(call, Permission::GroupsManage, &group).await?;
            group.check_managed()?;
            let structure = self.structure().await?;
            let at = self.now();
            let checked = structure.group_schema.check_replace(profile.clone(), "UserGroup")?;
            let changed = group.with_profile(checked, at)?;
            let write = MembershipWrite::UpdateGroup {
                from: Box::new(group),
                to: Box::new(changed.clone()),
            };
            let mut changes = self.group_changes(call, write, EventType::GroupUpdateProfile, &changed, at);
            changes.writes.insert(0, Write::ExpectStructure(structure.version));
            if self.committed(changes).await? {
                return Ok(changed);
            }
        }
        Err(Error::Conflict)
    }

    /// Removes a group with its memberships (`deleteGroup`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Group`.
    pub async fn delete_group(&self, call: &Call, id: &str) -> Result<(), Error> {
        for _ in 0..MOST_ROUNDS {
            let group = self.see_group(call, id).await?;
            self.must_with_group(call, Permission::GroupsManage, &group).await?;
            group.check_managed()?;
            let write = MembershipWrite::DeleteGroup(group.id.clone());
            let mut changes = self.group_changes(call, write, EventType::GroupDelete, &group, self.now());
            self.guard(&mut changes, Loss::RoleOfGroup(&group.id)).await?;
            if self.committed(changes).await? {
                return Ok(());
            }
        }
        Err(Error::Conflict)
    }

    /// Lets a user into a group (`assignUserToGroup`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Group`, `Conflict`.
    pub async fn add_member(&self, call: &Call, id: &str, key: &str) -> Result<(), Error> {
        for _ in 0..MOST_ROUNDS {
            let group = self.see_group(call, id).await?;
            self.must_with_group(call, Permission::GroupsMembersManage, &group)
                .await?;
            let user = self.find_user(call, key).await?;
            group.check_joinable()?;
            if self.is_member(&group, &user).await? {
                return Ok(());
            }
            let mut changes = Changes::default();
            self.join(&mut changes, &Doer::caller(call), &group, &user, self.now());
            if self.committed(changes).await? {
                return Ok(());
            }
        }
        Err(Error::Conflict)
    }

    /// Takes a user from a group (`unassignUserFromGroup`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Group`.
    pub async fn remove_member(&self, call: &Call, id: &str, key: &str) -> Result<(), Error> {
        for _ in 0..MOST_ROUNDS {
            let group = self.see_group(call, id).await?;
            self.must_with_group(call, Permission::GroupsMembersManage, &group)
                .await?;
            let user = self.find_user(call, key).await?;
            group.check_managed()?;
            if !self.is_member(&group, &user).await? {
                return Ok(());
            }
            let at = self.now();
            let entities = vec![Entity::user(&user), group_entity(&group)];
            let event = self.event(&Doer::caller(call), EventType::GroupMembershipRemove, entities, at);
            let write = MembershipWrite::RemoveMember {
                group_id: group.id.clone(),
                user_id: user.id.clone(),
                at,
            };
            let mut changes = Changes {
                writes: vec![Write::Membership(write)],
                events: vec![event],
                messages: Vec::new(),
            };
            self.guard(&mut changes, Loss::Membership(&group.id, &user.id)).await?;
            if self.committed(changes).await? {
                return Ok(());
            }
        }
        Err(Error::Conflict)
    }

    /// Reads the members of a group (`listGroupUsers`); everybody is in `Everyone`.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Validation`, `InvalidCursor`.
    pub async fn list_members(
        &self,
        call: &Call,
        id: &str,
        after: Option<&str>,
        limit: Option<i64>,
    ) -> Result<Listing<User>, Error> {
        let group = self.see_group(call, id).await?;
        let limit = limit_within(limit, MOST_MEMBERS, MOST_MEMBERS)?;
        let list = format!("members {}", group.id);
        let after = self.opened(after, &list, call)?;
        let page = match group.kind {
            GroupKind::BuiltIn => self.everybody(after, limit).await?,
            GroupKind::OktaGroup | GroupKind::AppGroup => {
                self.ports.store.members_of(&group.id, after.as_ref(), limit).await?
            }
        };
        Ok(self.listing(page, limit, &list, call))
    }

    async fn everybody(
        &self,
        after: Option<Position>,
        limit: usize,
    ) -> Result<denizen_domain::ports::Page<User>, Error> {
        let structure = self.structure().await?;
        let schemas: Vec<_> = structure.user_types.iter().map(|(_, schema)| schema.clone()).collect();
        let everybody = UserQuery::search("profile.login pr", &schemas)?;
        let selection = UserSelection {
            criterion: UserCriterion::Matching(everybody),
            within: None,
            sort: None,
            after,
            limit,
        };
        Ok(self.ports.store.list_users(&selection).await?)
    }

    /// The groups of a user, `Everyone` first (`listUserGroups`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn list_user_groups(&self, call: &Call, key: &str) -> Result<Vec<Group>, Error> {
        let user = self.see_user(call, key).await?;
        must(call, Permission::UsersRead, &user)?;
        let mut groups = vec![self.everyone.clone()];
        groups.extend(self.ports.store.groups_of(&user.id).await?);
        if !call.caller.is(&user.id) {
            let sees = |group: &Group| {
                let subject = Subject::Group(&group.id, Rank::Ordinary);
                call.caller.sees(Permission::GroupsRead, subject)
            };
            groups.retain(sees);
        }
        Ok(groups)
    }

    /// The group that a path or a body names.
    pub(crate) async fn find_group(&self, id: &str) -> Result<Group, Error> {
        let found = match GroupId::parse(id) {
            Some(id) => self.ports.store.group(&id).await?,
            None => None,
        };
        found.ok_or_else(|| Error::not_found(ResourceKind::UserGroup, id))
    }

    async fn is_member(&self, group: &Group, user: &User) -> Result<bool, Error> {
        let groups = self.ports.store.groups_of(&user.id).await?;
        Ok(groups.iter().any(|known| known.id == group.id))
    }

    /// Adds a membership and what the log tells of it.
    pub(crate) fn join(&self, changes: &mut Changes, doer: &Doer, group: &Group, user: &User, at: Timestamp) {
        changes.writes.push(Write::Membership(MembershipWrite::AddMember {
            group_id: group.id.clone(),
            user_id: user.id.clone(),
            at,
        }));
        let entities = vec![Entity::user(user), group_entity(group)];
        changes
            .events
            .push(self.event(doer, EventType::GroupMembershipAdd, entities, at));
    }

    fn group_changes(
        &self,
        call: &Call,
        write: MembershipWrite,
        event: EventType,
        about: &Group,
        at: Timestamp,
    ) -> Changes {
        Changes {
            writes: vec![Write::Membership(write)],
            events: vec![self.event(&Doer::caller(call), event, vec![group_entity(about)], at)],
            messages: Vec::new(),
        }
    }
}

/// A group as a participant of an event.
pub(crate) fn group_entity(group: &Group) -> Entity {
    Entity {
        id: group.id.to_string(),
        kind: "UserGroup".to_owned(),
        alternate_id: None,
        display_name: Some(group.name()),
    }
}
