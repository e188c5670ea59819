//! The Roomful program: a Socket.IO server with a playground and a push API.
//!
//! Start reading at [`startup`]; what clients may do is in [`push`] and [`chat`]. [`mod@bench`] measures any
//! server, this one or another.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod api;
mod bench;
mod chat;
mod config;
mod doors;
mod key;
mod origin;
mod playground;
mod push;
mod rooms;
mod signals;
mod startup;

use std::io::Write as _;
use std::process::ExitCode;

use bench::BenchCommand;
use config::Command;

fn main() -> ExitCode {
    match config::from_process() {
        Ok(Command::Help) => say(config::HELP),
        Ok(Command::Version) => say(concat!("roomful ", env!("CARGO_PKG_VERSION"), "\n")),
        Ok(Command::Serve(config)) => match startup::serve(*config) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => complain(&error, ExitCode::FAILURE),
        },
        Ok(Command::Bench(BenchCommand::Help)) => say(bench::HELP),
        Ok(Command::Bench(BenchCommand::Run(options))) => match bench::measure(*options) {
            Ok(code) => code,
            Err(error) => complain(&error, ExitCode::FAILURE),
        },
        Err(error) => complain(&error, ExitCode::from(2)),
    }
}

/// Writes to standard output, whose reader may have gone, as in `roomful --help | head`.
fn say(text: &str) -> ExitCode {
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

fn complain(error: &dyn std::fmt::Display, code: ExitCode) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "roomful: {error}");
    code
}
