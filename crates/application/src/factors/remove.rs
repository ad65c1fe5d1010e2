//! Removing a factor, and changing a question (contract: factors §6.6, §6.7, §11).

use denizen_domain::authority::Permission;
use denizen_domain::event::EventType;
use denizen_domain::factor::{Factor, FactorRefusal};
use denizen_domain::ports::{Changes, FactorWrite, Write};
use denizen_domain::user::{Status, User};

use super::enrol::Target;
use super::kinds::Memo;
use super::{EnrolFactor, factor_id, unknown_factor, update_factor, update_user};
use crate::account::Doer;
use crate::call::Call;
use crate::directory::{Directory, MOST_ROUNDS, must};
use crate::error::Error;

impl Directory {
    /// Removes a factor of a user (`unenrollFactor`; R6).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Factor`, `Conflict`.
    pub async fn remove_factor(
        &self,
        call: &Call,
        key: &str,
        id: &str,
        removes_recovery_number: bool,
    ) -> Result<(), Error> {
        let doer = Doer::caller(call);
        for _ in 0..MOST_ROUNDS {
            let user = self.find_user(call, key).await?;
            must(call, Permission::UsersResetFactors, &user)?;
            let found = self.ports.store.factor(&user.id, &factor_id(id)?).await?;
            let (factor, present) = found.ok_or_else(|| unknown_factor(id))?;
            if present.status == Status::Deprovisioned {
                return Err(FactorRefusal::UserStatus.into());
            }
            let at = self.now();
            let beside = self.removal(&present, &factor, removes_recovery_number, at).await?;
            let after = beside.user.unwrap_or_else(|| present.clone()).with_factors(-1);
            let mut changes = beside.changes;
            let delete = Write::Factor(FactorWrite::Delete(Box::new(factor.clone())));
            changes.writes.splice(0..0, [update_user(&present, after), delete]);
            let event = self.factor_event(&doer, EventType::FactorDeactivate, &present, factor.kind(), at);
            changes.events.push(event);
            let revoked = self.credential_event(&doer, EventType::CredentialRevoke, &present, &factor, at);
            changes.events.extend(revoked);
            if factor.is_active() {
                self.tell_reset(&mut changes, &doer, &present, Some(factor.kind()), at)?;
            }
            if self.committed(changes).await? {
                return Ok(());
            }
        }
        Err(Error::Conflict)
    }

    /// Puts another question in the place of a user's.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Factor`, `Busy`, `Conflict`.
    pub async fn replace_factor(
        &self,
        call: &Call,
        key: &str,
        id: &str,
        request: &EnrolFactor,
    ) -> Result<(User, Factor), Error> {
        let doer = Doer::caller(call);
        let mut memo = Memo::default();
        for _ in 0..MOST_ROUNDS {
            let user = self.find_user(call, key).await?;
            must(call, Permission::UsersCredentialsManage, &user)?;
            let factor = self.owned_factor(&user, id).await?;
            let kind = factor.kind();
            if kind != denizen_domain::factor::FactorKind::Question {
                return Err(FactorRefusal::NotOffered.into());
            }
            let at = self.now();
            let target = Target {
                id: &factor.id,
                kind,
                present: &[],
                at,
            };
            let new = self.new_device(&doer, &user, &target, request, &mut memo).await?;
            let to = Factor {
                last_updated: at.whole_seconds(),
                ..factor.with(new.device)
            };
            let changes = Changes {
                writes: vec![update_factor(&factor, to.clone())],
                events: vec![self.factor_event(&doer, EventType::FactorUpdate, &user, kind, at)],
                ..Changes::default()
            };
            if self.committed(changes).await? {
                return Ok((user.into_user(), to));
            }
        }
        Err(Error::Conflict)
    }
}
