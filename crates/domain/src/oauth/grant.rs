//! What an administrator allows a service to ask for.

use crate::id::{AppId, ScopeGrantId};
use crate::time::Timestamp;

/// A scope that an administrator has granted to an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeGrant {
    /// The grant's id. A scope that is granted again gets another one, so that tokens of the first grant stay without it.
    pub id: ScopeGrantId,
    /// The app.
    pub app_id: AppId,
    /// The scope.
    pub scope: String,
    /// Who granted it: the id of a user, or of an app.
    pub created_by: String,
    /// When.
    pub created: Timestamp,
}
