//! A home: an empty data folder with its database, on which servers are started and commands are run.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::database::{Backend, Database};
use super::{Server, TOKEN};

/// The setting that makes hashes cheap; it takes a loopback address.
pub const CHEAP_HASHES: &str = "DENIZEN_HASHING__INSECURE";
/// The key of waiting mails, in the data folder.
pub const KEY_FILE: &str = "key";

/// A data folder and a database; both go when it is dropped.
pub struct Home {
    // Dropped in this order: the database is removed before the folder.
    database: Database,
    folder: TempDir,
}

impl Home {
    /// An empty home; `None` where the database is not to be had.
    pub fn new(backend: Backend) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::new(backend, &folder.path().join("data"))?;
        Some(Self { database, folder })
    }

    /// The folder that the program calls its own. The program makes it.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A place beside the data folder.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The database.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The program with a subcommand, on this home, without the settings of a developer's own server.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        self.command_on(&self.data(), arguments)
    }

    /// The same with another data folder: another server of the same database.
    pub fn command_on<S: AsRef<OsStr>>(&self, data: &Path, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_denizen"));
        command.args(arguments).arg("--data-dir").arg(data);
        if let Some(url) = self.database.url() {
            command.args(["--database-url", url]);
        }
        let inherited = std::env::vars_os().map(|(name, _)| name);
        for name in inherited.filter(|name| name.to_string_lossy().starts_with("DENIZEN_")) {
            command.env_remove(name);
        }
        command.current_dir(self.folder.path());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// `serve` on a free port, accepting [`TOKEN`], with hashes that cost nothing.
    pub fn serve(&self) -> Command {
        self.serve_on(&self.data())
    }

    fn serve_on(&self, data: &Path) -> Command {
        let mut command = self.command_on(data, ["serve", "--listen", "127.0.0.1:0"]);
        command.env("DENIZEN_BOOTSTRAP_API_TOKEN", TOKEN);
        command.env(CHEAP_HASHES, "true");
        command
    }

    /// Starts a server and waits until it is ready.
    pub fn start(&self) -> Server {
        Server::start(self.serve())
    }

    /// Starts a server with settings of its own.
    pub fn start_with(&self, settings: &[(&str, &str)]) -> Server {
        let mut command = self.serve();
        command.envs(settings.iter().copied());
        Server::start(command)
    }

    /// Starts another server of the same database, with a data folder of its own beside the first, and with its key.
    pub fn start_another(&self) -> Server {
        self.start_another_with(&[])
    }

    /// The same with settings of its own.
    pub fn start_another_with(&self, settings: &[(&str, &str)]) -> Server {
        let mut command = self.serve_on(&self.beside("other"));
        command.envs(settings.iter().copied());
        command.env("DENIZEN_KEY_FILE", self.data().join(KEY_FILE));
        Server::start(command)
    }

    /// Runs a subcommand to its end.
    pub fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Ended {
        Ended::of(&mut self.command(arguments))
    }
}

/// What a subcommand left.
#[derive(Debug)]
pub struct Ended {
    /// Whether it ended well.
    pub success: bool,
    /// Its standard output.
    pub output: String,
    /// Its standard error.
    pub complaint: String,
}

impl Ended {
    /// Runs a command to its end.
    pub fn of(command: &mut Command) -> Self {
        let Output { status, stdout, stderr } = command.output().unwrap();
        Self {
            success: status.success(),
            output: String::from_utf8(stdout).unwrap(),
            complaint: String::from_utf8(stderr).unwrap(),
        }
    }

    /// The output of a command that ended well.
    #[track_caller]
    pub fn expect_success(self) -> String {
        assert!(self.success, "{self:?}");
        self.output
    }

    /// The complaint of a command that did not.
    #[track_caller]
    pub fn expect_failure(self) -> String {
        assert!(!self.success, "{self:?}");
        self.complaint
    }
}
