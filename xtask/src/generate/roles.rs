//! `docs/roles.md`: what each administrator role may do, printed from the table that the program obeys.

use std::fmt::Write;

use anyhow::Result;
use denizen_domain::authority::{Permission, Reach, Relation, Role, is_left_to_everybody, reach};

use crate::workspace::Workspace;

const HEAD: &str = "\
# What administrators may do

<!-- Written by `cargo xtask generate`. Do not edit. -->

A right of a role goes so far:

";

const TABLE: &str = "
Whoever is out of reach of a role that looks is not there for its holder: not by id, not in lists, not in searches.
Whoever can be looked at but not touched is told apart: the call is refused. The rights of several roles add up. The
scopes of an access token narrow them, and never widen them.

Roles without targets reach everybody. Targets of users and groups are groups: the groups themselves, and their members.
Targets of apps are apps, by their name in the catalog or one by one; the role of API access management reaches the apps
whose users sign in by OpenID Connect. A target that is gone with its group or app leaves a role that reaches less, never
more. What is about the organization as a whole needs a role without targets, or a right that goes everywhere.

";

const OWN: &str = "
## What everybody may do to themselves

By session, by an access token of their own, or as the owner of an API token who holds any role. Of their profile they see
and change what its schema leaves to them.

";

const LAST: &str = "
## What nobody may do

- Grant roles, take them or change their targets, unless they are super administrators; let anybody into a group that
  gives roles, or create somebody in one, likewise.
- Take away the last super administrator who can act: by suspending, deactivating or removing them, by taking the role from
  them or from the group that gives it, by taking them out of that group or by removing it.
";

/// Writes the document.
pub fn page(_: &Workspace) -> Result<String> {
    let mut text = HEAD.to_owned();
    write_reaches(&mut text);
    text.push_str(TABLE);
    write_table(&mut text);
    text.push_str(OWN);
    let own = Permission::ALL
        .iter()
        .filter(|permission| is_left_to_everybody(**permission));
    for permission in own {
        let _ = writeln!(text, "- `{}`", permission.as_str());
    }
    text.push_str(LAST);
    Ok(text)
}

const REACHES: [Reach; 4] = [Reach::Everywhere, Reach::Targets, Reach::BelowSuper, Reach::Ordinary];

fn word(reach: Reach) -> &'static str {
    match reach {
        Reach::Everywhere => "everywhere",
        Reach::Targets => "targets",
        Reach::BelowSuper => "below super",
        Reach::Ordinary => "ordinary",
    }
}

fn write_reaches(text: &mut String) {
    let names = Relation::ALL.map(Relation::as_str).join(" | ");
    let _ = writeln!(
        text,
        "| Reach | {names} |\n|{}",
        " --- |".repeat(Relation::ALL.len() + 1)
    );
    for reach in REACHES {
        let cells = Relation::ALL.map(|relation| if reach.includes(relation) { "yes" } else { "–" });
        let _ = writeln!(text, "| {} | {} |", word(reach), cells.join(" | "));
    }
}

fn write_table(text: &mut String) {
    let acting = |role: &&Role| {
        Permission::ALL
            .iter()
            .any(|permission| reach(**role, *permission).is_some())
    };
    let roles: Vec<Role> = Role::ALL.iter().filter(acting).copied().collect();
    let names: Vec<String> = roles.iter().map(|role| format!("`{}`", role.as_str())).collect();
    let _ = writeln!(
        text,
        "| Right | {} |\n|{}",
        names.join(" | "),
        " --- |".repeat(roles.len() + 1)
    );
    for permission in Permission::ALL {
        let cells: Vec<&str> = roles
            .iter()
            .map(|role| reach(*role, *permission).map_or("–", word))
            .collect();
        let _ = writeln!(text, "| `{}` | {} |", permission.as_str(), cells.join(" | "));
    }
    let idle: Vec<String> = Role::ALL
        .iter()
        .filter(|role| !roles.contains(role))
        .map(|role| format!("`{}`", role.as_str()))
        .collect();
    let _ = writeln!(text, "\nRoles that give no right here: {}.", idle.join(", "));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_and_every_role_is_in_the_page() {
        let workspace = Workspace::locate().expect("cargo names the folder of this package");
        let page = page(&workspace).expect("the table can be printed");
        for permission in Permission::ALL {
            let row = format!("| `{}` |", permission.as_str());
            assert_eq!(page.matches(&row).count(), 1, "{row}");
        }
        for role in Role::ALL {
            assert!(page.contains(role.as_str()), "{role:?}");
        }
    }
}
