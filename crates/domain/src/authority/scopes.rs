//! OAuth scopes: what an access token was issued for (contract: groups-apps-tokens §4).

use std::collections::BTreeSet;

use super::Permission;

/// The scopes of an access token. They narrow what the caller's roles allow, and never widen it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(BTreeSet<String>);

impl Scopes {
    /// Scopes by their names.
    pub fn new(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether one of them has this name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// Whether they cover a permission: `okta.users.read` needs the scope of the same name or `okta.users.manage`, which every
    /// other permission on users needs.
    #[must_use]
    pub fn cover(&self, permission: Permission) -> bool {
        self.have(permission, "")
    }

    /// Whether they cover what a caller does to themself: beside the scopes for everybody, there are those that end in `.self`.
    #[must_use]
    pub fn cover_for_oneself(&self, permission: Permission) -> bool {
        self.have(permission, "") || self.have(permission, ".self")
    }

    fn have(&self, permission: Permission, ending: &str) -> bool {
        let Some((family, is_reading)) = family(permission) else {
            return false;
        };
        let has = |kind: &str| self.0.contains(&format!("{family}.{kind}{ending}"));
        has("manage") || is_reading && has("read")
    }
}

impl Permission {
    /// The scope that is asked for where a token's scopes do not cover the permission.
    #[must_use]
    pub fn scope(self) -> String {
        let (family, is_reading) = family(self).unwrap_or_default();
        format!("{family}.{}", if is_reading { "read" } else { "manage" })
    }
}

/// The family of scopes that a permission belongs to, and whether reading is all it asks for.
fn family(permission: Permission) -> Option<(&'static str, bool)> {
    let name = permission.as_str();
    let end = name.match_indices('.').nth(1)?.0;
    let (family, rest) = name.split_at(end);
    Some((family, rest.ends_with(".read")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::is_known_scope;

    #[test]
    fn reading_needs_either_scope_and_changing_needs_manage() {
        let (read, manage) = (Scopes::new(["okta.users.read"]), Scopes::new(["okta.users.manage"]));
        assert!(read.cover(Permission::UsersRead) && manage.cover(Permission::UsersRead));
        assert!(!read.cover(Permission::UsersActivate) && manage.cover(Permission::UsersActivate));
        assert!(!manage.cover(Permission::GroupsRead) && !Scopes::default().cover(Permission::UsersRead));
    }

    #[test]
    fn scopes_for_oneself_cover_nobody_else() {
        let own = Scopes::new(["okta.users.read.self", "okta.groups.manage.self"]);
        assert!(own.cover_for_oneself(Permission::UsersRead) && !own.cover(Permission::UsersRead));
        assert!(!own.cover_for_oneself(Permission::UsersProfileManage));
        assert_eq!(Permission::UsersRead.scope(), "okta.users.read");
        assert_eq!(Permission::GroupsMembersManage.scope(), "okta.groups.manage");
        assert_eq!(Permission::ApiTokensManage.scope(), "okta.apiTokens.manage");
    }

    #[test]
    fn a_permission_asks_for_a_scope_that_can_be_granted() {
        for &permission in Permission::ALL {
            let wanted = permission.scope();
            assert!(is_known_scope(&wanted), "{wanted}");
            assert!(Scopes::new([wanted]).cover(permission), "{permission:?}");
        }
    }

    #[test]
    fn every_permission_belongs_to_a_family() {
        for &permission in Permission::ALL {
            assert!(family(permission).is_some(), "{permission:?}");
        }
    }
}
