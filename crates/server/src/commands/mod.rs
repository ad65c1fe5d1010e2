//! The command line: one file for each command.

mod device;
mod keys;
mod migrate;
mod operator;
mod serve;
mod token;
mod user;

use std::io::{self, ErrorKind, Write as _};

use actix_web::rt::System;
use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};

use crate::config::{Config, Flags, Sources};
use crate::log;

/// A self-hosted directory of people that speaks Okta's Management API.
#[derive(Debug, Parser)]
#[command(name = "denizen", version, about, max_term_width = 100)]
pub struct CommandLine {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server; what is done without a command, too
    Serve,
    /// Bring the database to the schema of this program, and end
    Migrate,
    /// Make, list and revoke API tokens
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Replace the key that access tokens are signed with, and those that secrets are sealed with
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Look at users
    #[command(subcommand)]
    User(user::UserCommand),
    /// Be a device that approves pushes: needs no server and no configuration of its own
    Device(device::DeviceArguments),
    /// Print the configuration in force, with secrets hidden
    Config,
}

/// Does what the command line asks for.
pub fn run(line: CommandLine) -> Result<()> {
    match line.command.unwrap_or(Command::Serve) {
        // A device has no part in the configuration of a server.
        Command::Device(arguments) => device::run(arguments),
        command => run_beside(line.flags, command),
    }
}

/// Does what needs the configuration.
fn run_beside(flags: Flags, command: Command) -> Result<()> {
    let sources = Sources {
        flags,
        variables: std::env::vars_os().collect(),
        folder: std::env::current_dir().context("the present folder is gone")?,
    };
    let config = Config::load(&sources)?;
    log::start(&config.log);
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    let system = System::new();
    match command {
        Command::Device(arguments) => device::run(arguments),
        Command::Serve => system.block_on(serve::run(config)),
        Command::Migrate => system.block_on(migrate::run(&config)),
        Command::Token(command) => system.block_on(token::run(&config, command)),
        Command::Keys(command) => system.block_on(keys::run(&config, command)),
        Command::User(command) => system.block_on(user::run(&config, command)),
        Command::Config => print(&config.to_toml()),
    }
}

/// Writes to standard output. A reader who has seen enough, such as `head`, is no error.
fn print(text: &str) -> Result<()> {
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
