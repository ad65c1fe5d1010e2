//! The data folder: for its owner alone, and for one server at a time.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};

const LOCK_FILE: &str = "lock";

/// Makes the folder if there is none. One that others may read is only worth a warning: its files are closed to them.
pub fn create(folder: &Path) -> Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("the data folder {} cannot be made", folder.display()))?;
    let mode = std::fs::metadata(folder)?.permissions().mode();
    if mode & 0o077 != 0 {
        tracing::warn!(folder = %folder.display(), "others may look into the data folder; `chmod 700` closes it");
    }
    Ok(())
}

/// Takes the folder for this process, until the value is dropped or the process ends, however it ends.
pub fn lock(folder: &Path) -> Result<File> {
    let file = private_file(&folder.join(LOCK_FILE))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!("another server is running on the data folder {}", folder.display()),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("the data folder {} cannot be locked", folder.display()))
        }
    }
}

/// Makes the database's file for its owner alone, before the database would make it for everybody. The files that the
/// database puts beside it get the same permissions.
pub fn prepare_database(file: &Path) -> Result<()> {
    private_file(file).with_context(|| format!("the database file {} cannot be opened", file.display()))?;
    if std::fs::metadata(file)?.permissions().mode() & 0o077 != 0 {
        tracing::warn!(file = %file.display(), "others may open the database file; `chmod 600` closes it");
    }
    Ok(())
}

fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    /// K4
    #[test]
    fn folder_and_files_are_for_their_owner_alone() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("a/b");
        create(&folder).unwrap();
        create(&folder).unwrap();
        let file = folder.join("denizen.db");
        prepare_database(&file).unwrap();
        let _lock = lock(&folder).unwrap();
        assert_eq!(
            (mode(&folder), mode(&file), mode(&folder.join(LOCK_FILE))),
            (0o700, 0o600, 0o600)
        );
    }

    #[test]
    fn a_folder_is_locked_once() {
        let home = tempfile::tempdir().unwrap();
        let lock_of_one = lock(home.path()).unwrap();
        let refusal = lock(home.path()).unwrap_err().to_string();
        assert!(refusal.contains(&home.path().display().to_string()), "{refusal}");
        drop(lock_of_one);
        lock(home.path()).unwrap();
    }

    #[test]
    fn what_is_in_the_database_file_stays() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("denizen.db");
        std::fs::write(&file, "kept").unwrap();
        prepare_database(&file).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "kept");
    }
}
