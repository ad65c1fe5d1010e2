//! A running `denizen`, as released, on free ports of the loopback address.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::Bench;
use super::data::Database;
use super::usage;
use crate::process;

/// The API token that the server is told to accept.
pub const TOKEN: &str = "00denizenBenchmarksOnlyTokenNotASecret0000";

/// Longest time from start to ready, and from the signal to the end.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at a server that starts.
const PAUSE: Duration = Duration::from_millis(1);

/// The server process; dropping it stops it.
pub struct Service {
    process: Child,
    api: SocketAddr,
    /// The process whose children work for it, if its database is one.
    database: Option<u32>,
    /// From the start of the process until it was ready.
    pub ready_after: Duration,
}

impl Service {
    /// Starts the server on a database and waits until it is ready.
    ///
    /// # Errors
    /// When it ends first, or takes too long.
    pub fn start(bench: &Bench<'_>, database: &Database) -> Result<Self> {
        let api = free_address()?;
        let folder = database.folder();
        let mut command = Command::new(bench.server());
        command
            .args(["serve", "--listen", &api.to_string(), "--data-dir"])
            .arg(folder.join("data"));
        if let Database::Postgres { url, .. } = database {
            command.args(["--database-url", url]);
        }
        // Settings of the developer's own server must not reach this one.
        let settings = std::env::vars_os().map(|(name, _)| name);
        for name in settings.filter(|name| name.to_string_lossy().starts_with("DENIZEN_")) {
            command.env_remove(name);
        }
        let log = File::create(folder.join("log"))?;
        command
            .current_dir(folder)
            .env("DENIZEN_BOOTSTRAP_API_TOKEN", TOKEN)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let begin = Instant::now();
        let mut process = command.spawn().context("cannot start the server")?;
        if let Err(error) = wait_until_ready(&mut process, api) {
            process.kill()?;
            process.wait()?;
            let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
            return Err(error.context(log));
        }
        Ok(Self {
            process,
            api,
            database: matches!(database, Database::Postgres { .. }).then(|| bench.cluster.process_id()),
            ready_after: begin.elapsed(),
        })
    }

    /// The address of the API.
    pub fn address(&self) -> SocketAddr {
        self.api
    }

    /// The server's process.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Processor time used so far, by its database server too.
    pub fn processor_time(&self) -> Result<Duration> {
        let own = usage::processor_time(self.process.id())?;
        match self.database {
            Some(process) => Ok(own + usage::family_processor_time(process)?),
            None => Ok(own),
        }
    }

    /// Lets the server be for a while.
    pub fn rest(&self, span: Duration) {
        pause(span);
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        process::signal("TERM", self.process.id());
        let deadline = Instant::now() + PATIENCE;
        while matches!(self.process.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                eprintln!("the server did not end within {PATIENCE:?} of SIGTERM");
                // It is not needed any more, however it ends.
                let _ = self.process.kill();
                let _ = self.process.wait();
            }
            pause(PAUSE);
        }
    }
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

fn wait_until_ready(process: &mut Child, address: SocketAddr) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if is_ready(address) {
            return Ok(());
        }
        if let Some(status) = process.try_wait()? {
            bail!("the server ended with {status} before it was ready");
        }
        pause(PAUSE);
    }
    bail!("the server is not ready after {PATIENCE:?}")
}

fn is_ready(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200 "))
}

/// Waits. Nobody wakes this thread, save by accident, which the loop forgives.
pub fn pause(span: Duration) {
    let end = Instant::now() + span;
    while let Some(left) = end
        .checked_duration_since(Instant::now())
        .filter(|left| !left.is_zero())
    {
        std::thread::park_timeout(left);
    }
}

/// Copies a folder with all that is in it.
pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
