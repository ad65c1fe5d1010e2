//! Directories full of made-up people, for both databases. Making a million takes minutes, so SQLite's files are kept between
//! runs for as long as the schema and the people stay the same.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use denizen_domain::id::UserId;
use denizen_domain::time::Timestamp;

use super::Bench;
use super::service::{Service, copy_folder};
use crate::process;
use crate::workspace::Workspace;

/// The moment that every id is made from. `crates/persistence/examples/seed.rs` has the same.
const IDS_FROM: i64 = 1_735_689_600_000;
/// Digits at the end of an id.
const DIGITS: usize = 9;

/// What the ids of all made-up people start with; their number follows, in nine digits.
pub fn id_prefix() -> String {
    let id = UserId::generate(Timestamp::from_millis(IDS_FROM), 0);
    id.as_str()[..id.as_str().len() - DIGITS].to_owned()
}

/// A database that a server can be started on, and its folder.
#[derive(Clone, Debug)]
pub enum Database {
    /// The file is in the data folder.
    Sqlite { folder: PathBuf },
    /// The folder holds only what the server keeps beside its database.
    Postgres { folder: PathBuf, url: String },
}

impl Database {
    /// Where the server runs.
    pub fn folder(&self) -> &Path {
        match self {
            Self::Sqlite { folder } | Self::Postgres { folder, .. } => folder,
        }
    }

    /// What people call it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "SQLite",
            Self::Postgres { .. } => "PostgreSQL",
        }
    }
}

/// Where the data is kept.
pub struct Seeds {
    /// Kept between runs.
    kept: PathBuf,
    /// Removed at the end of the run.
    scratch: PathBuf,
}

impl Seeds {
    /// Finds the folders, and removes what belongs to an older schema or to a run that was killed.
    pub fn locate(workspace: &Workspace) -> Result<Self> {
        let home = workspace.target().join("bench-data");
        let name = format!("{:016x}", fingerprint(workspace)?);
        for entry in fs::read_dir(&home).into_iter().flatten().flatten() {
            if entry.file_name() != *name {
                fs::remove_dir_all(entry.path())?;
            }
        }
        let (kept, scratch) = (home.join(name), home.join("scratch"));
        fs::create_dir_all(&kept)?;
        fs::create_dir_all(&scratch)?;
        Ok(Self { kept, scratch })
    }
}

impl Drop for Seeds {
    fn drop(&mut self) {
        if fs::remove_dir_all(&self.scratch).is_err() {
            eprintln!("the run left {} behind", self.scratch.display());
        }
    }
}

/// Changes whenever the schema or the made-up people do.
fn fingerprint(workspace: &Workspace) -> Result<u64> {
    let mut files = vec![workspace.root().join("crates/persistence/examples/seed.rs")];
    let mut folders = vec![workspace.root().join("migrations")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        fs::read(&file)
            .with_context(|| file.display().to_string())?
            .hash(&mut hasher);
    }
    Ok(hasher.finish())
}

impl Bench<'_> {
    /// SQLite with a number of users, as they were made. Not to be written to.
    pub fn sqlite(&self, users: u32) -> Result<Database> {
        let folder = self.seeds.kept.join(format!("sqlite-{users}"));
        let database = Database::Sqlite { folder: folder.clone() };
        if !folder.exists() {
            eprintln!("making {users} users in SQLite");
            let begun = self.seeds.kept.join("begun");
            if begun.exists() {
                fs::remove_dir_all(&begun)?;
            }
            fs::create_dir_all(&begun)?;
            // The server founds the directory, so that everything is as it is in a real one.
            drop(Service::start(self, &Database::Sqlite { folder: begun.clone() })?);
            let file = database_file(&begun)?;
            process::run(seed(self).arg("sqlite").arg(file).arg(users.to_string()))?;
            fs::rename(begun, &folder)?;
        }
        Ok(database)
    }

    /// A copy of it to write to.
    pub fn sqlite_copy(&self, users: u32, name: &str) -> Result<Database> {
        let original = self.sqlite(users)?;
        let folder = self.seeds.scratch.join(name);
        copy_folder(original.folder(), &folder)?;
        Ok(Database::Sqlite { folder })
    }

    /// PostgreSQL with a number of users, as they were made. Not to be written to.
    pub fn postgres(&self, users: u32) -> Result<Database> {
        let name = format!("users_{users}");
        let folder = self.seeds.scratch.join(&name);
        let is_new = !folder.exists();
        fs::create_dir_all(&folder)?;
        let database = self.named(&name);
        if is_new {
            eprintln!("making {users} users in PostgreSQL");
            self.cluster.create_database(&name)?;
            drop(Service::start(self, &database)?);
            let url = self.cluster.url(&name);
            process::run(seed(self).args(["postgres", &url]).arg(users.to_string()))?;
            self.cluster.execute(&name, "VACUUM ANALYZE")?;
            self.cluster.execute(&name, "CHECKPOINT")?;
        }
        Ok(database)
    }

    /// A copy of it to write to.
    pub fn postgres_copy(&self, users: u32, name: &str) -> Result<Database> {
        let original = self.postgres(users)?;
        copy_folder(original.folder(), &self.seeds.scratch.join(name))?;
        let statement = format!("CREATE DATABASE {name} TEMPLATE users_{users} STRATEGY file_copy");
        self.cluster.execute("postgres", &statement)?;
        Ok(self.named(name))
    }

    /// An empty folder to start a server in.
    pub fn empty(&self, name: &str) -> Result<Database> {
        let folder = self.seeds.scratch.join(name);
        fs::create_dir_all(&folder)?;
        Ok(Database::Sqlite { folder })
    }

    fn named(&self, name: &str) -> Database {
        Database::Postgres {
            folder: self.seeds.scratch.join(name),
            url: self.cluster.url(name),
        }
    }
}

fn seed(bench: &Bench<'_>) -> Command {
    Command::new(bench.example("seed"))
}

/// What every SQLite database starts with.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// SQLite's file in a folder that a server was started in.
pub fn database_file(folder: &Path) -> Result<PathBuf> {
    for entry in fs::read_dir(folder.join("data"))? {
        let path = entry?.path();
        let mut begin = [0; MAGIC.len()];
        let is_read = fs::File::open(&path)
            .and_then(|mut file| file.read_exact(&mut begin))
            .is_ok();
        if is_read && begin == *MAGIC {
            return Ok(path);
        }
    }
    bail!("no SQLite database in {}", folder.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_end_in_the_persons_number() {
        let id = format!("{}000120034", id_prefix());
        // The digits of base 62 stand with the least significant first.
        let digits = [0, 0, 0, 1, 2, 0, 0, 3, 4];
        let entropy = digits.iter().rev().fold(0, |sum: u64, digit| sum * 62 + digit);
        assert_eq!(UserId::generate(Timestamp::from_millis(IDS_FROM), entropy).as_str(), id);
    }
}
