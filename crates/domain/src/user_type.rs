//! Types of users. Each has a schema of its own.

use crate::id::UserTypeId;
use crate::schema::Schema;
use crate::time::Timestamp;
use crate::validation::{Validation, Violations};

/// A type of users (contract: user-types §2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserType {
    /// The type's id; its schema shares the suffix.
    pub id: UserTypeId,
    /// The type's name for programs; it never changes.
    pub name: String,
    /// The type's name for people.
    pub display_name: String,
    /// What the type is for.
    pub description: Option<String>,
    /// Who made the type; for the default type, a principal of the system.
    pub created_by: String,
    /// Who last changed the type.
    pub last_updated_by: String,
    /// When the type was made.
    pub created: Timestamp,
    /// When the type was last changed.
    pub last_updated: Timestamp,
    /// Whether users get this type when none is named.
    pub is_default: bool,
}

impl UserType {
    /// The type that comes with the directory.
    #[must_use]
    pub fn default_type(id: UserTypeId, at: Timestamp) -> Self {
        let at = at.whole_seconds();
        let system = format!("spr{}", id.suffix());
        Self {
            id,
            name: "user".to_owned(),
            display_name: "User".to_owned(),
            description: Some("Okta user profile template with default permission settings".to_owned()),
            created_by: system.clone(),
            last_updated_by: system,
            created: at,
            last_updated: at,
            is_default: true,
        }
    }
}

/// At most so many types, the default one included (contract: user-types §3).
pub const MOST_USER_TYPES: usize = 10;

/// What a request says of a type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserTypeDescription {
    /// The name for programs.
    pub name: Option<String>,
    /// The name for people.
    pub display_name: Option<String>,
    /// What the type is for; `Some(None)` clears it.
    pub description: Option<Option<String>>,
}

/// Why a type is not removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserTypeRefusal {
    /// It is the default type.
    #[error("the default user type cannot be deleted")]
    IsDefault,
    /// Users have it.
    #[error("users have this type")]
    HasUsers,
}

impl UserType {
    /// A new type. `others` are the types there are.
    ///
    /// # Errors
    /// Every violation: the name's form and uniqueness, lengths, the limit of types.
    pub fn create(
        id: UserTypeId,
        description: UserTypeDescription,
        others: &[Self],
        by: &str,
        at: Timestamp,
    ) -> Result<Self, Validation> {
        let name = description.name.unwrap_or_default();
        let display_name = description.display_name.unwrap_or_default();
        let text = description.description.flatten();
        let mut violations = Violations::default();
        check_name(&name, &mut violations);
        if others.iter().any(|other| other.name.eq_ignore_ascii_case(&name)) {
            violations.add("name", IN_USE);
        }
        check_texts(&display_name, text.as_deref(), &mut violations);
        violations.into_result()?;
        if others.len() >= MOST_USER_TYPES {
            return Err(Validation::new(
                "userType",
                format!("At most {MOST_USER_TYPES} user types are allowed"),
            ));
        }
        let at = at.whole_seconds();
        Ok(Self {
            id,
            name,
            display_name,
            description: text,
            created_by: by.to_string(),
            last_updated_by: by.to_string(),
            created: at,
            last_updated: at,
            is_default: false,
        })
    }

    /// The type with the members that are given.
    ///
    /// # Errors
    /// Every violation; the name never changes.
    pub fn update(&self, description: UserTypeDescription, by: &str, at: Timestamp) -> Result<Self, Validation> {
        self.describe(
            UserTypeDescription {
                display_name: Some(description.display_name.unwrap_or_else(|| self.display_name.clone())),
                description: Some(description.description.unwrap_or_else(|| self.description.clone())),
                ..description
            },
            by,
            at,
        )
    }

    /// The type described anew, as a whole.
    ///
    /// # Errors
    /// Every violation; what is missing counts as blank.
    pub fn replace(&self, description: UserTypeDescription, by: &str, at: Timestamp) -> Result<Self, Validation> {
        let mut violations = Violations::default();
        if description.name.as_deref().is_none_or(|name| name.trim().is_empty()) {
            violations.add("name", BLANK);
        }
        if description
            .display_name
            .as_deref()
            .is_none_or(|name| name.trim().is_empty())
        {
            violations.add("displayName", BLANK);
        }
        if description.description.is_none() {
            violations.add("description", BLANK);
        }
        violations.into_result()?;
        self.describe(description, by, at)
    }

    fn describe(&self, description: UserTypeDescription, by: &str, at: Timestamp) -> Result<Self, Validation> {
        let display_name = description.display_name.unwrap_or_default();
        let text = description.description.flatten();
        let mut violations = Violations::default();
        if description.name.is_some_and(|name| name != self.name) {
            violations.add("name", "The name of a user type cannot be changed");
        }
        check_texts(&display_name, text.as_deref(), &mut violations);
        violations.into_result()?;
        let changed = Self {
            display_name,
            description: text,
            ..self.clone()
        };
        if changed == *self {
            return Ok(changed);
        }
        Ok(Self {
            last_updated_by: by.to_string(),
            last_updated: at.whole_seconds(),
            ..changed
        })
    }

    /// Whether the type may be removed while so many users have it.
    ///
    /// # Errors
    /// Why not.
    pub fn check_removal(&self, users: usize) -> Result<(), UserTypeRefusal> {
        match users {
            _ if self.is_default => Err(UserTypeRefusal::IsDefault),
            0 => Ok(()),
            _ => Err(UserTypeRefusal::HasUsers),
        }
    }

    /// The schema that a new type starts with: the template, whatever became of the default type's.
    #[must_use]
    pub fn first_schema(&self) -> Schema {
        Schema::default_user(self.created).named(&self.name, &self.display_name, self.description.as_deref())
    }
}

const BLANK: &str = "The field cannot be left blank";
const IN_USE: &str = "An object with this field already exists in the current organization";
const LONGEST_NAME: usize = 50;
const LONGEST_DESCRIPTION: usize = 255;

fn check_name(name: &str, violations: &mut Violations) {
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if name.trim().is_empty() {
        violations.add("name", BLANK);
    } else if !starts || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        violations.add("name", "Does not match required pattern");
    } else if name.len() > LONGEST_NAME {
        violations.add(
            "name",
            &format!("The field is too long; at most {LONGEST_NAME} characters are allowed"),
        );
    }
}

fn check_texts(display_name: &str, description: Option<&str>, violations: &mut Violations) {
    let too_long = |text: &str, most: usize| text.chars().count() > most;
    if display_name.trim().is_empty() {
        violations.add("displayName", BLANK);
    } else if too_long(display_name, LONGEST_NAME) {
        violations.add(
            "displayName",
            &format!("The field is too long; at most {LONGEST_NAME} characters are allowed"),
        );
    }
    if description.is_some_and(|text| too_long(text, LONGEST_DESCRIPTION)) {
        violations.add(
            "description",
            &format!("The field is too long; at most {LONGEST_DESCRIPTION} characters are allowed"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn somebody() -> String {
        "00u1".to_owned()
    }

    fn described(name: &str, display_name: &str) -> UserTypeDescription {
        UserTypeDescription {
            name: Some(name.to_owned()),
            display_name: Some(display_name.to_owned()),
            description: None,
        }
    }

    fn create(description: UserTypeDescription, others: &[UserType]) -> Result<UserType, Validation> {
        UserType::create(UserTypeId::generate(at(5), 5), description, others, &somebody(), at(5))
    }

    #[test]
    fn a_new_type_needs_two_names_and_room() {
        let default = UserType::default_type(UserTypeId::generate(at(0), 1), at(0));
        let made = create(described("t", "Contractor"), std::slice::from_ref(&default)).unwrap();
        assert_eq!(
            (made.name.as_str(), made.description.as_deref(), made.is_default),
            ("t", None, false)
        );
        assert_eq!(
            (made.first_schema().name.as_str(), made.first_schema().title.as_str()),
            ("t", "Contractor")
        );
        for (name, display_name, cause) in [
            ("", "X", "name: The field cannot be left blank"),
            ("9a", "X", "name: Does not match required pattern"),
            ("a b", "X", "name: Does not match required pattern"),
            ("a", " ", "displayName: The field cannot be left blank"),
            (
                "User",
                "X",
                "name: An object with this field already exists in the current organization",
            ),
        ] {
            let refused = create(described(name, display_name), std::slice::from_ref(&default)).unwrap_err();
            assert_eq!(refused.causes, [cause]);
        }
        let many: Vec<UserType> = (0..10)
            .map(|n| UserType {
                name: format!("t{n}"),
                ..default.clone()
            })
            .collect();
        assert_eq!(create(described("u", "U"), &many).unwrap_err().subject, "userType");
    }

    #[test]
    fn the_name_never_changes_and_a_replacement_is_whole() {
        let made = create(described("t", "T"), &[]).unwrap();
        let update = |description| made.update(description, &somebody(), at(9));
        assert_eq!(update(UserTypeDescription::default()), Ok(made.clone()));
        let renamed = update(described("t", "New")).unwrap();
        assert_eq!((renamed.display_name.as_str(), renamed.last_updated), ("New", at(9)));
        assert_eq!(update(described("u", "New")).unwrap_err().subject, "name");
        let replaced = made.replace(described("t", "New"), &somebody(), at(9));
        assert_eq!(
            replaced.unwrap_err().causes,
            ["description: The field cannot be left blank"]
        );
        let whole = UserTypeDescription {
            description: Some(Some("D".to_owned())),
            ..described("t", "New")
        };
        assert_eq!(
            made.replace(whole, &somebody(), at(9)).unwrap().description.as_deref(),
            Some("D")
        );
    }

    #[test]
    fn neither_the_default_type_nor_one_with_users_is_removed() {
        let default = UserType::default_type(UserTypeId::generate(at(0), 1), at(0));
        assert_eq!(default.check_removal(0), Err(UserTypeRefusal::IsDefault));
        let made = create(described("t", "T"), &[]).unwrap();
        assert_eq!(
            (made.check_removal(0), made.check_removal(1)),
            (Ok(()), Err(UserTypeRefusal::HasUsers))
        );
    }
}
