//! Writing apps and whom they are assigned to.

use denizen_domain::app::{App, AppGroup, AppUser};
use denizen_domain::oauth::client_id;
use denizen_domain::ports::{AppWrite, StoreError};
use denizen_domain::schema::Schema;
use denizen_domain::search::fold;
use diesel::prelude::*;

use super::apply::{Expected, Statements, json};
use super::attribute_writes::remove_from_app;
use super::oauth_writes::insert_client;
use super::role_writes::bump_authority;
use super::statements::{AssignGroup, UpdateApp, UpdateAppSchema, UpdateAppUser};
use crate::schema::{app_groups, app_users, apps};

/// Changes an app or whom it is assigned to.
pub(super) fn write_app(change: &AppWrite, to: &mut impl Statements) -> Result<(), StoreError> {
    match change {
        AppWrite::Insert(app, schema) => insert_app(app, schema, to),
        AppWrite::Update { from, to: app } => update_app(from, app, to),
        AppWrite::Delete(app) => {
            let unchanged = apps::table
                .filter(apps::id.eq(app.id.as_str()))
                .filter(apps::version.eq(app.version));
            to.run(Expected::One, diesel::delete(unchanged))?;
            // It may have been a target.
            bump_authority(to)
        }
        AppWrite::UpdateSchema { app, to: schema } => {
            let update = UpdateAppSchema {
                id: app.id.as_str(),
                version: app.version,
                user_schema: &json("apps", schema)?,
            };
            to.run(Expected::One, update)
        }
        AppWrite::RemoveAttribute { id, name } => remove_from_app(id, name, to),
        AppWrite::AssignUser(assignment) => assign_user(assignment, to),
        AppWrite::UpdateUser(assignment) => {
            let update = UpdateAppUser {
                app_id: assignment.app_id.as_str(),
                user_id: assignment.user_id.as_str(),
                user_name: &assignment.user_name,
                profile: assignment.profile.as_json(),
                created: assignment.created.as_millis(),
                last_updated: assignment.last_updated.as_millis(),
            };
            to.run(Expected::One, update)
        }
        AppWrite::UnassignUser { app_id, user_id } => {
            let assigned = app_users::table
                .filter(app_users::user_id.eq(user_id.as_str()))
                .filter(app_users::app_id.eq(app_id.as_str()));
            to.run(Expected::One, diesel::delete(assigned))
        }
        AppWrite::UnassignUserFromAll(user_id) => {
            let assigned = app_users::table.filter(app_users::user_id.eq(user_id.as_str()));
            to.run(Expected::Any, diesel::delete(assigned))
        }
        AppWrite::AssignGroup(assignment) => assign_group(assignment, to),
        AppWrite::UnassignGroup { app_id, group_id } => {
            let assigned = app_groups::table
                .filter(app_groups::app_id.eq(app_id.as_str()))
                .filter(app_groups::group_id.eq(group_id.as_str()));
            to.run(Expected::One, diesel::delete(assigned))
        }
    }
}

fn insert_app(app: &App, schema: &Schema, to: &mut impl Statements) -> Result<(), StoreError> {
    let (name_key, label_key) = (fold(&app.name), fold(&app.label));
    let (document, user_schema) = (json("apps", &app.document)?, json("apps", schema)?);
    let row = (
        apps::id.eq(app.id.as_str()),
        apps::version.eq(app.version),
        apps::name.eq(app.name.as_str()),
        apps::name_key.eq(name_key.as_str()),
        apps::label.eq(app.label.as_str()),
        apps::label_key.eq(label_key.as_str()),
        apps::status.eq(app.status.as_str()),
        apps::sign_on_mode.eq(app.sign_on_mode.as_str()),
        apps::created.eq(app.created.as_millis()),
        apps::last_updated.eq(app.last_updated.as_millis()),
        apps::document.eq(document.as_str()),
        apps::user_schema.eq(user_schema.as_str()),
    );
    to.run(Expected::One, diesel::insert_into(apps::table).values(row))?;
    match client_id(app) {
        Some(client_id) => insert_client(client_id, &app.id, to),
        None => Ok(()),
    }
}

fn update_app(from: &App, app: &App, to: &mut impl Statements) -> Result<(), StoreError> {
    let update = UpdateApp {
        id: from.id.as_str(),
        version: from.version,
        name: &app.name,
        name_key: &fold(&app.name),
        label: &app.label,
        label_key: &fold(&app.label),
        status: app.status.as_str(),
        sign_on_mode: app.sign_on_mode.as_str(),
        last_updated: app.last_updated.as_millis(),
        document: &json("apps", &app.document)?,
    };
    to.run(Expected::One, update)
}

fn assign_user(assignment: &AppUser, to: &mut impl Statements) -> Result<(), StoreError> {
    let row = (
        app_users::id.eq(assignment.id.as_str()),
        app_users::app_id.eq(assignment.app_id.as_str()),
        app_users::user_id.eq(assignment.user_id.as_str()),
        app_users::user_name.eq(assignment.user_name.as_str()),
        app_users::profile.eq(assignment.profile.as_json()),
        app_users::created.eq(assignment.created.as_millis()),
        app_users::last_updated.eq(assignment.last_updated.as_millis()),
    );
    to.run(Expected::One, diesel::insert_into(app_users::table).values(row))
}

fn assign_group(assignment: &AppGroup, to: &mut impl Statements) -> Result<(), StoreError> {
    let assign = AssignGroup {
        app_id: assignment.app_id.as_str(),
        group_id: assignment.group_id.as_str(),
        priority: i64::from(assignment.priority),
        profile: &json("app_groups", &assignment.profile)?,
        created: assignment.created.as_millis(),
        last_updated: assignment.last_updated.as_millis(),
    };
    to.run(Expected::One, assign)
}
