//! Apps, as far as assignments, schemas, links and role targets need them (contract: groups-apps-tokens §2).

use serde_json::{Map, Value, json};

use crate::id::{AppAssignmentId, AppId, GroupId, UserId};
use crate::oauth;
use crate::profile::Profile;
use crate::schema::{Property, Schema, SchemaKind};
use crate::time::Timestamp;
use crate::user::{Status, User};
use crate::validation::{Validation, Violations};

const BLANK: &str = "The field cannot be left blank";
const LONGEST_LABEL: usize = 100;

/// An app, as read at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// The app's id.
    pub id: AppId,
    /// Grows by one with each change.
    pub version: i64,
    /// The name in the catalog: what kind of app it is.
    pub name: String,
    /// The name for people.
    pub label: String,
    /// Whether it is in use.
    pub status: AppStatus,
    /// How users sign in to it.
    pub sign_on_mode: SignOnMode,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub last_updated: Timestamp,
    /// Every other member of the app's document, as it was given.
    pub document: Map<String, Value>,
}

/// Whether an app is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppStatus {
    /// It is.
    Active,
    /// It is not.
    Inactive,
}

macro_rules! sign_on_modes {
    ($($(#[$doc:meta])* $name:ident = $wire:literal;)*) => {
        /// How users sign in to an app.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum SignOnMode {$($(#[$doc])* $name,)*}

        impl SignOnMode {
            /// Every mode.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {$(Self::$name => $wire,)*}
            }
        }
    };
}

sign_on_modes! {
    /// A form that is filled in.
    AutoLogin = "AUTO_LOGIN";
    /// HTTP's basic authentication.
    BasicAuth = "BASIC_AUTH";
    /// A link.
    Bookmark = "BOOKMARK";
    /// A plugin of the browser fills in a form.
    BrowserPlugin = "BROWSER_PLUGIN";
    /// OpenID Connect.
    OpenidConnect = "OPENID_CONNECT";
    /// SAML 1.1.
    Saml11 = "SAML_1_1";
    /// SAML 2.0.
    Saml20 = "SAML_2_0";
    /// A form that is posted.
    SecurePasswordStore = "SECURE_PASSWORD_STORE";
    /// WS-Federation.
    WsFederation = "WS_FEDERATION";
}

impl SignOnMode {
    /// Reads the name on the wire.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|mode| mode.as_str() == text)
    }

    /// The name in the catalog that an app of this mode has when it names none.
    fn usual_name(self) -> Option<&'static str> {
        match self {
            Self::Bookmark => Some("bookmark"),
            Self::BasicAuth => Some("template_basic_auth"),
            Self::BrowserPlugin => Some("template_swa"),
            Self::SecurePasswordStore => Some("template_sps"),
            Self::OpenidConnect => Some("oidc_client"),
            Self::WsFederation => Some("template_wsfed"),
            Self::AutoLogin | Self::Saml11 | Self::Saml20 => None,
        }
    }
}

impl AppStatus {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Inactive => "INACTIVE",
        }
    }

    /// Reads the name on the wire.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Inactive]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// What a request says of an app.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AppDescription {
    /// The name in the catalog.
    pub name: Option<String>,
    /// The name for people.
    pub label: Option<String>,
    /// How users sign in.
    pub sign_on_mode: Option<String>,
    /// Every other member that is not read-only.
    pub document: Map<String, Value>,
}

/// Why an app is not changed or assigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppRefusal {
    /// An app must be deactivated before it is removed.
    #[error("the app is active")]
    StillActive,
    /// Apps are assigned to users who are not deactivated.
    #[error("the user is inactive")]
    UserInactive,
    /// The user has the app already.
    #[error("the app is assigned already")]
    AlreadyAssigned,
    /// A group gives the app to the user.
    #[error("a group gives the app to the user")]
    GivenByGroup,
}

impl App {
    /// A new app. For an app without a name in the catalog, one is made of its label and `number`, which is random.
    ///
    /// # Errors
    /// Every violation.
    pub fn create(
        id: AppId,
        description: AppDescription,
        active: bool,
        number: u64,
        at: Timestamp,
    ) -> Result<Self, Validation> {
        let label = description.label.unwrap_or_default();
        let mode = description.sign_on_mode.as_deref().and_then(SignOnMode::parse);
        let mut violations = Violations::default();
        check_label(&label, &mut violations);
        if mode.is_none() {
            violations.add("signOnMode", "The sign-on mode is missing or unknown");
        }
        let named = description.name.filter(|name| !name.is_empty());
        if named.as_deref().is_some_and(|name| !is_catalog_name(name)) {
            violations.add("name", "Does not match required pattern");
        }
        check_settings(mode, &description.document, None, &mut violations);
        violations.into_result()?;
        let mode = mode.unwrap_or(SignOnMode::Bookmark);
        let made = || format!("{}_{}", catalog_form(&label), number % 100_000);
        let usual = || mode.usual_name().map_or_else(made, str::to_owned);
        let at = at.whole_seconds();
        Ok(Self {
            id,
            version: 1,
            name: named.unwrap_or_else(usual),
            label,
            status: if active { AppStatus::Active } else { AppStatus::Inactive },
            sign_on_mode: mode,
            created: at,
            last_updated: at,
            document: description.document,
        })
    }

    /// The app described anew, as a whole. Name and sign-on mode stay.
    ///
    /// # Errors
    /// Every violation.
    pub fn replace(&self, description: AppDescription, at: Timestamp) -> Result<Self, Validation> {
        let label = description.label.unwrap_or_default();
        let mut violations = Violations::default();
        check_label(&label, &mut violations);
        if description.name.is_some_and(|name| name != self.name) {
            violations.add("name", "The name of an app cannot be changed");
        }
        if description
            .sign_on_mode
            .is_some_and(|mode| mode != self.sign_on_mode.as_str())
        {
            violations.add("signOnMode", "The sign-on mode of an app cannot be changed");
        }
        let mut document = description.document;
        check_settings(
            Some(self.sign_on_mode),
            &document,
            oauth::client_id(self),
            &mut violations,
        );
        violations.into_result()?;
        oauth::carry_client_id(&self.document, &mut document);
        Ok(Self {
            label,
            document,
            last_updated: at.whole_seconds(),
            ..self.clone()
        })
    }

    /// The app in another status; unchanged when it has it already.
    #[must_use]
    pub fn with_status(&self, status: AppStatus, at: Timestamp) -> Self {
        if self.status == status {
            return self.clone();
        }
        Self {
            status,
            last_updated: at.whole_seconds(),
            ..self.clone()
        }
    }

    /// Whether the app may be removed.
    ///
    /// # Errors
    /// `StillActive`.
    pub fn check_removal(&self) -> Result<(), AppRefusal> {
        match self.status {
            AppStatus::Active => Err(AppRefusal::StillActive),
            AppStatus::Inactive => Ok(()),
        }
    }

    /// The schema that the app's users start with: the attributes of an identity for OpenID Connect, else the name alone.
    #[must_use]
    pub fn first_schema(&self) -> Schema {
        let user_name = Property {
            required: true,
            max_length: Some(100),
            ..Property::new("userName", "Username")
        };
        Schema {
            kind: SchemaKind::App,
            name: self.name.clone(),
            title: format!("{} User", self.label),
            description: None,
            created: self.created.as_millis(),
            last_updated: self.created.as_millis(),
            base: match self.sign_on_mode {
                SignOnMode::OpenidConnect => Schema::openid_connect_attributes(),
                _ => vec![user_name],
            },
            custom: Vec::new(),
        }
    }
}

fn check_label(label: &str, violations: &mut Violations) {
    if label.trim().is_empty() {
        violations.add("label", BLANK);
    } else if label.chars().count() > LONGEST_LABEL {
        violations.add(
            "label",
            &format!("The field is too long; at most {LONGEST_LABEL} characters are allowed"),
        );
    }
}

/// What an app of a mode cannot do without, and what must be right where it is given. `client_id` is what the app has already.
fn check_settings(
    mode: Option<SignOnMode>,
    document: &Map<String, Value>,
    client_id: Option<&str>,
    violations: &mut Violations,
) {
    let settings = document.get("settings").unwrap_or(&Value::Null);
    match mode {
        Some(SignOnMode::Bookmark) if settings["app"]["url"].as_str().is_none_or(str::is_empty) => {
            violations.add("settings.app.url", BLANK);
        }
        Some(SignOnMode::OpenidConnect) if !settings["oauthClient"].is_object() => {
            violations.add("settings.oauthClient", BLANK);
        }
        Some(SignOnMode::OpenidConnect) => oauth::check_registration(document, client_id, violations),
        _ => {}
    }
}

fn is_catalog_name(name: &str) -> bool {
    name.len() <= 255 && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
}

fn catalog_form(label: &str) -> String {
    let plain = label.chars().filter(char::is_ascii_alphanumeric);
    plain.map(|c| c.to_ascii_lowercase()).take(50).collect()
}

/// An app's assignment to a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppUser {
    /// The assignment's id.
    pub id: AppAssignmentId,
    /// The app.
    pub app_id: AppId,
    /// The user.
    pub user_id: UserId,
    /// The name the user has there.
    pub user_name: String,
    /// The user's profile there.
    pub profile: Profile,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub last_updated: Timestamp,
}

/// An app's assignment to a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppGroup {
    /// The app.
    pub app_id: AppId,
    /// The group.
    pub group_id: GroupId,
    /// The smaller one wins where several groups give an app.
    pub priority: i32,
    /// What the group's members get, as it was given.
    pub profile: Map<String, Value>,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub last_updated: Timestamp,
}

/// Whether an app may be assigned to a user.
///
/// # Errors
/// `UserInactive` for somebody who is deactivated.
pub fn check_assignable(user: &User) -> Result<(), AppRefusal> {
    if user.status == Status::Deprovisioned {
        Err(AppRefusal::UserInactive)
    } else {
        Ok(())
    }
}

/// The members of an app's document that every app shows, with what is usual where the request says nothing.
#[must_use]
pub fn usual_members() -> Map<String, Value> {
    let usual = json!({
        "accessibility": {"selfService": false, "errorRedirectUrl": null, "loginRedirectUrl": null},
        "visibility": {"autoSubmitToolbar": false, "hide": {"iOS": false, "web": false}, "appLinks": {"login": true}},
        "features": [],
        "settings": {},
    });
    usual.as_object().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn bookmark() -> AppDescription {
        AppDescription {
            label: Some("Weather".to_owned()),
            sign_on_mode: Some("BOOKMARK".to_owned()),
            document: json!({"settings": {"app": {"url": "https://example.com"}, "kept": [1]}})
                .as_object()
                .unwrap()
                .clone(),
            ..AppDescription::default()
        }
    }

    fn create(description: AppDescription) -> Result<App, Validation> {
        App::create(AppId::generate(at(0), 1), description, true, 7, at(0))
    }

    #[test]
    fn an_app_keeps_what_nobody_interprets() {
        let app = create(bookmark()).unwrap();
        assert_eq!((app.name.as_str(), app.status), ("bookmark", AppStatus::Active));
        assert_eq!(app.document["settings"]["kept"], json!([1]));
        let saml = AppDescription {
            sign_on_mode: Some("SAML_2_0".to_owned()),
            ..bookmark()
        };
        assert_eq!(create(saml).unwrap().name, "weather_7");
    }

    #[test]
    fn each_violation_is_told() {
        for (description, subject) in [
            (
                AppDescription {
                    label: None,
                    ..bookmark()
                },
                "label",
            ),
            (
                AppDescription {
                    sign_on_mode: Some("TELEPATHY".to_owned()),
                    ..bookmark()
                },
                "signOnMode",
            ),
            (
                AppDescription {
                    document: Map::new(),
                    ..bookmark()
                },
                "settings.app.url",
            ),
            (
                AppDescription {
                    sign_on_mode: Some("OPENID_CONNECT".to_owned()),
                    ..bookmark()
                },
                "settings.oauthClient",
            ),
            (
                AppDescription {
                    name: Some("a b".to_owned()),
                    ..bookmark()
                },
                "name",
            ),
        ] {
            assert_eq!(create(description).unwrap_err().subject, subject);
        }
    }

    #[test]
    fn only_an_inactive_app_is_removed_and_its_kind_never_changes() {
        let app = create(bookmark()).unwrap();
        assert_eq!(app.check_removal(), Err(AppRefusal::StillActive));
        assert_eq!(app.with_status(AppStatus::Inactive, at(5)).check_removal(), Ok(()));
        let other = AppDescription {
            name: Some("other".to_owned()),
            ..bookmark()
        };
        assert_eq!(app.replace(other, at(5)).unwrap_err().subject, "name");
        assert_eq!(app.replace(bookmark(), at(5)).unwrap().last_updated, at(5));
    }
}
