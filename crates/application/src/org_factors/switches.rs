//! Which kinds of factor are used (contract: factors §16.1).

use denizen_domain::authority::Permission;
use denizen_domain::event::{Entity, EventType};
use denizen_domain::factor::FactorKind;
use denizen_domain::ports::{Changes, StructureWrite, Write};
use denizen_domain::search::{Literal, SearchError, Syntax, parse};

use crate::account::Doer;
use crate::call::Call;
use crate::directory::{Directory, must_at_large};
use crate::error::{Error, ResourceKind};

/// A kind of factor as the organization has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrgFactor {
    /// The kind.
    pub kind: FactorKind,
    /// Whether it is used.
    pub is_on: bool,
}

impl Directory {
    /// Reads every kind of factor, or those in a status (`listOrgFactors`).
    ///
    /// # Errors
    /// `Forbidden`, `Search`.
    pub async fn list_org_factors(&self, call: &Call, filter: Option<&str>) -> Result<Vec<OrgFactor>, Error> {
        must_at_large(call, Permission::OrgFactorsRead)?;
        let wanted = filter.map(status_asked_for).transpose()?;
        let (structure, connected) = (self.structure().await?, self.ports.connectors.kinds());
        let all = FactorKind::ALL.into_iter().map(|kind| OrgFactor {
            kind,
            is_on: structure.factor_switches.is_on(kind, &connected),
        });
        Ok(all
            .filter(|factor| wanted.is_none_or(|wanted| wanted == factor.is_on))
            .collect())
    }

    /// Reads a kind of factor (`getOrgFactor`).
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`.
    pub async fn get_org_factor(&self, call: &Call, name: &str) -> Result<OrgFactor, Error> {
        must_at_large(call, Permission::OrgFactorsRead)?;
        let kind = known(name)?;
        let (structure, connected) = (self.structure().await?, self.ports.connectors.kinds());
        let is_on = structure.factor_switches.is_on(kind, &connected);
        Ok(OrgFactor { kind, is_on })
    }

    /// Switches a kind of factor on or off (`activateOrgFactor`, `deactivateOrgFactor`). Nothing happens where it is so.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound`, `FactorSwitch`, `Conflict`.
    pub async fn switch_org_factor(&self, call: &Call, name: &str, is_on: bool) -> Result<OrgFactor, Error> {
        must_at_large(call, Permission::OrgFactorsManage)?;
        let (kind, connected) = (known(name)?, self.ports.connectors.kinds());
        self.change_structure(|structure| {
            let changed = structure.factor_switches.switch(kind, is_on, &connected)?;
            let changes = changed.map(|_| self.switch_changes(call, kind, is_on));
            Ok((changes.unwrap_or_default(), OrgFactor { kind, is_on }))
        })
        .await
    }

    fn switch_changes(&self, call: &Call, kind: FactorKind, is_on: bool) -> Changes {
        let event = if is_on {
            EventType::OrgFactorActivate
        } else {
            EventType::OrgFactorDeactivate
        };
        let entity = Entity {
            id: kind.org_name().to_owned(),
            kind: "OrgFactor".to_owned(),
            alternate_id: Some(kind.provider().to_owned()),
            display_name: Some(kind.factor_type().to_owned()),
        };
        Changes {
            writes: vec![Write::Structure(StructureWrite::SwitchFactor { kind, is_on })],
            events: vec![self.event(&Doer::caller(call), event, vec![entity], self.now())],
            messages: Vec::new(),
        }
    }
}

fn known(name: &str) -> Result<FactorKind, Error> {
    FactorKind::of_org_name(name).ok_or_else(|| Error::not_found(ResourceKind::OrgFactor, name))
}

/// The one filter that is understood: whether factors are used.
fn status_asked_for(filter: &str) -> Result<bool, Error> {
    let Syntax::Compare {
        attribute,
        operator,
        value: Literal::Text(status),
    } = parse(filter)?
    else {
        return Err(SearchError::Unsupported.into());
    };
    if attribute != "status" || operator != "eq" {
        return Err(SearchError::Unsupported.into());
    }
    match status.as_str() {
        "ACTIVE" => Ok(true),
        "INACTIVE" => Ok(false),
        _ => Err(SearchError::Malformed.into()),
    }
}
