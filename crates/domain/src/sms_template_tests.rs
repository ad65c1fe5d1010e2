//! Templates of short messages.

use proptest::prelude::*;

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000 + 7)
}

fn wanted(text: &str, translations: &[(&str, &str)]) -> SmsTemplateDescription {
    SmsTemplateDescription {
        name: Some("Custom".to_owned()),
        kind: Some(TYPE.to_owned()),
        text: Some(text.to_owned()),
        translations: Some(
            translations
                .iter()
                .map(|(language, text)| ((*language).to_owned(), Some((*text).to_owned())))
                .collect(),
        ),
    }
}

fn made(wanted: SmsTemplateDescription) -> Result<SmsTemplate, Validation> {
    SmsTemplate::create(SmsTemplateId::generate(at(1), 1), wanted, at(1))
}

fn sample() -> SmsTemplate {
    made(wanted(
        "${org.name} code is: ${code}",
        &[("es", "es: ${code}."), ("fr", "fr: ${code}.")],
    ))
    .unwrap()
}

#[test]
fn a_template_needs_everything_and_a_code() {
    for (text, good) in [
        ("${code}", true),
        ("${org.name} code is: ${code}", true),
        ("", false),
        ("no code", false),
        ("$code", false),
        ("${code} ${user.login}", false),
        ("${code}\r", false),
    ] {
        assert_eq!(made(wanted(text, &[])).is_ok(), good, "{text:?}");
    }
    assert!(made(wanted(&format!("{}{CODE}", "x".repeat(154)), &[])).is_ok());
    assert!(made(wanted(&format!("{}{CODE}", "x".repeat(155)), &[])).is_err());
    for language in ["", "e", "EN", "eng", "e1", "é"] {
        assert!(made(wanted(CODE, &[(language, CODE)])).is_err(), "{language}");
    }
    assert!(made(wanted(CODE, &[("de", "kein Kode")])).is_err());
    let without = |change: fn(&mut SmsTemplateDescription)| {
        let mut wanted = wanted(CODE, &[]);
        change(&mut wanted);
        made(wanted).is_err()
    };
    assert!(without(|wanted| wanted.name = None) && without(|wanted| wanted.name = Some("x".repeat(51))));
    assert!(without(|wanted| wanted.kind = None));
    assert!(without(|wanted| wanted.kind = Some("SMS_ENROLLMENT_CODE".to_owned())));
    assert!(without(|wanted| wanted.text = None));
}

/// A partial change adds, replaces and removes languages; a whole one forgets those that it does not name.
#[test]
fn languages_come_and_go() {
    let partial = SmsTemplateDescription {
        translations: Some(BTreeMap::from([
            ("de".to_owned(), Some("de: ${code}".to_owned())),
            ("es".to_owned(), Some(String::new())),
            ("fr".to_owned(), None),
        ])),
        ..SmsTemplateDescription::default()
    };
    let after = sample().updated(partial, at(9)).unwrap();
    assert_eq!(after.translations.keys().collect::<Vec<_>>(), ["de"]);
    assert_eq!(
        (after.text.as_str(), after.created),
        ("${org.name} code is: ${code}", at(1).whole_seconds())
    );
    assert_eq!(after.last_updated, at(9).whole_seconds());
    let after = sample()
        .replaced(wanted(CODE, &[("it", "it: ${code}")]), at(9))
        .unwrap();
    assert_eq!(after.translations.keys().collect::<Vec<_>>(), ["it"]);
}

#[test]
fn the_dearest_language_that_is_there_counts() {
    let languages = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
    assert_eq!(sample().text_in(&languages(&["pt", "fr", "es"])), "fr: ${code}.");
    assert_eq!(sample().text_in(&languages(&["pt"])), "${org.name} code is: ${code}");
    assert_eq!(sample().text_in(&[]), "${org.name} code is: ${code}");
}

/// What is sent has at most 160 characters, and the code is among them or nothing is sent.
#[test]
fn a_text_is_cut_behind_its_code() {
    assert_eq!(
        filled(DEFAULT_TEXT, "Org", "123456").unwrap(),
        "Your verification code is 123456."
    );
    assert_eq!(filled("${org.name}: ${code}", "${code}", "1").unwrap(), "${code}: 1");
    let long = "é".repeat(155);
    assert_eq!(
        filled("${org.name}${code}", &long[..154 * 2], "123456")
            .unwrap()
            .chars()
            .count(),
        160
    );
    assert_eq!(filled("${org.name}${code}", &long, "123456"), None);
    let cut = filled("${code}${org.name}", &"x".repeat(500), "123456").unwrap();
    assert_eq!((cut.len(), cut.starts_with("123456")), (160, true));
    assert_eq!(filled("${code}", "Org\r\nEvil", "1").unwrap(), "1");
}

proptest! {
    #[test]
    fn a_filled_text_is_short_and_holds_its_code(before in ".{0,160}", org in ".{0,300}", after in ".{0,160}") {
        let template = format!("{before}${{code}}{after}${{org.name}}");
        if let Some(text) = filled(&template, &org, "123456") {
            prop_assert!(text.chars().count() <= 160);
            prop_assert!(text.contains("123456"));
        }
    }
}
