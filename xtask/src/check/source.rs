//! The files of this checkout that people write, found without help of version control.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

/// Folders that hold no files of ours.
const FOREIGN: &[&str] = &[
    ".git",
    ".tools",
    "target",
    "node_modules",
    "corpus",
    "artifacts",
    "__pycache__",
    "denizen-data",
];

/// Every text file below a folder, as path and content, sorted by path.
pub fn text_files(root: &Path) -> Result<Vec<(PathBuf, String)>> {
    let mut files = Vec::new();
    collect(root, &mut files)?;
    files.sort();
    Ok(files)
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, String)>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let is_foreign = FOREIGN.iter().any(|name| entry.file_name() == *name);
        if is_foreign {
            continue;
        }
        if kind.is_dir() {
            collect(&entry.path(), files)?;
        } else if kind.is_file()
            && let Ok(text) = String::from_utf8(fs::read(entry.path())?)
        {
            files.push((entry.path(), text));
        }
    }
    Ok(())
}
