//! Roles and their targets, as clients see them (contract: roles-and-targets §2, §5.2).

use denizen_domain::ports::TargetApp;
use denizen_domain::role::{Assignee, CatalogEntry, RoleAssignment};
use serde_json::{Value, json};

use crate::operation::BASE;

/// A role in somebody's hands.
pub(super) fn assignment(role: &RoleAssignment, base: &str) -> Value {
    let kind = match role.assignee {
        Assignee::User(_) => "users",
        Assignee::Group(_) => "groups",
        Assignee::Client(_) => "apps",
    };
    let mut shown = json!({
        "id": role.id.as_str(),
        "label": role.role.label(),
        "type": role.role.as_str(),
        "status": "ACTIVE",
        "created": role.created,
        "lastUpdated": role.last_updated,
        "assignmentType": role.assignee.kind(),
        "_links": {"assignee": {"href": format!("{base}{BASE}/{kind}/{}", role.assignee.id())}},
    });
    if let Some(set) = role.role.resource_set() {
        shown["role"] = json!(role.role.as_str());
        shown["resource-set"] = json!(set);
    }
    shown
}

/// An app that is a target. For one app the name is its label; for a kind of apps it is the name in the catalog.
pub(super) fn app(app: &TargetApp, base: &str) -> Value {
    match app {
        TargetApp::Instance(app) => json!({
            "name": app.label,
            "status": app.status.as_str(),
            "id": app.id.as_str(),
            "_links": {"self": {"href": format!("{base}{BASE}/apps/{}", app.id)}},
        }),
        TargetApp::Catalog(name) => {
            let own = format!("{base}{BASE}/catalog/apps/{name}");
            let mut shown = json!({
                "name": name,
                "displayName": name,
                "status": "ACTIVE",
                "_links": {"self": {"href": own}},
            });
            if let Some(entry) = CatalogEntry::named(name) {
                shown["displayName"] = json!(entry.label);
                shown["description"] = json!(entry.label);
                shown["signOnModes"] = json!(entry.sign_on_modes);
            }
            shown
        }
    }
}
