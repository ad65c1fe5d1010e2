//! Load by `wrk`: it costs less processor time a request than what it measures.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::data;
use super::service::{Service, TOKEN};
use crate::process;
use crate::workspace::Workspace;

/// What the connections send.
#[derive(Clone, Debug)]
pub enum Kind {
    /// `GET` of users drawn at random.
    Read,
    /// The same with another token.
    ReadAs(String),
    /// The same from the route that answers from memory.
    ReadMemory,
    /// Suspends and unsuspends users in turn.
    Lifecycle,
    /// Verifies a code at the paths of a file, one after the other.
    Verify { list: PathBuf, code: String },
    /// Signs in with a wrong password, each time under another name that nobody has and no other load used.
    SignIn { tag: String },
    /// Creates users whose logins start with a tag that no other load used; the query and the credentials of the request.
    Create {
        tag: String,
        query: &'static str,
        credentials: &'static str,
    },
}

/// A load on one server.
#[derive(Clone, Debug)]
pub struct Load {
    pub kind: Kind,
    /// The first user's number, and how many users there are.
    pub users: (u32, u32),
    pub connections: u32,
    pub span: Duration,
}

/// What a load met.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    pub requests: f64,
    pub seconds: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// Answers with a status of 400 or above.
    pub refused: f64,
    /// Server time on the processor for each request, in microseconds; the database's too where it is another process.
    pub processor_us: f64,
}

impl Outcome {
    /// Requests a second.
    pub fn rate(&self) -> f64 {
        self.requests / self.seconds
    }

    /// Requests a second that did what they asked for.
    pub fn good_rate(&self) -> f64 {
        (self.requests - self.refused) / self.seconds
    }
}

impl Load {
    /// Loads a server.
    ///
    /// # Errors
    /// When `wrk` fails, connections break, or more than one answer in a thousand is a refusal.
    pub fn run(&self, workspace: &Workspace, service: &Service) -> Result<Outcome> {
        let before = service.processor_time()?;
        let outcome = self.start(workspace, service)?.finish()?;
        let spent = service.processor_time()?.saturating_sub(before);
        if outcome.refused * 1000.0 > outcome.requests {
            bail!(
                "{:?}: {} of {} were refused",
                self.kind,
                outcome.refused,
                outcome.requests
            );
        }
        Ok(Outcome {
            processor_us: spent.as_secs_f64() * 1e6 / outcome.requests,
            ..outcome
        })
    }

    /// Starts the load in the background.
    pub fn start(&self, workspace: &Workspace, service: &Service) -> Result<Running> {
        let (tag, query, credentials) = match &self.kind {
            Kind::Create {
                tag,
                query,
                credentials,
            } => (tag.as_str(), *query, *credentials),
            Kind::SignIn { tag } => (tag.as_str(), "", ""),
            _ => ("", "", ""),
        };
        let (list, code) = match &self.kind {
            Kind::Verify { list, code } => (list.as_os_str(), code.as_str()),
            _ => (OsStr::new(""), ""),
        };
        let mut wrk = Command::new("wrk");
        wrk.args(["--threads", "1", "--timeout", "10s", "--script"])
            .arg(workspace.root().join("xtask/src/bench/load.lua"))
            .args(["--connections", &self.connections.to_string()])
            .args(["--duration", &format!("{}s", self.span.as_secs().max(1))])
            .arg(format!("http://{}", service.address()))
            .env("LOAD_MODE", self.mode())
            .env("LOAD_PATH", self.path())
            .env("LOAD_TOKEN", self.token())
            .env("LOAD_ID_PREFIX", data::id_prefix())
            .env("LOAD_FIRST", self.users.0.to_string())
            .env("LOAD_COUNT", self.users.1.to_string())
            .env("LOAD_SEED", self.users.0.wrapping_add(4711).to_string())
            .env("LOAD_LIST", list)
            .env("LOAD_CODE", code)
            .env("LOAD_TAG", tag)
            .env("LOAD_QUERY", query)
            .env("LOAD_CREDENTIALS", credentials);
        let child = wrk
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start wrk")?;
        Ok(Running(child))
    }

    /// What the paths of single users start with.
    fn path(&self) -> &'static str {
        match self.kind {
            Kind::ReadMemory => "/_denizen/ceiling/",
            _ => "/api/v1/users/",
        }
    }

    fn token(&self) -> &str {
        match &self.kind {
            Kind::ReadAs(token) => token,
            _ => TOKEN,
        }
    }

    fn mode(&self) -> &'static str {
        match self.kind {
            Kind::Read | Kind::ReadAs(_) | Kind::ReadMemory => "read",
            Kind::Lifecycle => "lifecycle",
            Kind::Verify { .. } => "verify",
            Kind::SignIn { .. } => "sign-in",
            Kind::Create { .. } => "create",
        }
    }
}

/// A load in the background; dropping it ends it.
pub struct Running(Child);

impl Running {
    /// Waits for its end.
    pub fn finish(mut self) -> Result<Outcome> {
        let status = self.0.wait()?;
        let read = |pipe: Option<&mut dyn std::io::Read>| -> Result<String> {
            let mut text = String::new();
            pipe.context("the output of a child is piped")?
                .read_to_string(&mut text)?;
            Ok(text)
        };
        let said = read(self.0.stdout.as_mut().map(|pipe| pipe as _))?;
        let complained = read(self.0.stderr.as_mut().map(|pipe| pipe as _))?;
        if !status.success() {
            bail!("wrk ended with {status}\n{said}\n{complained}");
        }
        let (outcome, broken) = parse(&said).with_context(|| format!("wrk wrote no outcome:\n{said}\n{complained}"))?;
        if broken > 0.0 {
            bail!("{broken} connections broke or timed out");
        }
        Ok(outcome)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            process::signal("TERM", self.0.id());
            // It has ended either way.
            let _ = self.0.wait();
        }
    }
}

/// The line that `load.lua` prints, and how many connections broke.
fn parse(output: &str) -> Option<(Outcome, f64)> {
    let line = output.lines().find_map(|line| line.strip_prefix("outcome "))?;
    let number = |name: &str| -> Option<f64> {
        let mut pairs = line.split_whitespace().filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name)?.1.parse().ok()
    };
    let outcome = Outcome {
        requests: number("requests")?,
        seconds: number("duration_us")? / 1e6,
        p50_ms: number("p50_us")? / 1e3,
        p99_ms: number("p99_us")? / 1e3,
        refused: number("refused")?,
        processor_us: 0.0,
    };
    Some((outcome, number("broken")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outcome_is_found_among_what_wrk_prints() {
        let output = "Running 2s test @ http://127.0.0.1:1\n  1 threads and 32 connections\n\
            Requests/sec:  50000.00\n\
            outcome requests=100000 duration_us=2000000 p50_us=340 p99_us=3800 refused=5 broken=1\n";
        let (outcome, broken) = parse(output).unwrap();
        assert!((outcome.rate() - 50_000.0).abs() < 1e-6);
        assert!((outcome.good_rate() - 49_997.5).abs() < 1e-6);
        assert!((outcome.p99_ms - 3.8).abs() < 1e-9);
        assert!((broken - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_cut_outcome_is_none() {
        assert_eq!(parse("outcome requests=100000 duration_us=2000000"), None);
        assert_eq!(parse("unable to connect to 127.0.0.1:1 Connection refused"), None);
    }
}
