//! The program as it runs: started as a process, asked over HTTP, killed, restarted, and run from the command line.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod harness;
mod keys;

mod administrators;
mod bad_input;
mod codes;
mod commands;
mod crash;
mod crash_of_sessions;
mod device;
mod guesses;
mod life;
mod overload;
mod races;
mod restart;
mod search;
mod services;
mod spent_tokens;
mod stop;
mod two_servers;
mod yubikeys;
