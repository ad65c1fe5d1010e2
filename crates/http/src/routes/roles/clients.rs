//! Roles of clients, and their targets: the same operations as for users and groups, beside the API (contract:
//! roles-and-targets §1).

use actix_web::http::Method;
use denizen_domain::authority::Permission::{RolesManage as Manage, RolesRead as Read};

use super::Family::Client;
use super::targets::{add, list_apps, list_groups, remove};
use super::{assign, get, list, unassign};
use crate::operation::Table;

/// Declares the operations on roles of clients.
pub(crate) fn declare(table: &mut Table) {
    table.add("/oauth2/v1/clients/{id}/roles", Method::GET, Read, |r| list(r, Client));
    table.add("/oauth2/v1/clients/{id}/roles", Method::POST, Manage, |r| {
        assign(r, Client)
    });
    table.add("/oauth2/v1/clients/{id}/roles/{role}", Method::GET, Read, |r| {
        get(r, Client)
    });
    table.add("/oauth2/v1/clients/{id}/roles/{role}", Method::DELETE, Manage, |r| {
        unassign(r, Client)
    });
    declare_targets(table);
}

fn declare_targets(table: &mut Table) {
    table.add(
        "/oauth2/v1/clients/{id}/roles/{role}/targets/groups",
        Method::GET,
        Read,
        |r| list_groups(r, Client),
    );
    table.add(
        "/oauth2/v1/clients/{id}/roles/{role}/targets/groups/{group}",
        Method::PUT,
        Manage,
        |r| add(r, Client),
    );
    table.add(
        "/oauth2/v1/clients/{id}/roles/{role}/targets/groups/{group}",
        Method::DELETE,
        Manage,
        |r| remove(r, Client),
    );
    table.add(
        "/oauth2/v1/clients/{id}/roles/{role}/targets/catalog/apps",
        Method::GET,
        Read,
        |r| list_apps(r, Client),
    );
    table.add(
        "/oauth2/v1/clients/{id}/roles/{role}/targets/catalog/apps/{name}",
        Method::PUT,
        Manage,
        |r| add(r, Client),
    );
    table.add(
        "/oauth2/v1/clients/{id}/roles/{role}/targets/catalog/apps/{name}",
        Method::DELETE,
        Manage,
        |r| remove(r, Client),
    );
    table.add(
        "/oauth2/v1/clients/{id}/roles/{role}/targets/catalog/apps/{name}/{app}",
        Method::PUT,
        Manage,
        |r| add(r, Client),
    );
    table.add(
        "/oauth2/v1/clients/{id}/roles/{role}/targets/catalog/apps/{name}/{app}",
        Method::DELETE,
        Manage,
        |r| remove(r, Client),
    );
}
