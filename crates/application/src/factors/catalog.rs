//! What a user can enrol (contract: factors §6.2).

use denizen_domain::authority::Permission;
use denizen_domain::factor::{Enrolment, Factor, FactorKind, FactorRecord, FactorStatus, NumberOnFile};
use denizen_domain::user::User;

use crate::call::Call;
use crate::directory::{Directory, must};
use crate::error::Error;

/// A kind of factor, as a user may have it.
#[derive(Clone, Debug, PartialEq)]
pub struct CatalogEntry {
    /// The kind.
    pub kind: FactorKind,
    /// Whether users may or must have it.
    pub enrolment: Enrolment,
    /// The user's own, in the order of their enrolment.
    pub enrolled: Vec<Factor>,
    /// The number that is on file for it.
    pub on_file: Option<NumberOnFile>,
}

impl CatalogEntry {
    /// Where the user stands with this kind; nothing where there is none.
    #[must_use]
    pub fn status(&self) -> Option<FactorStatus> {
        let active = self.enrolled.iter().find(|factor| factor.is_active());
        active.or(self.enrolled.first()).map(|factor| factor.status)
    }
}

impl Directory {
    /// The kinds of factor that a user may have, with the user.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn factor_catalog(&self, call: &Call, key: &str) -> Result<(User, Vec<CatalogEntry>), Error> {
        let user = self.see_user(call, key).await?;
        must(call, Permission::UsersRead, &user)?;
        let user = user.into_user();
        let factors = self.factors_of(&user.id).await?;
        let entries = self.catalog_of(factors, &user.factors).await?;
        Ok((user, entries))
    }

    /// The kinds of factor that somebody with these factors may have.
    pub(crate) async fn catalog_of(
        &self,
        factors: Vec<Factor>,
        record: &FactorRecord,
    ) -> Result<Vec<CatalogEntry>, Error> {
        let structure = self.structure().await?;
        let mut entries = Vec::new();
        for kind in FactorKind::ALL {
            let enrolment = self.settings.factor_policy.enrolment(kind);
            if enrolment == Enrolment::NotAllowed || !self.is_enabled_in(&structure, kind) {
                continue;
            }
            let enrolled = factors.iter().filter(|factor| factor.kind() == kind).cloned();
            entries.push(CatalogEntry {
                kind,
                enrolment,
                enrolled: enrolled.collect(),
                on_file: record.number(kind).cloned(),
            });
        }
        Ok(entries)
    }
}
