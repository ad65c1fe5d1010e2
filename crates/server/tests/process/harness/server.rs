//! The running program.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use super::{Client, TOKEN};

/// A server process that is ready; dropping it kills it.
pub struct Server {
    process: Child,
    address: SocketAddr,
    output: Arc<Mutex<String>>,
    complaint: Arc<Mutex<String>>,
    followers: Vec<JoinHandle<()>>,
}

impl Server {
    /// Starts `serve`, reads its address from what it prints, and waits until it is ready.
    #[track_caller]
    pub fn start(command: Command) -> Self {
        Self::try_start(command).unwrap_or_else(|complaint| panic!("the server did not start: {complaint}"))
    }

    /// The same; what it wrote, when it ends before it is ready.
    pub fn try_start(mut command: Command) -> Result<Self, String> {
        let mut process = command.spawn().unwrap();
        let (output, complaint) = (Arc::default(), Arc::default());
        let (tell, told) = std::sync::mpsc::channel();
        let followers = vec![
            follow(process.stdout.take().unwrap(), Arc::clone(&output), move |line| {
                if let Some(address) = address_in(line) {
                    // Nobody listens once the address is known.
                    let _ = tell.send(address);
                }
            }),
            follow(process.stderr.take().unwrap(), Arc::clone(&complaint), |_| ()),
        ];
        let Ok(address) = told.recv() else {
            let status = process.wait().unwrap();
            for follower in followers {
                follower.join().unwrap();
            }
            return Err(format!("{status}: {}", complaint.lock().unwrap()));
        };
        let server = Self {
            process,
            address,
            output,
            complaint,
            followers,
        };
        let ready = server.client().get("/health/ready");
        assert_eq!(ready.status, 200, "{ready:?}\n{}", server.complaint());
        Ok(server)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The id of the process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// A client with the administrator's token.
    pub fn client(&self) -> Client {
        Client::new(self.address, Some(TOKEN))
    }

    /// A client with an access token.
    pub fn client_bearing(&self, token: &str) -> Client {
        self.client_with(None).bearing(token)
    }

    /// A client with another API token, or none.
    pub fn client_with(&self, token: Option<&str>) -> Client {
        Client::new(self.address, token)
    }

    /// What it has written to its standard output so far.
    pub fn output(&self) -> String {
        self.output.lock().unwrap().clone()
    }

    /// What it has written to its standard error so far.
    pub fn complaint(&self) -> String {
        self.complaint.lock().unwrap().clone()
    }

    /// Kills it as a power cut does.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Sends the signal of a kill, while others still use the server.
    pub fn kill_now(&self) {
        let pid = self.process.id().to_string();
        let status = Command::new("kill").args(["-KILL", &pid]).status().unwrap();
        assert!(status.success());
    }

    /// Asks it to end.
    pub fn terminate(&self) {
        let pid = self.process.id().to_string();
        let status = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(status.success());
    }

    /// Waits until it has ended.
    pub fn wait(&mut self) -> ExitStatus {
        self.process.wait().unwrap()
    }

    /// Asks it to end, and checks that it ends well.
    #[track_caller]
    pub fn stop(mut self) {
        self.terminate();
        let status = self.wait();
        assert!(status.success(), "{status}\n{}", self.complaint());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
        for follower in self.followers.drain(..) {
            let _ = follower.join();
        }
        if std::thread::panicking() {
            eprintln!("--- the server's log\n{}", self.complaint());
        }
    }
}

/// The address in a line that tells where the server listens.
fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("http://127.0.0.1:")?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    let port = digits.parse().ok().filter(|port| *port != 0)?;
    Some(SocketAddr::from(([127, 0, 0, 1], port)))
}

fn follow(
    output: impl Read + Send + 'static,
    kept: Arc<Mutex<String>>,
    mut see: impl FnMut(&str) + Send + 'static,
) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            {
                let mut kept = kept.lock().unwrap();
                kept.push_str(&line);
                kept.push('\n');
            }
            see(&line);
        }
    })
}
