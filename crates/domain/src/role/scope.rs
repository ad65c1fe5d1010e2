//! How far an assigned role reaches: everywhere, or to its targets. The first target narrows; nothing but taking all apps at
//! once ever widens again (contract: roles-and-targets §5.1; R7).

use std::collections::BTreeSet;

use super::RoleRefusal;
use super::kind::TargetKind;
use crate::authority::Targets;
use crate::id::{AppId, GroupId};

/// Targets that one assignment may have. The original has a limit too, and does not tell it.
pub const MOST_TARGETS: usize = 1000;

/// How far an assigned role reaches. An emptied scope reaches nothing: objects that are gone take their targets with them,
/// and that must not widen the role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    All,
    /// Members of these groups.
    Groups(BTreeSet<GroupId>),
    /// These apps.
    Apps(BTreeSet<AppTarget>),
}

/// An app that a role reaches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AppTarget {
    /// Every app of this kind, by the name in the catalog.
    Catalog(String),
    /// One app, with the name in the catalog that it has for good.
    Instance {
        /// The name in the catalog.
        name: String,
        /// The app.
        id: AppId,
    },
}

/// Something that a role can be narrowed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A group.
    Group(GroupId),
    /// An app.
    App(AppTarget),
}

impl Target {
    /// Which roles admit it.
    #[must_use]
    pub fn kind(&self) -> TargetKind {
        match self {
            Self::Group(_) => TargetKind::Groups,
            Self::App(_) => TargetKind::Apps,
        }
    }
}

impl AppTarget {
    /// The name in the catalog.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Catalog(name) | Self::Instance { name, .. } => name,
        }
    }
}

impl Scope {
    /// How many targets there are; none where everything is reached.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::All => 0,
            Self::Groups(groups) => groups.len(),
            Self::Apps(apps) => apps.len(),
        }
    }

    /// Whether there is no target.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether something is a target of its own.
    #[must_use]
    pub fn contains(&self, target: &Target) -> bool {
        match (self, target) {
            (Self::Groups(groups), Target::Group(group)) => groups.contains(group),
            (Self::Apps(apps), Target::App(app)) => apps.contains(app),
            _ => false,
        }
    }

    /// Every target.
    #[must_use]
    pub fn targets(&self) -> Vec<Target> {
        match self {
            Self::All => Vec::new(),
            Self::Groups(groups) => groups.iter().cloned().map(Target::Group).collect(),
            Self::Apps(apps) => apps.iter().cloned().map(Target::App).collect(),
        }
    }

    /// The scope with one more target. A whole app takes the place of those of its instances that are targets.
    pub(super) fn with(&self, target: &Target) -> Result<Self, RoleRefusal> {
        let widened = match target {
            Target::Group(group) => {
                let mut groups = match self {
                    Self::Groups(groups) => groups.clone(),
                    Self::All | Self::Apps(_) => BTreeSet::new(),
                };
                groups.insert(group.clone());
                Self::Groups(groups)
            }
            Target::App(app) => {
                let mut apps = match self {
                    Self::Apps(apps) => apps.clone(),
                    Self::All | Self::Groups(_) => BTreeSet::new(),
                };
                match app {
                    AppTarget::Catalog(name) => apps.retain(|known| known.name() != name),
                    AppTarget::Instance { name, .. } if apps.contains(&AppTarget::Catalog(name.clone())) => {
                        return Err(RoleRefusal::AppIsTarget);
                    }
                    AppTarget::Instance { .. } => {}
                }
                apps.insert(app.clone());
                Self::Apps(apps)
            }
        };
        if widened.len() > MOST_TARGETS {
            return Err(RoleRefusal::TooManyTargets);
        }
        Ok(widened)
    }

    /// The scope without a target.
    pub(super) fn without(&self, target: &Target) -> Result<Self, RoleRefusal> {
        if !self.contains(target) {
            return Err(RoleRefusal::NotATarget);
        }
        if self.len() == 1 {
            return Err(RoleRefusal::LastTarget);
        }
        let mut narrowed = self.clone();
        match (&mut narrowed, target) {
            (Self::Groups(groups), Target::Group(group)) => {
                groups.remove(group);
            }
            (Self::Apps(apps), Target::App(app)) => {
                apps.remove(app);
            }
            _ => {}
        }
        Ok(narrowed)
    }
}

impl From<&Scope> for Targets {
    fn from(scope: &Scope) -> Self {
        match scope {
            Scope::All => Self::All,
            Scope::Groups(groups) => Self::Groups(groups.clone()),
            Scope::Apps(apps) => {
                let (mut names, mut instances) = (BTreeSet::new(), BTreeSet::new());
                for app in apps {
                    match app {
                        AppTarget::Catalog(name) => drop(names.insert(name.clone())),
                        AppTarget::Instance { id, .. } => drop(instances.insert(id.clone())),
                    }
                }
                Self::Apps { names, instances }
            }
        }
    }
}
