//! `denizen device`: a device for push factors on the command line (contract: factors §7.6; checklist U1 to U5).
//!
//! It is a client like any other: it knows nothing of the server but its address.

mod connection;
mod keeping;
mod pushes;
mod trust;

use std::io::{self, Read as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use denizen_domain::entropy::Entropy;
use denizen_domain::push::{ActivationLink, DeviceName};
use denizen_oauth::DeviceKeyPair;
use denizen_otp::SystemEntropy;
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use self::connection::{Connection, Failure};
use self::keeping::{Kept, Place, Seed};
use super::print;
use super::token::one_line;

/// A link is far shorter.
const LONGEST_LINK: u64 = 4096;
const LONGEST_VERSION: usize = 40;

/// Where the device is kept, and what to do.
#[derive(Debug, Args)]
pub struct DeviceArguments {
    /// The folder that the device's key is kept in
    #[arg(long, global = true, value_name = "FOLDER", default_value = "denizen-device")]
    device_dir: PathBuf,
    #[command(subcommand)]
    command: DeviceCommand,
}

/// What a device does.
#[derive(Debug, Subcommand)]
enum DeviceCommand {
    /// Become the device of a push factor
    Enrol {
        /// The activation link, as the QR code, the mail or the text message has it; `-` reads it from standard input
        link: String,
        /// How the device calls itself [default: the name of this machine]
        #[arg(long)]
        name: Option<String>,
    },
    /// List what waits for a yes or a no
    List,
    /// Say yes
    Approve {
        /// The id of the push, as `list` shows it
        id: String,
        /// The number on the screen of whoever signs in, where one is asked for
        #[arg(long)]
        number: Option<u8>,
    },
    /// Say no
    Reject {
        /// The id of the push, as `list` shows it
        id: String,
    },
}

/// Does it.
pub fn run(arguments: DeviceArguments) -> Result<()> {
    let place = Place::new(&arguments.device_dir);
    match arguments.command {
        DeviceCommand::Enrol { link, name } => enrol(&place, link, name),
        DeviceCommand::List => pushes::list(&place.read()?),
        DeviceCommand::Approve { id, number } => pushes::approve(&place.read()?, &id, number),
        DeviceCommand::Reject { id } => pushes::reject(&place.read()?, &id),
    }
}

/// What the directory says of a device that has registered.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registered {
    factor_id: String,
    login: String,
    organization: String,
}

fn enrol(place: &Place, link: String, name: Option<String>) -> Result<()> {
    let link = read_link(link)?;
    let name = device_name(name)?;
    let connection = Connection::to(&link.base_url)?;
    let (seed, key) = draw_key()?;
    // Before the directory is asked: a device that cannot keep its key must not become one.
    let reserved = place.reserve()?;
    let said = json!({
        "token": link.token.expose(), "jwk": key.public().jwk(),
        "name": name.name, "platform": name.platform, "version": name.version,
    });
    let registered: Registered = connection.ask("registrations", &key, &said).map_err(|failure| {
        if matches!(failure, Failure::Refused { status: 401, .. }) {
            anyhow::anyhow!("the directory refuses the link: it was used, replaced, or is too old. Ask for a new one")
        } else {
            failure.into()
        }
    })?;
    reserved.keep(&Kept {
        server: link.base_url,
        factor_id: registered.factor_id.clone(),
        seed,
    })?;
    print(&format!(
        "{} is now a device of {} at {} (factor {})\n",
        one_line(&name.name),
        one_line(&registered.login),
        one_line(&registered.organization),
        one_line(&registered.factor_id),
    ))
}

/// The link is as good as a password until it is used; from standard input, no list of processes shows it.
fn read_link(given: String) -> Result<ActivationLink> {
    let text = if given == "-" {
        let mut text = Zeroizing::new(String::new());
        let mut input = io::stdin().lock().take(LONGEST_LINK);
        input.read_to_string(&mut text).context("the link cannot be read")?;
        text
    } else {
        Zeroizing::new(given)
    };
    match ActivationLink::parse(&text) {
        Some(link) => Ok(link),
        None => bail!("this is no activation link; it has the form https://…/device/activate#…"),
    }
}

fn device_name(given: Option<String>) -> Result<DeviceName> {
    let machine = rustix::system::uname();
    let version: String = machine
        .release()
        .to_string_lossy()
        .chars()
        .take(LONGEST_VERSION)
        .collect();
    let name = DeviceName {
        name: given.unwrap_or_else(|| machine.nodename().to_string_lossy().into_owned()),
        platform: std::env::consts::OS.to_uppercase(),
        version,
    };
    if !name.is_sound() {
        bail!("the name of a device has 1 to 100 characters and stands on one line; --name gives another");
    }
    Ok(name)
}

/// Draws a key. A number that is no key is all but impossible, and the next is one.
fn draw_key() -> Result<(Seed, DeviceKeyPair)> {
    for _ in 0..8 {
        let mut seed = Zeroizing::new([0; 32]);
        SystemEntropy.fill(&mut *seed);
        if let Ok(key) = DeviceKeyPair::make(&seed) {
            return Ok((Seed::new(seed), key));
        }
    }
    bail!("this machine's random numbers make no key")
}
