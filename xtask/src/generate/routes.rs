//! The routes that the HTTP crate serves, read from its source.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::operations::shape;
use crate::workspace::Workspace;

/// Where the operations of the API lie; routes may be written relative to it.
const SCOPE: &str = "/api/v1";
/// Where others lie; their routes are written in full.
const ELSEWHERE: [&str; 2] = ["/oauth2/", "/.well-known/"];
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// Method and path shape of every route in `crates/http/src/routes.rs` and the folder `routes`.
pub fn served(workspace: &Workspace) -> Result<BTreeSet<(String, String)>> {
    let source = workspace.root().join("crates/http/src");
    let mut files = vec![source.join("routes.rs")];
    files.extend(folder(&source.join("routes"))?);
    let mut routes = BTreeSet::new();
    for file in files.iter().filter(|file| file.is_file()) {
        routes.extend(parse(&fs::read_to_string(file)?));
    }
    Ok(routes)
}

fn folder(path: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            let entry = entry?.path();
            files.extend(folder(&entry)?);
            files.push(entry);
        }
    }
    Ok(files)
}

/// Reads `add("/path", Method::GET, …`, `.route("/path", web::get()…` and `web::resource("/path").route(web::get()…)`: each
/// method belongs to the path before it. Tests at the end of a file are left out.
fn parse(text: &str) -> Vec<(String, String)> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut routes = Vec::new();
    let mut path = None;
    for piece in pieces(code) {
        match piece {
            Piece::Path(found) => path = Some(found),
            Piece::Method(method) => routes.extend(path.clone().map(|path| (method, path))),
        }
    }
    routes
}

enum Piece {
    Path(String),
    Method(String),
}

fn pieces(code: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
        let mut rest = line;
        while let Some(start) = rest.find(['"', ':']) {
            let (sign, after) = rest[start..].split_at(1);
            rest = after;
            if sign == "\"" {
                let (text, next) = after.split_once('"').unwrap_or((after, ""));
                rest = next;
                if text.starts_with('/') {
                    let full = if text.starts_with(SCOPE) || ELSEWHERE.iter().any(|start| text.starts_with(start)) {
                        text.to_owned()
                    } else {
                        format!("{SCOPE}{text}")
                    };
                    found.push(Piece::Path(shape(&full)));
                }
            } else {
                let word: String = after.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
                let called = after[word.len()..].starts_with("()");
                let named = METHODS.contains(&word.as_str());
                let method = METHODS.iter().find(|method| method.eq_ignore_ascii_case(&word));
                found.extend(
                    method
                        .filter(|_| called || named)
                        .map(|method| Piece::Method((*method).to_owned())),
                );
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(code: &str) -> Vec<String> {
        parse(code)
            .into_iter()
            .map(|(method, path)| format!("{method} {path}"))
            .collect()
    }

    #[test]
    fn routes_and_resources_are_read() {
        let code = r#"
            .route("/users/{id}/groups", web::get().to(groups))
            .service(
                web::resource("/api/v1/users")
                    .route(web::get().to(list))
                    .route(web::post().to(create)),
            )
        "#;
        assert_eq!(
            parsed(code),
            ["GET /api/v1/users/{}/groups", "GET /api/v1/users", "POST /api/v1/users"]
        );
    }

    #[test]
    fn tables_of_operations_are_read() {
        let code = r#"
            table.add("/users", Method::POST, Permission::UsersCreate, create);
            table.add(
                "/users/{id}/lifecycle/suspend",
                Method::POST,
                Permission::UsersSuspend,
                suspend,
            );
        "#;
        assert_eq!(
            parsed(code),
            ["POST /api/v1/users", "POST /api/v1/users/{}/lifecycle/suspend"]
        );
    }

    #[test]
    fn routes_outside_of_the_api_are_written_in_full() {
        let code = r#".route("/oauth2/v1/token", web::post()).route("/.well-known/x", web::get())"#;
        assert_eq!(parsed(code), ["POST /oauth2/v1/token", "GET /.well-known/x"]);
    }

    #[test]
    fn comments_and_tests_are_not_routes() {
        let code = "// .route(\"/users\", web::get())\n#[cfg(test)]\n.route(\"/users\", web::get())";
        assert_eq!(parsed(code), Vec::<String>::new());
    }
}
