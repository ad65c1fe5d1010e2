//! Reading what somebody is to administrators.

use async_trait::async_trait;
use denizen_domain::authority::{Rank, Role, Standing};
use denizen_domain::id::{GroupId, UserId};
use denizen_domain::ports::{Standings, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

use super::Store;
use super::row::bad_row;
use crate::schema::{group_members, groups, role_assignments, users};

/// A group with a role that it carries, or a role of the user's own.
type StandingRow = (Option<String>, Option<String>);

fn role(name: &str) -> Result<Role, StoreError> {
    Role::parse(name).ok_or_else(|| bad_row("role_assignments", name, "role"))
}

#[async_trait]
impl Standings for Store {
    async fn standing_of(&self, user_id: &UserId) -> Result<Standing, StoreError> {
        let of_user = || {
            let through_groups = users::table
                .inner_join(group_members::table.on(group_members::user_seq.eq(users::seq)))
                .inner_join(groups::table.on(groups::seq.eq(group_members::group_seq)))
                .left_join(role_assignments::table.on(role_assignments::group_id.eq(groups::id.nullable())))
                .filter(users::id.eq(user_id.as_str()))
                .select((groups::id.nullable(), role_assignments::role.nullable()));
            let own = role_assignments::table
                .filter(role_assignments::user_id.eq(user_id.as_str()))
                .select((
                    diesel::dsl::sql::<Nullable<Text>>("NULL"),
                    role_assignments::role.nullable(),
                ));
            through_groups.union_all(own)
        };
        let rows: Vec<StandingRow> = self.rows(of_user).await?;
        let mut standing = Standing::default();
        for (group, name) in rows {
            if let Some(name) = name {
                standing.rank = standing.rank.max(Rank::of([role(&name)?]));
            }
            if let Some(id) = group {
                let id = GroupId::parse(&id).ok_or_else(|| bad_row("groups", &id, "id"))?;
                standing.groups.insert(id);
            }
        }
        Ok(standing)
    }

    async fn rank_of_group(&self, group_id: &GroupId) -> Result<Rank, StoreError> {
        let carried = || {
            role_assignments::table
                .filter(role_assignments::group_id.eq(group_id.as_str()))
                .select(role_assignments::role)
        };
        let names: Vec<String> = self.rows(carried).await?;
        let roles: Result<Vec<Role>, StoreError> = names.iter().map(|name| role(name)).collect();
        Ok(Rank::of(roles?))
    }
}
