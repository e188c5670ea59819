//! What happens to rooms, told to the program where no lock is held, and in order.

use std::collections::VecDeque;

use bytestring::ByteString;

use crate::id::SocketId;
use crate::sync::Mutex;

/// Events that may wait while a hook runs. More are dropped and counted.
const WAITING: usize = 65_536;

/// Something that has happened to a room on this node. A socket's own room is one too.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RoomEvent {
    /// The room has got its first member.
    Created {
        /// The room.
        room: ByteString,
    },
    /// A socket has joined.
    Joined {
        /// The room.
        room: ByteString,
        /// The socket.
        socket: SocketId,
    },
    /// A socket has left.
    Left {
        /// The room.
        room: ByteString,
        /// The socket.
        socket: SocketId,
    },
    /// The room's last member has left.
    Deleted {
        /// The room.
        room: ByteString,
    },
}

/// Events on their way to the hooks. They are queued under the lock of their room, so in its order, and told by
/// one thread at a time, so they keep it.
#[derive(Default)]
pub(crate) struct RoomEvents {
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<RoomEvent>,
    /// Somebody is telling them, and goes on until none waits.
    telling: bool,
    dropped: usize,
}

impl RoomEvents {
    pub(super) fn push(&self, event: RoomEvent) {
        let mut queue = self.queue.lock();
        if queue.waiting.len() < WAITING {
            queue.waiting.push_back(event);
        } else {
            queue.dropped += 1;
        }
    }

    /// Tells what waits, unless another thread does already; how many were dropped since the last time.
    pub(crate) fn tell(&self, mut tell: impl FnMut(&RoomEvent)) -> usize {
        let mut queue = self.queue.lock();
        let dropped = std::mem::take(&mut queue.dropped);
        if queue.telling {
            return dropped;
        }
        queue.telling = true;
        while let Some(event) = queue.waiting.pop_front() {
            drop(queue);
            tell(&event);
            queue = self.queue.lock();
        }
        queue.telling = false;
        dropped
    }
}
