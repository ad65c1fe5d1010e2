//! The operations of the Management API that Denizen is measured by: `docs/operations.tsv`.

use std::fs;

use anyhow::{Context, Result, bail, ensure};

use crate::workspace::Workspace;

/// One operation of the contract.
pub struct Operation {
    /// Heading under which the API's description lists it.
    pub group: String,
    /// In capitals.
    pub method: String,
    /// From the root, with `{names}` for variable segments.
    pub path: String,
    /// Query parameters and headers.
    pub parameters: Vec<Parameter>,
    /// `none`, `optional` or `required`.
    pub body: String,
    /// How success is answered.
    pub statuses: Vec<String>,
    /// Its ids: the current one first, then names that older clients use. Ids of the older ones need not be unique.
    pub ids: Vec<String>,
}

/// A query parameter or a header.
pub struct Parameter {
    pub name: String,
    /// `query` or `header`.
    pub place: String,
    /// `string`, `integer` or `boolean`.
    pub kind: String,
    pub required: bool,
}

/// Reads the list, in its order.
pub fn read(workspace: &Workspace) -> Result<Vec<Operation>> {
    let text = fs::read_to_string(workspace.root().join("docs/operations.tsv")).context("docs/operations.tsv")?;
    parse(&text)
}

fn parse(text: &str) -> Result<Vec<Operation>> {
    let mut operations = Vec::new();
    for (index, line) in text.lines().enumerate().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        ensure!(
            cells.len() == 7,
            "docs/operations.tsv:{}: {} cells, not 7",
            index + 1,
            cells.len()
        );
        operations.push(Operation {
            group: cells[0].to_owned(),
            method: cells[1].to_owned(),
            path: cells[2].to_owned(),
            parameters: cells[4].split_whitespace().map(parameter).collect::<Result<_>>()?,
            body: cells[5].to_owned(),
            statuses: cells[6].split(' ').map(str::to_owned).collect(),
            ids: cells[3].split(' ').map(str::to_owned).collect(),
        });
    }
    Ok(operations)
}

/// Reads `name:place:kind`, with `!` at the end of what is required.
fn parameter(text: &str) -> Result<Parameter> {
    let (text, required) = match text.strip_suffix('!') {
        Some(text) => (text, true),
        None => (text, false),
    };
    let [name, place, kind] = text.split(':').collect::<Vec<_>>()[..] else {
        bail!("docs/operations.tsv: {text} is not name:place:kind");
    };
    Ok(Parameter {
        name: name.to_owned(),
        place: place.to_owned(),
        kind: kind.to_owned(),
        required,
    })
}

/// A path with every variable segment written `{}`, so that two descriptions of one route are equal.
pub fn shape(path: &str) -> String {
    let segments = path
        .split('/')
        .map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_group_method_path_and_ids() {
        let head = "group\tmethod\tpath\toperationId\tparameters\tbody\tstatuses\n";
        let line = "User\tGET\t/api/v1/users/{id}\tgetUser User_get\tlimit:query:integer q:query:string!\tnone\t200\n";
        let operations = parse(&format!("{head}{line}")).expect("the line is well formed");
        let parameters = &operations[0].parameters;
        assert!(parameters[0].kind == "integer" && !parameters[0].required && parameters[1].required);
        assert_eq!(operations[0].ids, ["getUser", "User_get"]);
        assert!(parse("header\nUser\tGET\n").is_err());
    }

    #[test]
    fn names_of_variable_segments_do_not_matter() {
        assert_eq!(
            shape("/api/v1/users/{id}/roles/{r}"),
            shape("/api/v1/users/{userId}/roles/{roleId}")
        );
        assert_ne!(shape("/api/v1/users/{id}"), shape("/api/v1/users/me"));
    }
}
