//! The scopes that there are, and which of them a client asks for (contract: groups-apps-tokens §4).

use super::refusal::{OAuthCode, OAuthRefusal};

/// Every scope that can be granted.
pub const KNOWN_SCOPES: &[&str] = &[
    "okta.apiTokens.manage",
    "okta.apiTokens.read",
    "okta.appGrants.manage",
    "okta.appGrants.read",
    "okta.apps.manage",
    "okta.apps.read",
    "okta.clients.manage",
    "okta.clients.read",
    "okta.factors.manage",
    "okta.factors.read",
    "okta.groups.manage",
    "okta.groups.read",
    "okta.linkedObjects.manage",
    "okta.linkedObjects.read",
    "okta.logs.read",
    "okta.orgs.manage",
    "okta.orgs.read",
    "okta.policies.manage",
    "okta.policies.read",
    "okta.roles.manage",
    "okta.roles.read",
    "okta.schemas.manage",
    "okta.schemas.read",
    "okta.sessions.manage",
    "okta.sessions.read",
    "okta.templates.manage",
    "okta.templates.read",
    "okta.userTypes.manage",
    "okta.userTypes.read",
    "okta.users.manage",
    "okta.users.manage.self",
    "okta.users.read",
    "okta.users.read.self",
    "okta.authorizationServers.manage",
    "okta.authorizationServers.read",
];

/// Whether a scope can be granted.
#[must_use]
pub fn is_known_scope(scope: &str) -> bool {
    KNOWN_SCOPES.contains(&scope)
}

/// The scopes that a request names, each once.
///
/// # Errors
/// `InvalidScope` when none is named, or an unknown one.
pub fn requested_scopes(text: &str) -> Result<Vec<&str>, OAuthRefusal> {
    let mut scopes: Vec<&str> = Vec::new();
    for scope in text.split(' ').filter(|scope| !scope.is_empty()) {
        if !is_known_scope(scope) {
            let description = "One or more scopes are not configured for the authorization server resource.";
            return Err(OAuthRefusal::new(OAuthCode::InvalidScope, description));
        }
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    if scopes.is_empty() {
        let description = "There are no default scopes, 'scope' must be provided.";
        return Err(OAuthRefusal::new(OAuthCode::InvalidScope, description));
    }
    Ok(scopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_named_one_by_one() {
        let wanted = "okta.users.read  okta.groups.manage okta.users.read";
        assert_eq!(
            requested_scopes(wanted).unwrap(),
            ["okta.users.read", "okta.groups.manage"]
        );
        for text in [
            "",
            " ",
            "openid",
            "okta.users.read okta.users",
            "okta.users.read,okta.logs.read",
            "OKTA.USERS.READ",
        ] {
            assert_eq!(
                requested_scopes(text).unwrap_err().code,
                OAuthCode::InvalidScope,
                "{text}"
            );
        }
    }
}
