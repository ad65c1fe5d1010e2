//! `denizen serve`.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::{Server, ServerHandle};
use anyhow::{Context as _, Result};
use denizen_application::Directory;
use denizen_http::Api;
use denizen_otp::SystemEntropy;
use tokio::net::TcpSocket;

use crate::config::{Config, Database, HttpPart};
use crate::data_folder;
use crate::delivery::{Delivery, Senders};
use crate::first_start::{self, FirstStart};
use crate::key_file;
use crate::signals::Signals;
use crate::wiring;

/// Connections that may wait for a worker.
const BACKLOG: u32 = 1024;
/// How long mails that are due at the end may take.
const LAST_MAILS: Duration = Duration::from_secs(10);
/// How long a request's head may take to arrive (H3).
const HEAD_LIMIT: Duration = Duration::from_secs(10);
/// How long a connection is kept that nobody uses.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Runs the server until it is told to end.
pub async fn run(config: Config) -> Result<()> {
    let signals = Signals::catch()?;
    // First, so that a port in use is told before anything is made.
    let (listener, listens) = listen(&config.http)?;
    data_folder::create(&config.data_dir)?;
    // Held to the end: two servers that write one file's mails would send each twice.
    let _lock = match &config.database {
        Database::Sqlite { .. } => Some(data_folder::lock(&config.data_dir)?),
        Database::Postgres { .. } => None,
    };
    let Running {
        directory,
        public_url,
        first,
        sender,
    } = open(&config, listens).await?;
    let server = serve(&config.http, listener, &directory)?;
    first_start::greet(&mut io::stdout().lock(), listens, &public_url, first.as_ref())
        .context("the token cannot be shown; `denizen token create` makes another")?;
    tracing::info!(%listens, public_url, version = env!("CARGO_PKG_VERSION"), "ready");
    let delivery = Delivery::start(directory, sender);
    run_until_told(server, signals).await?;
    delivery.finish(LAST_MAILS).await;
    tracing::info!("ended");
    Ok(())
}

/// What there is once everything is open.
struct Running {
    directory: Arc<Directory>,
    public_url: String,
    first: Option<FirstStart>,
    sender: Senders,
}

async fn open(config: &Config, listens: SocketAddr) -> Result<Running> {
    let sealer = key_file::open_or_create(&config.key_file, &SystemEntropy)?;
    let store = wiring::open_store(config).await?;
    let ports = wiring::ports(config, store, sealer)?;
    Directory::found(&ports, &config.organization).await?;
    let public_url = config.http.public_url(listens);
    let directory = Directory::open(ports, config.settings(&public_url)).await?;
    directory.ensure_signing_key().await?;
    let first = FirstStart::of(&directory, config.bootstrap_api_token.clone()).await?;
    Ok(Running {
        directory,
        public_url,
        first,
        sender: wiring::senders(config)?,
    })
}

/// Begins to listen. Port 0 is a free one, so that the address is known only now.
fn listen(part: &HttpPart) -> Result<(TcpListener, SocketAddr)> {
    let bind = || -> io::Result<(TcpListener, SocketAddr)> {
        let socket = match part.listen {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        // A restarted server takes its port back at once.
        socket.set_reuseaddr(true)?;
        socket.bind(part.listen)?;
        let listener = socket.listen(BACKLOG)?.into_std()?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    bind().with_context(|| format!("cannot listen on {}", part.listen))
}

fn serve(part: &HttpPart, listener: TcpListener, directory: &Arc<Directory>) -> Result<Server> {
    let api = Api::new(Arc::clone(directory), part.settings.clone());
    let mut server = HttpServer::new(move || denizen_http::app(&api))
        .disable_signals()
        .shutdown_timeout(part.shutdown.as_secs())
        .client_request_timeout(HEAD_LIMIT)
        .keep_alive(KEEP_ALIVE);
    if let Some(workers) = part.workers {
        server = server.workers(workers);
    }
    Ok(server.listen(listener)?.run())
}

/// Answers requests until a signal comes, and then those that have begun. A second signal ends them too.
async fn run_until_told(server: Server, mut signals: Signals) -> Result<()> {
    let handle = server.handle();
    let mut served = actix_web::rt::spawn(server);
    tokio::select! {
        ended = &mut served => return Ok(ended??),
        signal = signals.next() => tracing::info!(signal, "ending"),
    }
    let stopping = actix_web::rt::spawn(stop(handle.clone(), true));
    tokio::select! {
        ended = &mut served => ended??,
        signal = signals.next() => {
            tracing::warn!(signal, "ending at once");
            stop(handle, false).await;
        }
    }
    // It has done its work, or there is none left for it.
    stopping.abort();
    Ok(())
}

async fn stop(handle: ServerHandle, gracefully: bool) {
    handle.stop(gracefully).await;
}
