//! Connection state recovery: a client that lost its connection comes back as the same socket, in its rooms,
//! and gets what it has missed.
//!
//! What is emitted in a namespace is kept in a [`log`]; what a socket was stays behind as a session. Appending to
//! the log and queueing for the clients are one step, so the offset of the last event that a client has says
//! exactly which ones it lacks.

mod hub;
mod log;
mod namespace;
mod offset;
mod options;
mod session;
mod snapshot;
mod stays;
mod store;

use std::fmt;

pub use options::Recovery;
pub use store::{FileSnapshot, MemorySnapshot, SnapshotStore};

pub(crate) use hub::Hub;
pub(crate) use log::{Audience, Entry, Log};
pub(crate) use namespace::{Claim, NamespaceRecovery, Recording};
pub(crate) use offset::Claimed;
pub(crate) use session::{Recoverable, Session};

/// What has become of a client's wish to go on where it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recovered {
    /// It has not asked: it is new, or recovery is off.
    NotAsked,
    /// It is the same socket, and has been sent what it had missed.
    Yes {
        /// The number of events that it had missed.
        replayed: usize,
    },
    /// It is a new socket.
    No(NotRecovered),
}

/// Why a client could not go on where it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotRecovered {
    /// Its session is unknown or too old, or there were too many.
    UnknownSession,
    /// The place in the log that it named is not one.
    UnreadableOffset,
    /// The log does not reach back to what it has.
    LogTooShort,
    /// It has missed more than may be queued for it.
    MissedTooMuch,
    /// Its old connection was still there and did not let go of the session in time.
    StillConnected,
}

impl NotRecovered {
    /// A few words for logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownSession => "the session is unknown or has expired",
            Self::UnreadableOffset => "the offset cannot be read",
            Self::LogTooShort => "the log does not reach back so far",
            Self::MissedTooMuch => "more was missed than may be queued",
            Self::StillConnected => "the old connection did not let go of the session",
        }
    }
}

impl fmt::Display for NotRecovered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
