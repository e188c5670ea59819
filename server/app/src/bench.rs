//! `roomful bench`: puts load on a Socket.IO server, checks everything that comes back, and measures.
//!
//! [`options`] is what it is told, [`run`] the course of a run. [`traffic`], [`jitter`], [`idle`] and [`avalanche`]
//! are what clients do, [`client`] is one of them. [`stream`] is when each message is due and who has it, [`member`]
//! checks, [`report`] is the result.

mod avalanche;
mod backoff;
mod check;
mod client;
mod clock;
mod failure;
pub(crate) mod handlers;
mod handshake;
mod hearing;
mod idle;
mod jitter;
mod member;
mod options;
mod packet;
mod procfs;
mod progress;
mod report;
mod run;
mod stream;
mod tally;
mod target;
mod traffic;
mod wire;
mod work;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::sync::Notify;

use crate::signals;
use failure::Failure;
use options::Scenario;
pub(crate) use options::{BenchCommand, Options, read};
use report::Report;
use run::{Outcome, Run};
use work::TURN;

/// Measures and prints.
///
/// # Errors
/// When nothing could be measured. What went wrong while it was measured is in the result, and in the exit code.
pub(crate) fn measure(options: Options) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().event_interval(TURN).enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(format!("no runtime can start: {error}")))?;
    let outcome = runtime.block_on(run_scenario(options.clone()))?;
    let report = Report::new(&options, outcome);
    print(&report, options.json.as_deref())?;
    Ok(if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn run_scenario(mut options: Options) -> Result<Outcome, Failure> {
    let interrupt = Arc::new(Notify::new());
    let interrupted = Arc::clone(&interrupt);
    tokio::spawn(async move {
        // Where signals cannot be listened to, Ctrl-C just ends the process.
        if signals::stop().await.is_ok() {
            interrupted.notify_one();
        }
    });
    options.target.resolve().await?;
    check::check(&options).await?;
    let scenario = options.scenario;
    let run = Run::new(options, interrupt)?;
    match scenario {
        Scenario::Echo | Scenario::FanOut | Scenario::Rooms | Scenario::Jitter => traffic::run(run).await,
        Scenario::Idle => idle::hold(run).await,
        Scenario::Connect => idle::connect(run).await,
        Scenario::Avalanche => avalanche::run(run).await,
    }
}

/// Prints the table and writes the JSON; the table goes to standard error when the JSON takes standard output.
fn print(report: &Report, json: Option<&str>) -> Result<(), Failure> {
    let table = report.to_table();
    // Whoever reads it may have gone.
    match json {
        Some("-") => {
            let _ = std::io::stderr().write_all(table.as_bytes());
            let _ = std::io::stdout().write_all(report.to_json().as_bytes());
        }
        other => {
            let _ = std::io::stdout().write_all(table.as_bytes());
            if let Some(file) = other {
                std::fs::write(file, report.to_json())
                    .map_err(|error| Failure::new(format!("{file} cannot be written: {error}")))?;
            }
        }
    }
    Ok(())
}

/// What `roomful bench --help` prints.
pub(crate) const HELP: &str = "\
Puts load on a Socket.IO server, checks everything that comes back, and measures.

Usage: roomful bench [SCENARIO] [OPTIONS] URL

To try it:

  roomful serve --bench-handlers --port 3000        # in one terminal
  roomful bench http://127.0.0.1:3000 --namespace /bench

It measures any server that speaks Socket.IO 3 or 4 (Engine.IO 4) by WebSocket, without TLS. The URL
is http:// or ws://, with the path of Socket.IO behind it when that is not /socket.io.

Scenarios
  echo       each client sends `echo` with a text and gets it back as the acknowledgement (the default)
  fan-out    all clients are in one room; what one of them says, everybody gets
  rooms      many rooms of --room-size, in which everybody speaks
  idle       clients connect and keep still; with --pid it tells what memory each costs the server.
             With --payload each sends one `echo` of that length first
  connect    clients connect, enter the namespace, leave, and connect again
  jitter     as rooms, while connections are cut; counts what clients missed until they were back.
             One client of each room speaks and is never cut
  avalanche  the server is restarted; counts who came back and when

Handlers that the server needs: `echo` for echo, `join` and `say` for fan-out, rooms and jitter, none for
the others. In JavaScript:

  io.on(\"connection\", (socket) => {
    socket.on(\"echo\", (text, ack) => ack(text));
    socket.on(\"join\", (room, ack) => { socket.join(room); ack(); });
    socket.on(\"say\", (room, text) => io.to(room).emit(\"said\", text));
  });

Every acknowledgement and delivery is checked: that it is what was sent, that it comes once, and that
what one client says comes in order. What has not come 5 s after the end is lost. One error makes
the exit code 1; so does a run that cannot begin. Wrong options make it 2. In jitter it is no error
that a client missed something while it was away, unless the server said that it recovered the
session (connection state recovery); in avalanche every client that did not come back is one.

Load
  --connections N      clients [100; rooms, idle and avalanche 1000; connect 10]
  --ramp R             opens R connections a second                   [as fast as it goes]
  --in-flight K        closed loop: as many messages of each client (echo) or room are under way;
                       a message is done when everybody has it        [1]
  --rate R             open loop: R messages (or connects) a second of all together, by the clock.
                       Latency counts from when a message was due, so a server that stalls cannot
                       hide it                                        [jitter 100]
  --payload BYTES      length of a message's text; at least its number [64]
  --room-size N        clients in a room (rooms, jitter)              [10]
  --duration S         seconds that are measured; in avalanche, the longest that is waited
                       until everybody is back                        [10; avalanche 60]
  --until-cpu S        ends when the server has used S seconds on a core, within --duration: so the
                       sample stays as large on a machine that is busy; needs --pid
  --warmup S           seconds before, which are checked but not measured [1]
  --threads N          threads of this tool; it, too, can be what is slow [1]

Clients that come back (jitter, avalanche)
  --cut PERCENT        clients whose connection is cut, each second (jitter) [10]
  --restart-command C  what a shell does to restart the server, once all are connected (avalanche);
                       without it you are asked to do it
  --reconnect-delay S      wait before the first attempt; it doubles with each [1]
  --reconnect-delay-max S  the longest wait                           [5]
  --randomization F        by which share a wait may be shorter or longer, 0 to 1 [0.5]
                       The defaults of these three are those of the official clients

Server
  --namespace NAME     namespace to enter                             [/]
  --auth JSON          object that clients bring when they enter it; other users of this machine
                       can see it
  --pid PID            process of the server on this machine (Linux): its CPU time and memory

Result
  --json FILE          writes the result as JSON, too; - is standard output, and the table then goes
                       to standard error
  -h, --help           prints this

Ctrl-C ends it with the result so far; a second one ends it at once.
";
