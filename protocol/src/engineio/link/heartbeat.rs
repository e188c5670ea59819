//! Who pings whom, and until when.

use std::time::{Duration, Instant};

use crate::engineio::Version;
use crate::limits::Limits;

/// The heartbeat of a connection. In version 4 the server pings and the client answers, in version 3 it is the other
/// way round.
#[derive(Clone, Copy)]
pub(super) enum Heartbeat {
    /// Nothing is asked; the next ping goes out then.
    Idle(Instant),
    /// A ping is out and must be answered by then.
    Waiting(Instant),
    /// The client must ping by then.
    Listening(Instant),
}

/// What the time asks for.
pub(super) enum Due {
    Nothing,
    Ping,
    /// The client has not been heard in time.
    Silence,
}

impl Heartbeat {
    /// The connection opens, or the client was heard.
    pub(super) fn begin(version: Version, now: Instant, limits: &Limits) -> Self {
        match version {
            Version::V4 => Self::Idle(now + limits.ping_interval),
            Version::V3 => Self::Listening(now + limits.ping_interval + limits.ping_timeout),
        }
    }

    pub(super) fn deadline(self) -> Instant {
        match self {
            Self::Idle(at) | Self::Waiting(at) | Self::Listening(at) => at,
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant, limits: &Limits) -> Due {
        match *self {
            Self::Idle(at) if at <= now => {
                *self = Self::Waiting(now + limits.ping_timeout);
                Due::Ping
            }
            Self::Waiting(until) | Self::Listening(until) if until <= now => Due::Silence,
            _ => Due::Nothing,
        }
    }

    /// Nothing was read for that long. The next ping does not wait for the peer: the peer waits for it, and gives up
    /// when it comes too late.
    pub(super) fn extend(&mut self, by: Duration) {
        if let Self::Waiting(until) | Self::Listening(until) = self {
            *until += by;
        }
    }
}
