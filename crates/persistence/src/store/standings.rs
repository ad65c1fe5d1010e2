//! Reading what somebody is to administrators.
//!
//! Few hold roles, so that all of them are remembered for as long as authority keeps its version. What is read each time are a
//! user's groups, with the version.

use std::sync::Arc;

use async_trait::async_trait;
use denizen_domain::authority::{Rank, Role, Standing};
use denizen_domain::id::{GroupId, UserId};
use denizen_domain::ports::{Roles, Standings, StoreError, TokenBearer};
use denizen_domain::secret::SecretDigest;
use denizen_domain::user::User;
use diesel::prelude::*;

use super::Store;
use super::grants::Ranks;
use super::row::bad_row;
use crate::schema::{authority, group_members, groups, role_assignments, users};

/// A group of a user, and the version of authority.
type MembershipRow = (Option<String>, Option<i64>);

impl Store {
    /// What a user in these groups is to administrators while authority has a version, which was read with them.
    pub(crate) async fn standing_in<'a>(
        &self,
        version: i64,
        user_id: &UserId,
        groups: impl Iterator<Item = &'a str> + Send,
    ) -> Result<Standing, StoreError> {
        let ranks = self.ranks_at(version).await?;
        let rank = |id: &str| ranks.get(id).copied().unwrap_or_default();
        let mut standing = Standing {
            rank: rank(user_id.as_str()),
            ..Standing::default()
        };
        for id in groups {
            let group = GroupId::parse(id).ok_or_else(|| bad_row("groups", id, "id"))?;
            standing.rank = standing.rank.max(rank(id));
            standing.groups.insert(group);
        }
        Ok(standing)
    }

    /// Who holds roles while authority has a version, which was read before.
    async fn ranks_at(&self, version: i64) -> Result<Arc<Ranks>, StoreError> {
        if let Some(known) = self.known_grants().ranks(version) {
            return Ok(known);
        }
        let held = || role_assignments::table.select((role_assignments::assignee, role_assignments::role));
        let rows: Vec<(String, String)> = self.rows(held).await?;
        let mut ranks = Ranks::new();
        for (assignee, name) in rows {
            let role = Role::parse(&name).ok_or_else(|| bad_row("role_assignments", &name, "role"))?;
            let rank: &mut Rank = ranks.entry(assignee).or_default();
            *rank = Rank::of([role]).max(*rank);
        }
        let ranks = Arc::new(ranks);
        self.known_grants().put_ranks(version, &ranks);
        Ok(ranks)
    }
}

#[async_trait]
impl Standings for Store {
    async fn standing_of(&self, user_id: &UserId) -> Result<Standing, StoreError> {
        let of_user = || {
            users::table
                .left_join(group_members::table.on(group_members::user_seq.eq(users::seq)))
                .left_join(groups::table.on(groups::seq.nullable().eq(group_members::group_seq.nullable())))
                .filter(users::id.eq(user_id.as_str()))
                .select((
                    groups::id.nullable(),
                    authority::table.select(authority::version).single_value(),
                ))
        };
        let rows: Vec<MembershipRow> = self.rows(of_user).await?;
        let Some((_, version)) = rows.first() else {
            return Ok(Standing::default());
        };
        let version = version.ok_or_else(|| bad_row("authority", "1", "version"))?;
        let groups = rows.iter().filter_map(|(id, _)| id.as_deref());
        self.standing_in(version, user_id, groups).await
    }

    async fn token_bearer_user_and_standing(
        &self,
        digest: &SecretDigest,
        id: &UserId,
    ) -> Result<(Option<TokenBearer>, Option<(User, Standing)>), StoreError> {
        self.bearer_user_and_standing(digest, id).await
    }

    async fn rank_of_group(&self, group_id: &GroupId) -> Result<Rank, StoreError> {
        let ranks = self.ranks_at(self.authority_version().await?).await?;
        Ok(ranks.get(group_id.as_str()).copied().unwrap_or_default())
    }
}
