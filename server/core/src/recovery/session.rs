//! What stays of a socket whose client is away.

use std::sync::Arc;
use std::time::Instant;

use bytestring::ByteString;

use super::namespace::now;
use super::offset::Pid;
use super::stays::Stays;
use super::{NotRecovered, Recovered};
use crate::id::SocketId;
use crate::member::Extensions;
use crate::once::Handled;

/// What a live socket carries so that it can be recovered.
#[derive(Debug)]
pub(crate) struct Recoverable {
    pub(crate) pid: Pid,
    pub(crate) stays: Stays,
    /// How it came to be what it is.
    pub(crate) recovered: Recovered,
    /// Where it goes on, until it is let in again, and since when its client was away.
    pub(crate) resuming: Option<(u64, Instant)>,
}

impl Recoverable {
    /// A new session. It begins when its socket is let in.
    pub(crate) fn new(why: Option<NotRecovered>) -> Self {
        let recovered = why.map_or(Recovered::NotAsked, Recovered::No);
        Self { pid: Pid::random(), stays: Stays::default(), recovered, resuming: None }
    }

    /// A session that goes on at this place of the log.
    pub(crate) fn resumed(session: Session, from: u64) -> Self {
        Self {
            pid: session.pid,
            stays: session.stays,
            recovered: Recovered::Yes { replayed: 0 },
            resuming: Some((from, session.left_at)),
        }
    }

    /// The socket is let in at this place of the log, and is in these rooms beside its own.
    pub(crate) fn begin<'a>(&mut self, own: &SocketId, rooms: impl Iterator<Item = &'a ByteString>, at: u64) {
        if self.resuming.take().is_none() {
            self.stays = Stays::begin(at);
            self.stays.join(own.as_str().into(), at);
        }
        for room in rooms {
            self.stays.join(room.clone(), at);
        }
    }

    /// What stays of it while its client is away.
    pub(crate) fn suspend(
        &mut self,
        sid: SocketId,
        extensions: Extensions,
        handled: Option<Arc<Handled>>,
    ) -> Session {
        let left_at = self.resuming.take().map_or_else(now, |(_, left_at)| left_at);
        let (pid, stays) = (self.pid.clone(), std::mem::take(&mut self.stays));
        Session { sid, pid, stays, left_at, extensions, is_from_before: false, handled }
    }
}

/// A socket whose client is away.
pub(crate) struct Session {
    pub(crate) sid: SocketId,
    pub(crate) pid: Pid,
    pub(crate) stays: Stays,
    pub(crate) left_at: Instant,
    /// What guards and handlers had attached. Of that, a restart of the server leaves the data only.
    pub(crate) extensions: Extensions,
    /// It has been kept over a restart of the server.
    pub(crate) is_from_before: bool,
    /// Events that it has sent and that are handled once.
    pub(crate) handled: Option<Arc<Handled>>,
}
