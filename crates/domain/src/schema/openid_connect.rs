//! The attributes that users of an OpenID Connect app start with: the standard claims of OpenID Connect Core §5.1 (contract:
//! schemas §3).

use super::{Property, Schema, Scope};

/// A row: name, title, description, name outside. The last two may be empty.
type Row = (&'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const CLAIMS: [Row; 21] = [
    ("userName", "Username", "", "preferred_username"),
    ("name", "Name", "End-User's full name in displayable form.", ""),
    ("nickname", "Nickname", "Casual name of the End-User (may or may not be the same as the given_name)", ""),
    ("given_name", "Given Name", "Given name or first name of the End-User.", ""),
    ("middle_name", "Middle Name", "Middle name of the End-User.", ""),
    ("family_name", "Family Name", "Surname or last name of the End-User.", ""),
    ("email", "Email", "End-User's preferred e-mail address.", ""),
    ("profile", "Profile URL", "URL of the End-User's profile page.", ""),
    ("picture", "Picture URL", "URL of the End-User's profile picture.", ""),
    ("website", "Website", "URL of the End-User's Web page or blog.", ""),
    ("gender", "Gender", "End-User's gender.", ""),
    ("birthdate", "Birthdate", "End-User's birthday, represented as an ISO 8601:2004 YYYY-MM-DD format.", ""),
    ("zoneinfo", "Time Zone", "String representing the End-User's time zone.", ""),
    ("locale", "Locale Name", "ISO3166\u{2011}1 country code in uppercase, separated by a dash (e.g. 'en-US')", ""),
    ("phone_number", "Phone Number", "End-User's preferred telephone number in E.164 format.", ""),
    ("street_address", "Street Address", "Full street address component.", "address.street_address"),
    ("locality", "Locality", "City or locality component.", "address.locality"),
    ("region", "Region", "State, province, prefecture, or region component.", "address.region"),
    ("postal_code", "Postal Code", "Zip code or postal code component.", "address.postal_code"),
    ("country", "Country", "Country name component.", "address.country"),
    ("formatted", "Formatted", "Full mailing address, formatted for display.", "address.formatted"),
];

impl Schema {
    /// The base attributes of the users of an OpenID Connect app.
    pub(crate) fn openid_connect_attributes() -> Vec<Property> {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let property = |(name, title, description, external_name): Row| Property {
            description: given(description),
            required: name == "userName",
            scope: Scope::Own,
            external_name: given(external_name),
            ..Property::new(name, title)
        };
        CLAIMS.into_iter().map(property).collect()
    }
}
