//! `crates/http/openapi.json`: a description of what is served, which the server hands out.
//!
//! It is made of the list of operations and of the routes, so that it can neither lack a route nor name one that is not there.

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::operations::{self, Operation, Parameter};
use super::routes;
use crate::workspace::Workspace;

/// Writes the document.
pub fn document(workspace: &Workspace) -> Result<String> {
    let served = routes::served(workspace)?;
    let operations = operations::read(workspace)?;
    let is_served =
        |operation: &&Operation| served.contains(&(operation.method.clone(), operations::shape(&operation.path)));
    let document = describe(operations.iter().filter(is_served));
    Ok(format!("{}\n", serde_json::to_string_pretty(&document)?))
}

fn describe<'a>(operations: impl Iterator<Item = &'a Operation>) -> Value {
    let mut paths = Map::new();
    for operation in operations {
        let path = paths.entry(operation.path.clone()).or_insert_with(|| json!({}));
        path[operation.method.to_lowercase()] = one(operation);
    }
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": "Denizen",
            "description": "A directory of people that speaks Okta's Management API.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"apiToken": []}, {"accessToken": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "apiToken": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "SSWS and the token"},
                "accessToken": {"type": "http", "scheme": "bearer"},
            },
            "responses": {
                "Error": {
                    "description": "A refusal",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
                },
            },
            "schemas": {"Error": error_schema()},
        },
    })
}

fn one(operation: &Operation) -> Value {
    let segments = operation
        .path
        .split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    let in_path =
        segments.map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
    let parameters: Vec<Value> = in_path.chain(operation.parameters.iter().map(parameter)).collect();
    let mut responses = Map::new();
    for status in &operation.statuses {
        let mut response = json!({"description": "Done"});
        if status != "204" {
            response["content"] = json!({"application/json": {"schema": {}}});
        }
        responses.insert(status.clone(), response);
    }
    responses.insert("default".to_owned(), json!({"$ref": "#/components/responses/Error"}));
    let mut described = json!({
        "operationId": operation.ids[0],
        "tags": [operation.group],
        "parameters": parameters,
        "responses": responses,
    });
    let is_open = operation.group == "OAuth";
    if is_open {
        described["security"] = json!([]);
    }
    if operation.body != "none" {
        let kind = if is_open {
            "application/x-www-form-urlencoded"
        } else {
            "application/json"
        };
        described["requestBody"] = json!({
            "required": operation.body == "required",
            "content": {kind: {"schema": {"type": "object"}}},
        });
    }
    described
}

fn parameter(parameter: &Parameter) -> Value {
    json!({
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required,
        "schema": {"type": parameter.kind},
    })
}

fn error_schema() -> Value {
    let text = json!({"type": "string"});
    json!({
        "type": "object",
        "required": ["errorCode", "errorSummary", "errorLink", "errorId", "errorCauses"],
        "properties": {
            "errorCode": text,
            "errorSummary": text,
            "errorLink": text,
            "errorId": text,
            "errorCauses": {"type": "array", "items": {"type": "object", "properties": {"errorSummary": text}}},
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_described_with_its_parameters_and_answers() {
        let operation = Operation {
            group: "User".to_owned(),
            method: "DELETE".to_owned(),
            path: "/api/v1/users/{id}".to_owned(),
            parameters: vec![Parameter {
                name: "sendEmail".to_owned(),
                place: "query".to_owned(),
                kind: "boolean".to_owned(),
                required: false,
            }],
            body: "none".to_owned(),
            statuses: vec!["204".to_owned()],
            ids: vec!["deleteUser".to_owned()],
        };
        let document = describe(std::iter::once(&operation));
        let described = &document["paths"]["/api/v1/users/{id}"]["delete"];
        assert_eq!(described["parameters"][0]["in"], "path");
        assert_eq!(described["parameters"][1]["name"], "sendEmail");
        assert!(described["responses"]["204"].get("content").is_none());
        assert!(described.get("requestBody").is_none());
    }
}
