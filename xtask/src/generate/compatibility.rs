//! `docs/compatibility.md`: every operation of the contract, whether it is served, and which tests show it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use anyhow::{Result, ensure};

use super::operations::{self, Operation};
use super::{markers, routes};
use crate::workspace::Workspace;

const HEAD: &str = "\
# Compatibility

<!-- Written by `cargo xtask generate`. Do not edit. -->

Operations of Okta's Management API, and how far Denizen serves them. An operation is *done* when it has a route and a
test, and *untested* when no test names it.
";

/// Writes the document.
///
/// # Errors
/// When a list cannot be read, or a test claims to cover an operation that does not exist.
pub fn table(workspace: &Workspace) -> Result<String> {
    let operations = operations::read(workspace)?;
    let tests = markers::read(workspace)?;
    let unknown: Vec<&String> = tests
        .keys()
        .filter(|id| !operations.iter().any(|operation| operation.ids.contains(id)))
        .collect();
    ensure!(
        unknown.is_empty(),
        "tests cover operations that docs/operations.tsv does not have: {unknown:?}"
    );
    Ok(render(&operations, &routes::served(workspace)?, &tests))
}

fn render(
    operations: &[Operation],
    served: &BTreeSet<(String, String)>,
    tests: &BTreeMap<String, BTreeSet<String>>,
) -> String {
    let mut text = HEAD.to_owned();
    let mut done = 0;
    let mut group = "";
    for operation in operations {
        if operation.group != group {
            group = &operation.group;
            let _ = write!(
                text,
                "\n## {group}\n\n| Operation | Route | State | Tests |\n| --- | --- | --- | --- |\n"
            );
        }
        let covering: BTreeSet<&str> = operation
            .ids
            .iter()
            .filter_map(|id| tests.get(id))
            .flatten()
            .map(String::as_str)
            .collect();
        let is_served = served.contains(&(operation.method.clone(), operations::shape(&operation.path)));
        let state = match (is_served, covering.is_empty()) {
            (true, false) => "done",
            (true, true) => "untested",
            (false, _) => "not yet",
        };
        done += usize::from(state == "done");
        let tests: Vec<&str> = if is_served {
            covering.into_iter().collect()
        } else {
            Vec::new()
        };
        let Operation { method, path, ids, .. } = operation;
        let _ = writeln!(
            text,
            "| {} | `{method} {path}` | {state} | {} |",
            ids.join("<br>"),
            tests.join("<br>")
        );
    }
    let _ = write!(text, "\n{done} of {} operations are done.\n", operations.len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state_of(served: bool, tested: bool) -> String {
        let operation = Operation {
            group: "User".to_owned(),
            method: "GET".to_owned(),
            path: "/api/v1/users/{id}".to_owned(),
            ids: vec!["getUser".to_owned()],
            parameters: Vec::new(),
            body: "none".to_owned(),
            statuses: vec!["200".to_owned()],
        };
        let routes = served
            .then(|| ("GET".to_owned(), "/api/v1/users/{}".to_owned()))
            .into_iter()
            .collect();
        let tests = tested
            .then(|| ("getUser".to_owned(), BTreeSet::from(["a.rs: reads".to_owned()])))
            .into_iter()
            .collect();
        let text = render(&[operation], &routes, &tests);
        text.lines()
            .find(|line| line.starts_with("| getUser"))
            .expect("each operation has a row")
            .to_owned()
    }

    #[test]
    fn only_what_is_served_and_tested_is_done() {
        assert_eq!(
            state_of(true, true),
            "| getUser | `GET /api/v1/users/{id}` | done | a.rs: reads |"
        );
        assert!(state_of(true, false).contains("| untested |"));
        assert!(state_of(false, true).contains("| not yet |"));
        assert!(state_of(false, false).contains("| not yet |"));
    }
}
