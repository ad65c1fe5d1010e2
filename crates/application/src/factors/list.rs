//! Reading factors (contract: factors §6.1, §6.5).

use denizen_domain::authority::Permission;
use denizen_domain::factor::{Factor, QuestionKey};
use denizen_domain::id::UserId;
use denizen_domain::user::User;

use super::{factor_id, unknown_factor};
use crate::call::Call;
use crate::directory::{Directory, must};
use crate::error::Error;
use crate::sight::Seen;

impl Directory {
    /// The factors of a user that the policy allows, in the order of their enrolment.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn factors(&self, call: &Call, key: &str) -> Result<(User, Vec<Factor>), Error> {
        let user = self.see_user(call, key).await?;
        must(call, Permission::UsersRead, &user)?;
        let factors = self.factors_of(&user.id).await?;
        Ok((user.into_user(), factors))
    }

    /// The factors of a user that the policy allows, of kinds that are used.
    pub(crate) async fn factors_of(&self, id: &UserId) -> Result<Vec<Factor>, Error> {
        let read = self.ports.store.user_with_factors(id).await?;
        let mut factors = read.map(|(_, factors)| factors).unwrap_or_default();
        let structure = self.structure().await?;
        factors.retain(|factor| {
            let kind = factor.kind();
            self.settings.factor_policy.allows(kind) && self.is_enabled_in(&structure, kind)
        });
        Ok(factors)
    }

    /// A factor of a user.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn factor(&self, call: &Call, key: &str, id: &str) -> Result<(User, Factor), Error> {
        let user = self.see_user(call, key).await?;
        must(call, Permission::UsersRead, &user)?;
        let factor = self.owned_factor(&user, id).await?;
        Ok((user.into_user(), factor))
    }

    /// The questions that a user may choose from, for whoever sees the user.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn security_questions(&self, call: &Call, key: &str) -> Result<Vec<QuestionKey>, Error> {
        let user = self.see_user(call, key).await?;
        must(call, Permission::UsersRead, &user)?;
        Ok(QuestionKey::offered().collect())
    }

    pub(crate) async fn owned_factor(&self, user: &Seen, id: &str) -> Result<Factor, Error> {
        let found = self.ports.store.factor(&user.id, &factor_id(id)?).await?;
        found.map(|(factor, _)| factor).ok_or_else(|| unknown_factor(id))
    }
}
