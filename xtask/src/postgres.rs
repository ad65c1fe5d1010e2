//! A private PostgreSQL cluster for tests: its own data, its own port on the loopback address, gone afterwards.
//!
//! It keeps `fsync` on, as production does. PostgreSQL refuses to run as root, so root runs it as `postgres` or `nobody`.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;
use crate::{install, process};

/// A running cluster; dropping it stops the server and removes the data.
pub struct Cluster {
    installation: Installation,
    folder: PathBuf,
    port: u16,
    server: Child,
}

/// The programs of PostgreSQL, and the account that runs them.
#[derive(Clone)]
struct Installation {
    programs: PathBuf,
    account: Option<Account>,
}

/// User and group that the server runs as, when this process is root.
#[derive(Clone, Copy)]
struct Account {
    user: u32,
    group: u32,
}

/// How the server is set up.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tuning {
    /// Little memory: what tests need.
    Tests,
    /// Memory and log space as an operator would give it, so that measures tell of production.
    Production,
}

impl Tuning {
    fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Tests => &["shared_buffers=64MB"],
            Self::Production => &[
                "shared_buffers=2GB",
                "max_wal_size=8GB",
                "synchronous_commit=on",
                "jit=off",
            ],
        }
    }
}

/// `cargo xtask postgres`: runs a cluster until it is interrupted.
pub fn run_in_foreground(workspace: &Workspace) -> Result<bool> {
    let mut cluster = Cluster::start(workspace)?;
    println!("DENIZEN_TEST_POSTGRES_URL={}", cluster.url("postgres"));
    cluster.server.wait()?;
    Ok(true)
}

impl Cluster {
    /// Creates a cluster for tests and starts its server, after installing PostgreSQL if there is none.
    pub fn start(workspace: &Workspace) -> Result<Self> {
        Self::start_tuned(workspace, Tuning::Tests)
    }

    /// Creates a cluster and starts its server, after installing PostgreSQL if there is none.
    pub fn start_tuned(workspace: &Workspace, tuning: Tuning) -> Result<Self> {
        let installation = Installation::find_or_install()?;
        let home = workspace.tools().join("postgres");
        fs::create_dir_all(&home)?;
        remove_abandoned(&installation, &home);
        let folder = private_folder(&installation, &home)?;
        match Self::start_in(&installation, &folder, tuning) {
            Ok((server, port)) => Ok(Self {
                installation,
                folder,
                port,
                server,
            }),
            Err(error) => {
                let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
                fs::remove_dir_all(&folder)?;
                Err(error.context(log))
            }
        }
    }

    /// The URL of a database, with the rights of a superuser.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Creates an empty database.
    pub fn create_database(&self, name: &str) -> Result<()> {
        self.execute("postgres", &format!("CREATE DATABASE {name}"))
    }

    /// Runs a statement in a database.
    pub fn execute(&self, database: &str, statement: &str) -> Result<()> {
        let mut psql = self.installation.program("psql", &self.folder);
        psql.args([
            "--no-psqlrc",
            "--quiet",
            "--dbname",
            &self.url(database),
            "--command",
            statement,
        ]);
        process::output(&mut psql).map(drop)
    }

    /// One of PostgreSQL's programs that work from outside the server, as this user.
    pub fn tool(&self, name: &str) -> Command {
        Command::new(self.installation.programs.join(name))
    }

    /// The server's process; its connections are its children.
    pub fn process_id(&self) -> u32 {
        self.server.id()
    }

    fn start_in(installation: &Installation, folder: &Path, tuning: Tuning) -> Result<(Child, u16)> {
        let mut initdb = installation.program("initdb", folder);
        initdb.args([
            "-D",
            "data",
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]);
        process::output(&mut initdb)?;
        let mut attempts = 1;
        loop {
            // The port is free when chosen; another process may take it before the server does.
            let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            match start_server(installation, folder, port, tuning) {
                Ok(server) => return Ok((server, port)),
                Err(error) if attempts == 3 => return Err(error),
                Err(_) => attempts += 1,
            }
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        stop_server(&self.installation, &self.folder);
        if self.server.wait().is_err() || fs::remove_dir_all(&self.folder).is_err() {
            eprintln!("PostgreSQL left {} behind", self.folder.display());
        }
    }
}

fn start_server(installation: &Installation, folder: &Path, port: u16, tuning: Tuning) -> Result<Child> {
    let mut settings = vec![
        "listen_addresses=127.0.0.1".to_owned(),
        format!("port={port}"),
        "unix_socket_directories=".to_owned(),
        "max_connections=200".to_owned(),
        "fsync=on".to_owned(),
        "lc_messages=C".to_owned(),
    ];
    settings.extend(tuning.settings().iter().map(|setting| (*setting).to_owned()));
    let mut server = installation.program("postgres", folder);
    server
        .args(["-D", "data"])
        .args(settings.iter().flat_map(|setting| ["-c", setting]));
    let mut server = server
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let lines = log_lines(&mut server, &folder.join("log"))?;
    loop {
        match lines.recv_timeout(Duration::from_secs(60)) {
            Ok(line) if line.contains("ready to accept connections") => return Ok(server),
            Ok(_) => {}
            Err(reason) => {
                server.kill()?;
                server.wait()?;
                bail!("PostgreSQL did not start: {reason}");
            }
        }
    }
}

/// Copies the server's messages to a file, and hands them out; the channel closes when the server ends.
fn log_lines(server: &mut Child, path: &Path) -> Result<Receiver<String>> {
    let messages = server.stderr.take().context("standard error is piped")?;
    let mut log = fs::OpenOptions::new().create(true).append(true).open(path)?;
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(messages).lines().map_while(Result::ok) {
            // Nobody listens once the server is up, and a full disk must not stop the server.
            let _ = writeln!(log, "{line}");
            let _ = sender.send(line);
        }
    });
    Ok(receiver)
}

fn stop_server(installation: &Installation, folder: &Path) {
    let mut stop = installation.program("pg_ctl", folder);
    if let Err(error) = process::output(stop.args(["stop", "-D", "data", "-m", "fast", "-w"])) {
        eprintln!("{error:#}");
    }
}

/// Removes clusters whose task was killed before it could.
fn remove_abandoned(installation: &Installation, home: &Path) {
    let folders = fs::read_dir(home)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    for folder in folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let Some(process) = name.strip_prefix("cluster-").and_then(|id| id.parse().ok()) else {
            continue;
        };
        if process::signal("0", process) {
            continue;
        }
        if folder.join("data/postmaster.pid").exists() {
            stop_server(installation, &folder);
        }
        if let Err(error) = fs::remove_dir_all(&folder) {
            eprintln!("cannot remove {}: {error}", folder.display());
        }
    }
}

/// A new folder for one cluster, which the server's account can reach.
fn private_folder(installation: &Installation, home: &Path) -> Result<PathBuf> {
    let name = format!("cluster-{}", std::process::id());
    let Some(account) = installation.account else {
        let folder = home.join(name);
        fs::create_dir(&folder)?;
        return Ok(folder);
    };
    let folder = if is_open_to_others(home)? {
        home.join(name)
    } else {
        std::env::temp_dir().join(format!("denizen-postgres-{name}"))
    };
    fs::create_dir(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    chown(&folder, Some(account.user), Some(account.group))?;
    Ok(folder)
}

/// Whether every user may pass through this folder and all its parents.
fn is_open_to_others(folder: &Path) -> Result<bool> {
    for parent in folder.canonicalize()?.ancestors() {
        if fs::metadata(parent)?.permissions().mode() & 0o001 == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Installation {
    fn find_or_install() -> Result<Self> {
        let programs = match find_programs() {
            Some(programs) => programs,
            None => {
                install::system_packages(&["postgresql"])?;
                find_programs().context("PostgreSQL is installed, but its programs are not found")?
            }
        };
        let account = if install::is_root()? {
            Some(Account::find()?)
        } else {
            None
        };
        Ok(Self { programs, account })
    }

    /// One of PostgreSQL's programs, run in the cluster's folder by the right account.
    fn program(&self, name: &str, folder: &Path) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(folder);
        if let Some(account) = self.account {
            command.uid(account.user).gid(account.group);
        }
        command
    }
}

impl Account {
    fn find() -> Result<Self> {
        let id = |option, name| -> Result<u32> {
            Ok(process::output(Command::new("id").args([option, name]))?
                .trim()
                .parse()?)
        };
        let of = |name| -> Result<Self> {
            Ok(Self {
                user: id("-u", name)?,
                group: id("-g", name)?,
            })
        };
        of("postgres").or_else(|_| of("nobody"))
    }
}

/// The folder with the newest server found: in `PATH`, else where Debian puts it.
fn find_programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&path)
        .filter_map(|folder| folder.join("postgres").canonicalize().ok())
        .filter_map(|program| program.parent().map(Path::to_path_buf));
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort();
    let packaged = versions.into_iter().rev().map(|(_, programs)| programs);
    in_path
        .chain(packaged)
        .find(|programs| programs.join("initdb").exists() && programs.join("psql").exists())
}
