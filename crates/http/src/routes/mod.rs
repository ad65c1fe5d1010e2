//! The operations, by what they are about. Wire types stand beside the routes that use them.

mod api_tokens;
mod apps;
mod groups;
mod linked_objects;
mod logs;
mod oauth2;
mod roles;
mod schemas;
mod subscriptions;
mod user_types;
mod users;

pub(crate) use self::oauth2::declare as declare_oauth;
#[cfg(feature = "ceiling")]
pub(crate) use self::users::ceiling;
use crate::operation::Table;

/// Declares every operation. The router asks in this order, so what is called most comes first.
pub(crate) fn declare(table: &mut Table) {
    users::declare(table);
    groups::declare(table);
    apps::declare(table);
    roles::declare(table);
    subscriptions::declare(table);
    user_types::declare(table);
    linked_objects::declare(table);
    schemas::declare(table);
    logs::declare(table);
    api_tokens::declare(table);
}

#[cfg(test)]
mod tests;
