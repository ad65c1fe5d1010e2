//! What somebody is to administrators, in memory.

use async_trait::async_trait;
use denizen_domain::authority::{Rank, Standing};
use denizen_domain::id::{GroupId, UserId};
use denizen_domain::ports::{Standings, StoreError, TokenBearer, Tokens, Users};
use denizen_domain::role::Assignee;
use denizen_domain::secret::SecretDigest;
use denizen_domain::user::User;

use super::MemoryStore;

#[async_trait]
impl Standings for MemoryStore {
    async fn standing_of(&self, user_id: &UserId) -> Result<Standing, StoreError> {
        let state = self.state();
        let joined = state.members.iter().filter(|(_, member)| member == user_id);
        let groups = joined.map(|(group, _)| group.clone()).collect();
        Ok(Standing {
            rank: Rank::of(state.grants_of(user_id).iter().map(|grant| grant.role)),
            groups,
        })
    }

    async fn token_bearer_user_and_standing(
        &self,
        digest: &SecretDigest,
        id: &UserId,
    ) -> Result<(Option<TokenBearer>, Option<(User, Standing)>), StoreError> {
        let bearer = self.token_bearer(digest).await?;
        let Some(user) = self.user(id).await? else {
            return Ok((bearer, None));
        };
        Ok((bearer, Some((user, self.standing_of(id).await?))))
    }

    async fn rank_of_group(&self, group_id: &GroupId) -> Result<Rank, StoreError> {
        let state = self.state();
        let group = Assignee::Group(group_id.clone());
        Ok(Rank::of(state.held_by(&group).map(|assignment| assignment.role)))
    }
}
