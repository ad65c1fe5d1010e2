//! Both databases have the same migrations, and each can be undone.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Result;

const DATABASES: [&str; 2] = ["sqlite", "postgres"];

/// One line per migration that one database lacks, and per missing script.
pub fn violations(migrations: &Path) -> Result<Vec<String>> {
    let mut violations = Vec::new();
    let mut all = BTreeSet::new();
    for database in DATABASES {
        let names = folders(&migrations.join(database))?;
        if names.is_empty() {
            violations.push(format!("migrations: there are none for {database}"));
        }
        all.extend(names);
    }
    for name in all {
        for database in DATABASES {
            for script in ["up.sql", "down.sql"] {
                if !migrations.join(database).join(&name).join(script).is_file() {
                    violations.push(format!("migrations: {database}/{name}/{script} is missing"));
                }
            }
        }
    }
    Ok(violations)
}

fn folders(parent: &Path) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    if parent.is_dir() {
        for entry in fs::read_dir(parent)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                names.insert(entry.file_name().to_string_lossy().into_owned());
            }
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of empty files, named after the test.
    fn tree(name: &str, files: &[&str]) -> std::path::PathBuf {
        let root = std::env::temp_dir().join(format!("denizen-xtask-{name}-{}", std::process::id()));
        for file in files {
            let path = root.join(file);
            fs::create_dir_all(path.parent().expect("files lie in folders")).expect("the temporary folder is writable");
            fs::write(path, "").expect("the temporary folder is writable");
        }
        root
    }

    fn check(name: &str, files: &[&str]) -> Vec<String> {
        let root = tree(name, files);
        let found = violations(&root).expect("the tree is readable");
        fs::remove_dir_all(root).expect("the tree is ours");
        found
    }

    #[test]
    fn pairs_pass() {
        let files = [
            "sqlite/0001_users/up.sql",
            "sqlite/0001_users/down.sql",
            "postgres/0001_users/up.sql",
            "postgres/0001_users/down.sql",
        ];
        assert_eq!(check("pairs", &files), Vec::<String>::new());
    }

    #[test]
    fn a_missing_counterpart_or_script_fails() {
        let files = [
            "sqlite/0001_users/up.sql",
            "postgres/0001_users/up.sql",
            "postgres/0001_users/down.sql",
        ];
        assert_eq!(
            check("script", &files),
            ["migrations: sqlite/0001_users/down.sql is missing"]
        );
        let found = check(
            "counterpart",
            &[
                "sqlite/a/up.sql",
                "sqlite/a/down.sql",
                "postgres/b/up.sql",
                "postgres/b/down.sql",
            ],
        );
        assert_eq!(found.len(), 4, "{found:?}");
    }

    #[test]
    fn no_migrations_at_all_fails() {
        assert_eq!(
            violations(Path::new("/nowhere"))
                .expect("a missing folder is no error")
                .len(),
            2
        );
    }
}
