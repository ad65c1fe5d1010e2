//! The settings in force, for people to read.

use toml::{Table, Value};

/// Settings that are never shown.
const SECRETS: &[&str] = &[
    "database_url",
    "bootstrap_api_token",
    "smtp.password",
    "telephony.twilio_token",
    "telephony.webhook_secret",
    "connectors.rsa_secret",
    "connectors.symantec_secret",
    "connectors.duo_secret",
];
const HIDDEN: &str = "(hidden)";

/// The table as TOML, with every secret hidden.
pub(super) fn without_secrets(table: &Table) -> String {
    let mut shown = table.clone();
    for key in SECRETS {
        if let Some(Value::String(text)) = find(&mut shown, key)
            && !text.is_empty()
        {
            *text = match *key {
                "database_url" => without_password(text),
                _ => HIDDEN.to_owned(),
            };
        }
    }
    toml::to_string(&shown).expect("a table of texts, numbers and lists of texts is always TOML")
}

/// Whether a secret is among the settings.
pub(super) fn holds_secret(table: &Table) -> bool {
    let mut table = table.clone();
    let given = |value: Option<&mut Value>| {
        value
            .and_then(|value| value.as_str())
            .is_some_and(|text| !text.is_empty())
    };
    SECRETS.iter().any(|key| given(find(&mut table, key)))
}

fn find<'a>(table: &'a mut Table, key: &str) -> Option<&'a mut Value> {
    match key.split_once('.') {
        Some((section, name)) => table.get_mut(section)?.get_mut(name),
        None => table.get_mut(key),
    }
}

/// The address without its password, wherever an address may have one. What does not look like an address is hidden whole.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return HIDDEN.to_owned();
    };
    let (rest, options) = rest
        .split_once('?')
        .map_or((rest, None), |(rest, options)| (rest, Some(options)));
    let place = match rest.rsplit_once('@') {
        Some((user, place)) => match user.split_once(':') {
            Some((user, _)) => format!("{user}:{HIDDEN}@{place}"),
            None => format!("{user}@{place}"),
        },
        None => rest.to_owned(),
    };
    // Options may carry the password again.
    let options = options.map(|_| format!("?{HIDDEN}")).unwrap_or_default();
    format!("{scheme}://{place}{options}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (url, shown) in [
            ("postgres://a:canary@h:5432/d", "postgres://a:(hidden)@h:5432/d"),
            ("postgres://a:can@ary@h/d", "postgres://a:(hidden)@h/d"),
            ("postgres://a@h/d?password=canary&x=y", "postgres://a@h/d?(hidden)"),
            ("postgres://h/d", "postgres://h/d"),
            ("password=canary host=h", "(hidden)"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
