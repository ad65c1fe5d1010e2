//! Links between users: definitions of relations, and who is linked to whom (contract: linked-objects).

use crate::validation::{Validation, Violations};

/// At most so many definitions.
pub const MOST_DEFINITIONS: usize = 200;
const LONGEST_NAME: usize = 100;
const LONGEST_TEXT: usize = 1024;

/// One side of a relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedObjectSide {
    /// The name for programs; its case counts.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// What it means.
    pub description: Option<String>,
}

/// A one-to-many relation between users: each has at most one primary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedObjectDefinition {
    /// The one.
    pub primary: LinkedObjectSide,
    /// The many.
    pub associated: LinkedObjectSide,
}

/// Which side of a definition a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one.
    Primary,
    /// The many.
    Associated,
}

/// Why a definition is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DefinitionRefusal {
    /// Something is missing or malformed, or there are too many.
    #[error(transparent)]
    Invalid(#[from] Validation),
    /// Another definition, or the other side, has the name of these sides.
    #[error("the name is in use")]
    InUse(Vec<Side>),
}

impl Side {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Associated => "associated",
        }
    }
}

impl LinkedObjectDefinition {
    /// Checks a new definition. `others` are the definitions there are.
    ///
    /// # Errors
    /// Every violation, or the sides whose name is taken.
    pub fn check(&self, others: &[Self]) -> Result<(), DefinitionRefusal> {
        let mut violations = Violations::default();
        self.primary.check("primary", &mut violations);
        self.associated.check("associated", &mut violations);
        violations.into_result()?;
        if others.len() >= MOST_DEFINITIONS {
            return Err(Validation::new(
                "linkedObjects",
                format!("At most {MOST_DEFINITIONS} linked object definitions are allowed"),
            )
            .into());
        }
        let taken = |name: &str| others.iter().any(|other| other.side(name).is_some());
        let mut clashes = Vec::new();
        if taken(&self.primary.name) {
            clashes.push(Side::Primary);
        }
        if taken(&self.associated.name) || self.primary.name == self.associated.name {
            clashes.push(Side::Associated);
        }
        if clashes.is_empty() {
            Ok(())
        } else {
            Err(DefinitionRefusal::InUse(clashes))
        }
    }

    /// Which side has this name.
    #[must_use]
    pub fn side(&self, name: &str) -> Option<Side> {
        if self.primary.name == name {
            Some(Side::Primary)
        } else if self.associated.name == name {
            Some(Side::Associated)
        } else {
            None
        }
    }
}

impl LinkedObjectSide {
    fn check(&self, side: &str, violations: &mut Violations) {
        let name = &self.name;
        let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let field = |member: &str| format!("{side}.{member}");
        if name.trim().is_empty() {
            violations.add(&field("name"), "The field cannot be left blank");
        } else if !starts || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') || name.len() > LONGEST_NAME {
            violations.add(&field("name"), "Does not match required pattern");
        }
        if self.title.trim().is_empty() {
            violations.add(&field("title"), "The field cannot be left blank");
        }
        let texts = [("title", Some(&self.title)), ("description", self.description.as_ref())];
        for (member, text) in texts {
            if text.is_some_and(|text| text.chars().count() > LONGEST_TEXT) {
                violations.add(
                    &field(member),
                    &format!("The field is too long; at most {LONGEST_TEXT} characters are allowed"),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(name: &str) -> LinkedObjectSide {
        LinkedObjectSide {
            name: name.to_owned(),
            title: "Title".to_owned(),
            description: None,
        }
    }

    fn definition(primary: &str, associated: &str) -> LinkedObjectDefinition {
        LinkedObjectDefinition {
            primary: side(primary),
            associated: side(associated),
        }
    }

    #[test]
    fn names_are_taken_by_either_side_and_their_case_counts() {
        let others = [definition("manager", "subordinate")];
        let check = |primary, associated| definition(primary, associated).check(&others);
        assert_eq!(check("Manager", "Subordinate"), Ok(()));
        assert_eq!(
            check("manager", "other"),
            Err(DefinitionRefusal::InUse(vec![Side::Primary]))
        );
        assert_eq!(
            check("subordinate", "manager"),
            Err(DefinitionRefusal::InUse(vec![Side::Primary, Side::Associated]))
        );
        assert_eq!(
            check("same", "same"),
            Err(DefinitionRefusal::InUse(vec![Side::Associated]))
        );
    }

    #[test]
    fn each_violation_is_told() {
        let mut blank = definition("9a", "");
        blank.primary.title = " ".to_owned();
        let Err(DefinitionRefusal::Invalid(refused)) = blank.check(&[]) else {
            panic!("it is invalid");
        };
        let wanted = [
            "primary.name: Does not match required pattern",
            "primary.title: The field cannot be left blank",
            "associated.name: The field cannot be left blank",
        ];
        assert_eq!(
            (refused.subject.as_str(), refused.causes.as_slice()),
            ("primary.name", &wanted.map(str::to_owned)[..])
        );
        let many: Vec<_> = (0..200)
            .map(|n| definition(&format!("p{n}"), &format!("a{n}")))
            .collect();
        assert!(matches!(
            definition("x", "y").check(&many),
            Err(DefinitionRefusal::Invalid(_))
        ));
    }
}
