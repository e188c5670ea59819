//! Why a run cannot go on, and what to do about it.

use std::fmt;
use std::io;

use super::target::Target;

/// A message for the user.
#[derive(Clone, Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Why no connection to a server could be made.
    pub(super) fn of_connecting(target: &Target, error: &io::Error) -> Self {
        let Target { host, port, .. } = target;
        // The numbers of these are the same on Linux and macOS; `io::ErrorKind` has no name for them.
        const TOO_MANY_FILES: [i32; 2] = [23, 24];
        if error.raw_os_error().is_some_and(|code| TOO_MANY_FILES.contains(&code)) {
            return Self::new(
                "this process may not open more connections: raise the limit, as in `ulimit -n 65536`, or take \
                 fewer --connections (the server needs as many files)",
            );
        }
        Self::new(match error.kind() {
            io::ErrorKind::ConnectionRefused => {
                format!("nothing listens on {host}, port {port}: start the server, or correct the URL")
            }
            io::ErrorKind::AddrNotAvailable => format!(
                "this machine has no free ports left to reach {host}, port {port}: wait a minute, or take fewer \
                 --connections (about 28,000 is the most to one address)"
            ),
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
                format!("{host}, port {port}, closed a connection while it was opened ({error})")
            }
            _ => format!("cannot connect to {host}, port {port} ({error}): correct the URL"),
        })
    }

    /// Why an answer is not what a Socket.IO server says.
    pub(super) fn of_answer(target: &Target, what: &str) -> Self {
        Self::new(format!(
            "{} {what}: correct the URL, which has to be that of a Socket.IO server",
            target.websocket
        ))
    }

    /// What to do about a server that does not do what the load needs.
    pub(super) fn of_handler(what: &str) -> Self {
        Self::new(format!("the server {what}: it needs the handlers that `roomful bench --help` shows"))
    }

    /// What to do about an answer that is no WebSocket.
    pub(super) fn of_status(target: &Target, status: u16, body: &str) -> Self {
        let remedy = match status {
            404 => "put the path of Socket.IO behind the URL's host",
            401 | 403 => "the server does not let this client in",
            _ => "it may be no Socket.IO server, or take no WebSocket",
        };
        let body: String = body.trim().chars().take(200).collect();
        Self::new(format!("{} answers {status} {body:?}: {remedy}", target.websocket))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}
