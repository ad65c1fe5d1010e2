//! Which tests cover which operation: comments in test code that say `covers:` and name operation ids.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::workspace::Workspace;

/// Starts the list of ids in a comment.
const MARKER: &str = "covers:";
/// How far below its comment the name of a test may stand.
const REACH: usize = 12;

/// Operation id to the tests that cover it, each as `file` or `file: name`.
pub fn read(workspace: &Workspace) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut tests = BTreeMap::new();
    for folder in ["crates", "e2e"] {
        visit(workspace.root(), &workspace.root().join(folder), &mut tests)?;
    }
    Ok(tests)
}

fn visit(root: &Path, folder: &Path, tests: &mut BTreeMap<String, BTreeSet<String>>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if entry.file_name() != "node_modules" {
                visit(root, &path, tests)?;
            }
        } else if path
            .extension()
            .is_some_and(|extension| ["rs", "py", "js"].iter().any(|known| extension == *known))
        {
            let file = path.strip_prefix(root)?.display().to_string();
            for (id, name) in markers(&fs::read_to_string(&path)?) {
                let test = name.map_or_else(|| file.clone(), |name| format!("{file}: {name}"));
                tests.entry(id).or_default().insert(test);
            }
        }
    }
    Ok(())
}

/// The ids named in one file, each with the name of the test below it.
fn markers(text: &str) -> Vec<(String, Option<String>)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let is_comment = ["//", "#", "*"]
            .iter()
            .any(|start| line.trim_start().starts_with(start));
        if let Some((_, ids)) = line.split_once(MARKER)
            && is_comment
        {
            let name = lines[index + 1..].iter().take(REACH).find_map(|line| test_name(line));
            let ids = ids.split(',').map(str::trim).filter(|id| !id.is_empty());
            found.extend(ids.map(|id| (id.to_owned(), name.clone())));
        }
    }
    found
}

/// The name in a line that starts a function of Rust, Python or JavaScript, or a named case `test('name', …`.
fn test_name(line: &str) -> Option<String> {
    let words = line.trim_start();
    for start in ["fn ", "def ", "function "] {
        if let Some((before, after)) = words.split_once(start)
            && before.split_whitespace().all(|word| ["pub", "async"].contains(&word))
        {
            let is_name = |c: &char| c.is_alphanumeric() || *c == '_';
            return Some(after.chars().take_while(is_name).collect());
        }
    }
    let quoted = words.strip_prefix("test('")?;
    quoted.split_once('\'').map(|(name, _)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, Option<String>)> {
        markers(text)
    }

    #[test]
    fn ids_are_read_with_the_test_below_them() {
        let rust = "/// covers: createUser, getUser\n#[test]\nfn a_user_is_created() {\n";
        let name = Some("a_user_is_created".to_owned());
        assert_eq!(
            found(rust),
            [("createUser".to_owned(), name.clone()), ("getUser".to_owned(), name)]
        );
        let python = "# covers: listUsers\nasync def pages(client):\n";
        assert_eq!(found(python), [("listUsers".to_owned(), Some("pages".to_owned()))]);
        let node = "// covers: listUsers\ntest('pages follow links', async () => {\n";
        assert_eq!(
            found(node),
            [("listUsers".to_owned(), Some("pages follow links".to_owned()))]
        );
    }

    #[test]
    fn the_word_outside_a_comment_is_no_marker() {
        assert_eq!(found("let text = \"covers: nothing\";\n"), []);
    }
}
