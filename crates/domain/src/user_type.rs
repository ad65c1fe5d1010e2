//! Types of users. Each has a schema of its own.

use crate::id::UserTypeId;
use crate::time::Timestamp;

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
