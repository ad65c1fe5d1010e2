//! The organization: the one thing that exists before everything else.

use crate::group::Group;
use crate::id::OrgId;
use crate::schema::Schema;
use crate::secret::Secret;
use crate::time::Timestamp;
use crate::user_type::UserType;

/// The organization that the directory belongs to.
#[derive(Clone, Debug)]
pub struct Organization {
    /// The organization's id.
    pub id: OrgId,
    /// The name that mails and pages show.
    pub name: String,
    /// When the directory was founded.
    pub created: Timestamp,
    /// The key that signs paging cursors; the same on every server of this database.
    pub cursor_key: Secret,
}

/// What every directory has from its first day.
#[derive(Clone, Debug)]
pub struct Foundation {
    /// The organization itself.
    pub organization: Organization,
    /// The default user type.
    pub user_type: UserType,
    /// The default user type's schema.
    pub user_schema: Schema,
    /// The schema of groups.
    pub group_schema: Schema,
    /// The group of everybody.
    pub everyone: Group,
}
