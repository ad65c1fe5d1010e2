//! Profiles of custom tokens (contract: factors §16.2).

use denizen_domain::authority::Permission;
use denizen_domain::event::{Entity, EventType};
use denizen_domain::factor::hotp::{HotpProfile, HotpSettings, MOST_PROFILES, check_name};
use denizen_domain::id::HotpProfileId;
use denizen_domain::ports::{Changes, StructureWrite, Write};
use denizen_domain::validation::Validation;

use crate::account::Doer;
use crate::call::Call;
use crate::directory::{Directory, must_at_large};
use crate::error::{Error, ResourceKind};

/// A profile as it is asked for.
#[derive(Clone, Debug, Default)]
pub struct DescribeHotpProfile {
    /// What people call it.
    pub name: String,
    /// Whether it is offered first; as it was where nothing is said.
    pub is_default: Option<bool>,
    /// How codes are made; the usual way where nothing is said.
    pub settings: Option<HotpSettings>,
}

impl Directory {
    /// Reads every profile (`listHotpProfiles`).
    ///
    /// # Errors
    /// `Forbidden`.
    pub async fn list_hotp_profiles(&self, call: &Call) -> Result<Vec<HotpProfile>, Error> {
        must_at_large(call, Permission::OrgFactorsRead)?;
        Ok(self.structure().await?.hotp_profiles.clone())
    }

    /// Reads a profile (`getHotpProfile`).
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn get_hotp_profile(&self, call: &Call, id: &str) -> Result<HotpProfile, Error> {
        must_at_large(call, Permission::OrgFactorsRead)?;
        self.hotp_profile(id).await
    }

    /// The profile with an id.
    pub(crate) async fn hotp_profile(&self, id: &str) -> Result<HotpProfile, Error> {
        let structure = self.structure().await?;
        structure.hotp_profile(id).cloned().ok_or_else(|| unknown(id))
    }

    /// Makes a profile (`createHotpProfile`). The first one is the default.
    ///
    /// # Errors
    /// `Forbidden`, `Validation`, `Conflict`.
    pub async fn create_hotp_profile(&self, call: &Call, request: &DescribeHotpProfile) -> Result<HotpProfile, Error> {
        must_at_large(call, Permission::OrgFactorsManage)?;
        self.change_structure(|structure| {
            let present = &structure.hotp_profiles;
            check_name(&request.name, None, present)?;
            if present.len() >= MOST_PROFILES {
                return Err(Validation::new("name", "There are too many profiles").into());
            }
            let profile = HotpProfile {
                id: HotpProfileId::generate(self.now(), self.random()),
                name: request.name.clone(),
                is_default: request.is_default.unwrap_or(present.is_empty()),
                settings: request.settings.unwrap_or_default(),
            };
            let write = StructureWrite::InsertHotpProfile(Box::new(profile.clone()));
            let changes = self.profile_changes(call, write, EventType::HotpProfileCreate, &profile, present);
            Ok((changes, profile))
        })
        .await
    }

    /// Changes the name of a profile (`replaceHotpProfile`). Its settings stay, for tokens are enrolled by them.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `Validation`, `Conflict`.
    pub async fn replace_hotp_profile(
        &self,
        call: &Call,
        id: &str,
        request: &DescribeHotpProfile,
    ) -> Result<HotpProfile, Error> {
        must_at_large(call, Permission::OrgFactorsManage)?;
        self.change_structure(|structure| {
            let (present, from) = (&structure.hotp_profiles, structure.hotp_profile(id));
            let from = from.ok_or_else(|| unknown(id))?;
            check_name(&request.name, Some(&from.id), present)?;
            if request.settings.is_some_and(|settings| settings != from.settings) {
                return Err(Validation::field("settings", "The field cannot be modified").into());
            }
            let to = HotpProfile {
                name: request.name.clone(),
                is_default: request.is_default.unwrap_or(from.is_default),
                ..from.clone()
            };
            if to == *from {
                return Ok((Changes::default(), to));
            }
            let write = StructureWrite::UpdateHotpProfile(Box::new(to.clone()));
            let changes = self.profile_changes(call, write, EventType::HotpProfileUpdate, &to, present);
            Ok((changes, to))
        })
        .await
    }

    /// The change of a profile, and of whichever was the default before.
    fn profile_changes(
        &self,
        call: &Call,
        write: StructureWrite,
        event: EventType,
        about: &HotpProfile,
        present: &[HotpProfile],
    ) -> Changes {
        let replaced = present
            .iter()
            .filter(|other| about.is_default && other.is_default && other.id != about.id);
        let replaced = replaced.map(|other| {
            let other = HotpProfile {
                is_default: false,
                ..other.clone()
            };
            Write::Structure(StructureWrite::UpdateHotpProfile(Box::new(other)))
        });
        let mut writes: Vec<Write> = replaced.collect();
        writes.push(Write::Structure(write));
        let entity = Entity {
            id: about.id.to_string(),
            kind: "HotpFactorProfile".to_owned(),
            alternate_id: None,
            display_name: Some(about.name.clone()),
        };
        Changes {
            writes,
            events: vec![self.event(&Doer::caller(call), event, vec![entity], self.now())],
            messages: Vec::new(),
        }
    }
}

fn unknown(id: &str) -> Error {
    Error::not_found(ResourceKind::HotpProfile, id)
}
