//! The denizen program: configuration, wiring, command line.

mod clock;
mod commands;
mod config;
mod data_folder;
mod delivery;
mod first_start;
mod key_file;
mod log;
mod signals;
mod wiring;

use std::process::ExitCode;

use clap::Parser as _;

use self::commands::CommandLine;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match commands::run(CommandLine::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("denizen: {error:#}");
            ExitCode::FAILURE
        }
    }
}
