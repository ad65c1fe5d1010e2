//! Templates of the texts that codes are sent in by SMS (contract: messages §1).

use std::collections::BTreeMap;

use crate::id::SmsTemplateId;
use crate::time::Timestamp;
use crate::validation::Validation;

/// The id of the template that is built in.
pub const DEFAULT_ID: &str = "default";
/// The name of the template that is built in.
pub const DEFAULT_NAME: &str = "Default";
/// The text of the template that is built in.
pub const DEFAULT_TEXT: &str = "Your verification code is ${code}.";
/// The one type of templates.
pub const TYPE: &str = "SMS_VERIFY_CODE";
/// An organization has so many templates at most.
pub const MOST_TEMPLATES: usize = 200;

const CODE: &str = "${code}";
const ORG_NAME: &str = "${org.name}";
const LONGEST_NAME: usize = 50;
const LONGEST_TEMPLATE: usize = 161;
/// A sent text has so many characters at most.
const LONGEST_TEXT: usize = 160;
const MOST_TRANSLATIONS: usize = 184;

/// A template, as read at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmsTemplate {
    /// Its id.
    pub id: SmsTemplateId,
    /// Grows by one with each change.
    pub version: i64,
    /// What people call it.
    pub name: String,
    /// The text, with its macros.
    pub text: String,
    /// Texts in other languages, by their two-letter codes.
    pub translations: BTreeMap<String, String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub last_updated: Timestamp,
}

/// What somebody says of a template. What is not said stays, where the change is partial.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SmsTemplateDescription {
    /// The name.
    pub name: Option<String>,
    /// The type.
    pub kind: Option<String>,
    /// The text.
    pub text: Option<String>,
    /// Texts by language; none for a language that is to be removed.
    pub translations: Option<BTreeMap<String, Option<String>>>,
}

impl SmsTemplate {
    /// Makes a template.
    ///
    /// # Errors
    /// [`Validation`] of what is missing or wrong.
    pub fn create(id: SmsTemplateId, wanted: SmsTemplateDescription, at: Timestamp) -> Result<Self, Validation> {
        let blank = Self {
            id,
            version: 1,
            name: String::new(),
            text: String::new(),
            translations: BTreeMap::new(),
            created: at.whole_seconds(),
            last_updated: at.whole_seconds(),
        };
        blank.replaced(wanted, at)
    }

    /// The template with everything replaced: each member must be given, and translations that are not are gone.
    ///
    /// # Errors
    /// [`Validation`] of what is missing or wrong.
    pub fn replaced(&self, wanted: SmsTemplateDescription, at: Timestamp) -> Result<Self, Validation> {
        must_be_given("name", wanted.name.as_deref())?;
        must_be_given("type", wanted.kind.as_deref())?;
        must_be_given("template", wanted.text.as_deref())?;
        let bare = Self {
            translations: BTreeMap::new(),
            ..self.clone()
        };
        bare.updated(wanted, at)
    }

    /// The template with what is given changed: languages are added or replaced, and removed where nothing is given for one.
    ///
    /// # Errors
    /// [`Validation`] of what is wrong.
    pub fn updated(&self, wanted: SmsTemplateDescription, at: Timestamp) -> Result<Self, Validation> {
        let mut after = Self {
            last_updated: at.whole_seconds(),
            ..self.clone()
        };
        if wanted.kind.is_some_and(|kind| kind != TYPE) {
            return Err(Validation::field("type", "The field must be SMS_VERIFY_CODE"));
        }
        if let Some(name) = wanted.name {
            after.name = checked_name(name)?;
        }
        if let Some(text) = wanted.text {
            check_text("template", &text)?;
            after.text = text;
        }
        for (language, text) in wanted.translations.unwrap_or_default() {
            let text = text.filter(|text| !text.is_empty());
            check_language(&language)?;
            match text {
                Some(text) => {
                    check_text("translations", &text)?;
                    after.translations.insert(language, text);
                }
                None => {
                    after.translations.remove(&language);
                }
            }
        }
        if after.translations.len() > MOST_TRANSLATIONS {
            return Err(Validation::field("translations", "There are too many languages"));
        }
        Ok(after)
    }

    /// The text for whoever prefers these languages, the dearest first.
    #[must_use]
    pub fn text_in(&self, languages: &[String]) -> &str {
        let translated = languages.iter().find_map(|language| self.translations.get(language));
        translated.unwrap_or(&self.text)
    }
}

fn must_be_given(field: &str, value: Option<&str>) -> Result<(), Validation> {
    match value {
        Some(text) if !text.is_empty() => Ok(()),
        _ => Err(Validation::field(field, "The field cannot be left blank")),
    }
}

fn checked_name(name: String) -> Result<String, Validation> {
    let length = name.chars().count();
    if (1..=LONGEST_NAME).contains(&length) && !name.chars().any(char::is_control) {
        Ok(name)
    } else {
        Err(Validation::field(
            "name",
            "The field must have between 1 and 50 characters",
        ))
    }
}

fn check_language(language: &str) -> Result<(), Validation> {
    let is_code = language.len() == 2 && language.bytes().all(|byte| byte.is_ascii_lowercase());
    if is_code {
        Ok(())
    } else {
        Err(Validation::field(
            "translations",
            "Languages are two-letter codes of ISO 639-1",
        ))
    }
}

/// A text holds the code, and no macro that nobody fills in.
fn check_text(field: &str, text: &str) -> Result<(), Validation> {
    let refuse = |why: &str| Err(Validation::field(field, why));
    if !(1..=LONGEST_TEMPLATE).contains(&text.chars().count()) {
        return refuse("The field must have between 1 and 161 characters");
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return refuse("The field must not contain control characters");
    }
    if !text.contains(CODE) {
        return refuse("The field must contain ${code}");
    }
    let others = text.replace(CODE, "").replace(ORG_NAME, "");
    if others.contains("${") {
        return refuse("The field may contain the macros ${code} and ${org.name} only");
    }
    Ok(())
}

/// Fills a text in. `None` when the code would not be within what an SMS holds: then nothing is sent.
#[must_use]
pub fn filled(template: &str, org_name: &str, code: &str) -> Option<String> {
    let org_name: String = org_name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let (mut text, mut code_ends, mut rest) = (String::new(), None, template);
    // Each macro once, from the left: what is filled in is not looked at again.
    while let Some(start) = rest.find("${") {
        let (before, from) = rest.split_at(start);
        text.push_str(before);
        if let Some(after) = from.strip_prefix(CODE) {
            text.push_str(code);
            code_ends = code_ends.or_else(|| Some(text.chars().count()));
            rest = after;
        } else if let Some(after) = from.strip_prefix(ORG_NAME) {
            text.push_str(&org_name);
            rest = after;
        } else {
            text.push_str("${");
            rest = &from[2..];
        }
    }
    text.push_str(rest);
    code_ends.filter(|end| *end <= LONGEST_TEXT)?;
    Some(text.chars().take(LONGEST_TEXT).collect())
}

#[cfg(test)]
#[path = "sms_template_tests.rs"]
mod tests;
