//! The operations, by what they are about. Wire types stand beside the routes that use them.

mod api_tokens;
mod apps;
mod authn;
mod devices;
mod factors;
mod groups;
mod linked_objects;
mod logs;
mod oauth2;
mod org_factors;
mod roles;
mod schemas;
mod sessions;
mod sms_templates;
mod subscriptions;
mod user_types;
mod users;

pub(crate) use self::devices::endpoints as device_endpoints;
pub(crate) use self::oauth2::endpoints as oauth_endpoints;
pub(crate) use self::roles::declare_clients;
#[cfg(feature = "ceiling")]
pub(crate) use self::users::ceiling;
use crate::operation::Table;

/// Where the operations on clients lie.
pub(crate) const CLIENTS: &str = "/oauth2/v1/clients";

/// Declares every operation. The router asks in this order, so what is called most comes first.
pub(crate) fn declare(table: &mut Table) {
    // Before the users, among whose paths `me` would be any user.
    sessions::declare(table);
    users::declare(table);
    factors::declare(table);
    authn::declare(table);
    groups::declare(table);
    apps::declare(table);
    roles::declare(table);
    subscriptions::declare(table);
    user_types::declare(table);
    linked_objects::declare(table);
    schemas::declare(table);
    org_factors::declare(table);
    sms_templates::declare(table);
    logs::declare(table);
    api_tokens::declare(table);
}

#[cfg(test)]
mod tests;
