//! A running `denizen` on a free port of the loopback address, with a data folder of its own.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process;
use crate::workspace::Workspace;

/// The API token that the server is told to accept.
pub const TOKEN: &str = "00denizenEndToEndTestsOnlyTokenNotASecret0";

/// Longest time from start to ready, and from the signal to the end.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks at the server.
const PAUSE: Duration = Duration::from_millis(20);

/// The server process; dropping it kills the server and removes its data.
pub struct Server {
    process: Child,
    address: SocketAddr,
    folder: PathBuf,
    /// The program with the arguments that name its data, for commands of the operator.
    operator: Vec<String>,
    /// Closes when the server has closed its output, that is, has ended.
    output: Receiver<String>,
}

impl Server {
    /// Starts the server on an empty folder, with embedded SQLite or a given PostgreSQL database.
    pub fn start(workspace: &Workspace, database_url: Option<&str>) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let folder = workspace
            .tools()
            .join(format!("server-{}-{}", std::process::id(), address.port()));
        fs::create_dir_all(&folder)?;
        let program = workspace.target().join("debug/denizen");
        let mut operator = vec![program.display().to_string(), "--data-dir".to_owned()];
        operator.push(folder.join("data").display().to_string());
        if let Some(url) = database_url {
            operator.extend(["--database-url".to_owned(), url.to_owned()]);
        }
        let mut command = Command::new(&operator[0]);
        command
            .args(&operator[1..])
            .args(["serve", "--listen", &address.to_string()]);
        // Settings of the developer's own server must not reach this one.
        let settings = std::env::vars_os().map(|(name, _)| name);
        for name in settings.filter(|name| name.to_string_lossy().starts_with("DENIZEN_")) {
            command.env_remove(name);
        }
        command.current_dir(&folder).env("DENIZEN_BOOTSTRAP_API_TOKEN", TOKEN);
        // Browsers offer security keys to a name only.
        command.env(
            "DENIZEN_WEBAUTHN__ORIGINS",
            format!("http://localhost:{}", address.port()),
        );
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut process = command.spawn().context("cannot start the server")?;
        let (sender, output) = mpsc::channel();
        let log = File::create(folder.join("log"))?;
        follow(
            process.stdout.take().context("standard output is piped")?,
            log.try_clone()?,
            sender.clone(),
        );
        follow(process.stderr.take().context("standard error is piped")?, log, sender);
        Ok(Self {
            process,
            address,
            folder,
            operator,
            output,
        })
    }

    /// Where clients find it, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What a command of the operator begins with, a line each.
    pub fn operator(&self) -> String {
        self.operator.join("\n")
    }

    /// What it has written so far.
    pub fn log(&self) -> Result<String> {
        Ok(fs::read_to_string(self.folder.join("log"))?)
    }

    /// Waits until `GET /health/ready` answers 200.
    ///
    /// # Errors
    /// When the server ends first, or takes too long.
    pub fn wait_until_ready(&self) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if self.is_ready() {
                return Ok(());
            }
            if self.output.recv_timeout(PAUSE) == Err(RecvTimeoutError::Disconnected) {
                bail!("the server ended before it was ready");
            }
        }
        bail!("the server is not ready after {PATIENCE:?}")
    }

    /// Asks the server to end, as an operator does, and checks that it ends well.
    ///
    /// # Errors
    /// When it takes too long, or its exit code is not 0.
    pub fn stop(&mut self) -> Result<()> {
        process::signal("TERM", self.process.id());
        let deadline = Instant::now() + PATIENCE;
        while self.output.recv_timeout(PAUSE) != Err(RecvTimeoutError::Disconnected) {
            if Instant::now() > deadline {
                bail!("the server did not end within {PATIENCE:?} of SIGTERM");
            }
        }
        let status = self.process.wait()?;
        if !status.success() {
            bail!("the server ended with {status} after SIGTERM");
        }
        Ok(())
    }

    fn is_ready(&self) -> bool {
        let ask = || -> std::io::Result<String> {
            let mut stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            write!(
                stream,
                "GET /health/ready HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
                self.address
            )?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            Ok(answer)
        };
        ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200 "))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only where there is nothing left to do: a server that has ended, a folder that is gone.
        let _ = self.process.kill();
        let _ = self.process.wait();
        if fs::remove_dir_all(&self.folder).is_err() {
            eprintln!("the server left {} behind", self.folder.display());
        }
    }
}

/// Copies what the server writes to the log and to the channel.
fn follow(output: impl Read + Send + 'static, mut log: File, sender: Sender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // The server must be able to go on when nobody reads and when the disk is full.
            let _ = writeln!(log, "{line}");
            let _ = sender.send(line);
        }
    });
}
