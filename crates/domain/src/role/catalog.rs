//! The catalog of apps, as far as roles are narrowed to kinds of apps.

/// A kind of app, whether there is such an app or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CatalogEntry {
    /// The name in the catalog.
    pub name: &'static str,
    /// The name for people.
    pub label: &'static str,
    /// How users sign in to it.
    pub sign_on_modes: &'static [&'static str],
}

/// The kinds that are known without an app of theirs: those that describe apps of one's own, and a few of thousands of the
/// original's. Kinds of apps that are there are known as well.
const CATALOG: &[CatalogEntry] = &[
    entry("bookmark", "Bookmark App", &["BOOKMARK"]),
    entry("oidc_client", "OpenID Connect Client", &["OPENID_CONNECT"]),
    entry("template_basic_auth", "Template Basic Auth App", &["BASIC_AUTH"]),
    entry(
        "template_sps",
        "Template Secure Password Store App",
        &["SECURE_PASSWORD_STORE"],
    ),
    entry("template_swa", "Template Plugin App", &["BROWSER_PLUGIN"]),
    entry(
        "template_swa3field",
        "Template Plugin App with three fields",
        &["BROWSER_PLUGIN"],
    ),
    entry("template_wsfed", "Template WS-Federation App", &["WS_FEDERATION"]),
    entry("box", "Box", &["SAML_2_0"]),
    entry("facebook", "Facebook", &["BROWSER_PLUGIN"]),
    entry("google", "Google Workspace", &["SAML_2_0"]),
    entry("office365", "Microsoft Office 365", &["WS_FEDERATION"]),
    entry("salesforce", "Salesforce.com", &["SAML_2_0"]),
    entry("slack", "Slack", &["SAML_2_0"]),
    entry("zoomus", "Zoom", &["SAML_2_0"]),
];

const fn entry(name: &'static str, label: &'static str, sign_on_modes: &'static [&'static str]) -> CatalogEntry {
    CatalogEntry {
        name,
        label,
        sign_on_modes,
    }
}

impl CatalogEntry {
    /// The kind with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        CATALOG.iter().find(|entry| entry.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::SignOnMode;

    #[test]
    fn every_kind_has_a_name_of_its_own_and_a_known_mode() {
        for entry in CATALOG {
            assert_eq!(CatalogEntry::named(entry.name), Some(entry));
            assert!(entry.sign_on_modes.iter().all(|mode| SignOnMode::parse(mode).is_some()));
        }
        assert_eq!(CatalogEntry::named("no_such_app"), None);
    }
}
