//! What was emitted in a namespace lately, in its one order.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytestring::ByteString;
use roomful_protocol::args::Args;

use super::NotRecovered;
use super::offset::Epoch;
use super::options::Recovery;
use super::stays::Stays;
use crate::id::SocketId;

/// What keeping an event costs beside its bytes.
const ENTRY_CHARGE: usize = 192;

/// Whom an event was for.
#[derive(Clone, Debug)]
pub(crate) enum Audience {
    /// One socket.
    One(SocketId),
    /// Those in at least one of the rooms (all, when there is none), in no excepted one, and not this socket.
    Rooms { rooms: Vec<ByteString>, except: Vec<ByteString>, but: Option<SocketId> },
}

impl Audience {
    /// Whether a socket was meant, which was where its stays say.
    fn includes(&self, socket: &SocketId, stays: &Stays, at: u64) -> bool {
        match self {
            Self::One(id) => id == socket,
            Self::Rooms { rooms, except, but } => {
                let was_in = |room: &ByteString| stays.was_in(room, at);
                but.as_ref() != Some(socket)
                    && (rooms.is_empty() || rooms.iter().any(was_in))
                    && !except.iter().any(was_in)
            }
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::One(_) => 0,
            Self::Rooms { rooms, except, .. } => rooms.iter().chain(except).map(|room| room.len()).sum(),
        }
    }
}

/// One event.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) position: u64,
    pub(crate) at: Instant,
    pub(crate) audience: Audience,
    pub(crate) name: ByteString,
    pub(crate) args: Args,
}

impl Entry {
    fn charge(&self) -> usize {
        let attachments: usize = self.args.attachments().iter().map(bytes::Bytes::len).sum();
        self.name.len() + self.args.elements().len() + attachments + self.audience.len() + ENTRY_CHARGE
    }
}

#[derive(Debug)]
pub(crate) struct Log {
    epoch: Epoch,
    /// The place of the last entry that was ever appended; the first is 1.
    last: u64,
    entries: VecDeque<Arc<Entry>>,
    bytes: usize,
    bounds: Bounds,
}

#[derive(Debug)]
struct Bounds {
    age: Duration,
    events: usize,
    bytes: usize,
}

impl Log {
    pub(crate) fn new(options: &Recovery) -> Self {
        Self::restored(options, Epoch::random(), 0, Vec::new())
    }

    /// A log that goes on where another one ended.
    pub(crate) fn restored(options: &Recovery, epoch: Epoch, last: u64, entries: Vec<Entry>) -> Self {
        let bounds = Bounds { age: options.max_age, events: options.max_events, bytes: options.max_bytes };
        let bytes = entries.iter().map(Entry::charge).sum();
        let entries = entries.into_iter().map(Arc::new).collect();
        Self { epoch, last, entries, bytes, bounds }
    }

    pub(crate) fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The place of the last event.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    /// Behind this place the log is whole.
    pub(crate) fn reaches_back_to(&self) -> u64 {
        self.entries.front().map_or(self.last, |entry| entry.position - 1)
    }

    /// Appends an event. Its place, and how many old ones had to go before their time.
    pub(crate) fn append(
        &mut self,
        now: Instant,
        audience: Audience,
        name: &str,
        args: &Args,
    ) -> (u64, usize) {
        self.last += 1;
        // A copy of the text, which may be a slice of a message that is much longer. Attachments are whole ones.
        let elements = ByteString::from(&**args.elements());
        let args = Args::from_raw(elements, args.attachments().to_vec());
        let entry = Entry { position: self.last, at: now, audience, name: name.into(), args };
        self.bytes += entry.charge();
        self.entries.push_back(Arc::new(entry));
        let trimmed = self.trim(now);
        (self.last, trimmed)
    }

    /// Lets go of what the bounds do not allow any more; how many were not too old.
    pub(crate) fn trim(&mut self, now: Instant) -> usize {
        let mut trimmed = 0;
        let Bounds { age, events, bytes } = self.bounds;
        while let Some(oldest) = self.entries.front() {
            let too_old = now.saturating_duration_since(oldest.at) > age;
            if !too_old && self.entries.len() <= events && self.bytes <= bytes {
                return trimmed;
            }
            trimmed += usize::from(!too_old);
            self.bytes = self.bytes.saturating_sub(oldest.charge());
            self.entries.pop_front();
        }
        // Nothing is left: give back the room of a burst.
        self.entries.shrink_to(64);
        trimmed
    }

    /// All that is kept.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.entries.iter()
    }

    /// Where a session goes on that names this offset: `None` means that it has received nothing.
    pub(crate) fn resume_at(&self, offset: Option<&str>, stays: &Stays) -> Result<u64, NotRecovered> {
        let named = match offset {
            Some(offset) => self.epoch.read(offset).map_err(|_| NotRecovered::UnreadableOffset)?,
            None => None,
        };
        // An offset from before the session, or from another log, is a leftover of an earlier one.
        let from = named.unwrap_or_default().max(stays.began());
        if from > self.last {
            return Err(NotRecovered::UnreadableOffset);
        }
        self.check_reach(from, stays)?;
        Ok(from)
    }

    fn check_reach(&self, from: u64, stays: &Stays) -> Result<(), NotRecovered> {
        if from < self.reaches_back_to() || from < stays.known_from() {
            return Err(NotRecovered::LogTooShort);
        }
        Ok(())
    }

    /// What was meant for a session behind `from`.
    pub(crate) fn missed(
        &self,
        socket: &SocketId,
        stays: &Stays,
        from: u64,
    ) -> Result<Vec<Arc<Entry>>, NotRecovered> {
        self.check_reach(from, stays)?;
        let oldest = self.reaches_back_to();
        // Places are consecutive, so the first that counts is found without a search.
        let skip = usize::try_from(from - oldest).unwrap_or(usize::MAX);
        let behind = self.entries.iter().skip(skip);
        Ok(behind.filter(|entry| entry.audience.includes(socket, stays, entry.position)).cloned().collect())
    }
}

#[cfg(test)]
mod tests;
