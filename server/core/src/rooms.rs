//! Rooms by name, and who is in them.

mod events;

use std::sync::Arc;

use bytestring::ByteString;
use dashmap::DashMap;
use slab::Slab;

pub use events::RoomEvent;
pub(crate) use events::RoomEvents;

use crate::id::SocketId;
use crate::member::Member;
use crate::sync::{Mutex, MutexGuard, RwLock};

/// Shards of the map of one namespace's rooms. The default, four per core, is too much for namespaces that are
/// made and removed by the thousand.
const SHARDS: usize = 8;

/// A group of sockets that hear the same broadcasts.
pub(crate) struct Room {
    pub(crate) name: ByteString,
    /// Broadcasts to one room are heard in one order by all its members. Joins do not take it.
    order: Mutex<()>,
    seats: RwLock<Seats>,
}

#[derive(Default)]
struct Seats {
    members: Slab<Arc<Member>>,
    /// Whether it has been told that the room exists.
    told: bool,
    /// An empty room that is being removed; a join that meets it tries again with a new one.
    closed: bool,
}

impl Room {
    pub(crate) fn new(name: ByteString) -> Arc<Self> {
        Arc::new(Self { name, order: Mutex::new(()), seats: RwLock::default() })
    }

    /// Orders this broadcast against the others to this room.
    pub(crate) fn order(&self) -> MutexGuard<'_, ()> {
        self.order.lock()
    }

    /// Seats a member; `None` when the room has been closed in the meantime.
    pub(crate) fn add(&self, member: Arc<Member>, events: Option<&RoomEvents>) -> Option<usize> {
        let mut seats = self.seats.write();
        if seats.closed {
            return None;
        }
        if let Some(events) = events {
            if !std::mem::replace(&mut seats.told, true) {
                events.push(RoomEvent::Created { room: self.name.clone() });
            }
            events.push(RoomEvent::Joined { room: self.name.clone(), socket: member.id.clone() });
        }
        Some(seats.members.insert(member))
    }

    /// Frees a seat.
    pub(crate) fn remove(&self, seat: usize, events: Option<&RoomEvents>) {
        let mut seats = self.seats.write();
        let member = seats.members.try_remove(seat);
        if let (Some(events), Some(member)) = (events, &member) {
            events.push(RoomEvent::Left { room: self.name.clone(), socket: member.id.clone() });
        }
    }

    /// Closes the room if nobody is in it; whether it is closed.
    fn close_if_empty(&self, events: Option<&RoomEvents>) -> bool {
        let mut seats = self.seats.write();
        if let Some(events) = events.filter(|_| !seats.closed && seats.members.is_empty()) {
            events.push(RoomEvent::Deleted { room: self.name.clone() });
        }
        seats.closed |= seats.members.is_empty();
        seats.closed
    }

    pub(crate) fn len(&self) -> usize {
        self.seats.read().members.len()
    }

    /// Calls `each` for every member. The room's lock is held: `each` may push, and nothing else.
    pub(crate) fn for_each(&self, mut each: impl FnMut(&Arc<Member>)) {
        for (_, member) in &self.seats.read().members {
            each(member);
        }
    }

    /// The members at this moment.
    pub(crate) fn members(&self) -> Vec<Arc<Member>> {
        self.seats.read().members.iter().map(|(_, member)| member.clone()).collect()
    }
}

/// All rooms of a namespace but the sockets' own-id rooms, which need no entry: a name with the shape of a
/// socket id is looked up among the sockets as well.
pub(crate) struct Rooms {
    by_name: DashMap<ByteString, Arc<Room>>,
    /// What happens to them, when somebody wants to hear it.
    events: Option<Box<RoomEvents>>,
}

impl Rooms {
    pub(crate) fn new(with_events: bool) -> Self {
        let events = with_events.then(Box::default);
        Self { by_name: DashMap::with_shard_amount(SHARDS), events }
    }

    pub(crate) fn events(&self) -> Option<&RoomEvents> {
        self.events.as_deref()
    }

    /// A socket is in the room of its own id, which has no entry here.
    pub(crate) fn entered_own(&self, id: &SocketId) {
        if let Some(events) = self.events() {
            let room = ByteString::from(id.as_str());
            events.push(RoomEvent::Created { room: room.clone() });
            events.push(RoomEvent::Joined { room, socket: id.clone() });
        }
    }

    /// A socket has left the room of its own id.
    pub(crate) fn left_own(&self, id: &SocketId) {
        if let Some(events) = self.events() {
            let room = ByteString::from(id.as_str());
            events.push(RoomEvent::Left { room: room.clone(), socket: id.clone() });
            events.push(RoomEvent::Deleted { room });
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<Arc<Room>> {
        self.by_name.get(name).map(|room| room.value().clone())
    }

    pub(crate) fn len(&self) -> usize {
        self.by_name.len()
    }

    /// All names; each shard of the map is locked for as long as its names take to copy.
    pub(crate) fn names(&self) -> Vec<ByteString> {
        self.by_name.iter().map(|room| room.key().clone()).collect()
    }

    /// Seats a member in the room of that name, which is made if there is none.
    pub(crate) fn join(&self, name: &ByteString, member: &Arc<Member>) -> (Arc<Room>, usize) {
        loop {
            let room = match self.get(name) {
                Some(room) => room,
                None => self
                    .by_name
                    .entry(name.clone())
                    .or_insert_with(|| Room::new(name.clone()))
                    .value()
                    .clone(),
            };
            match room.add(member.clone(), self.events()) {
                Some(seat) => return (room, seat),
                // Its last member left just now. Whoever closed it removes it; do so here too, rather than wait.
                None => self.remove(&room),
            }
        }
    }

    /// Frees a seat and removes the room with the last one.
    pub(crate) fn leave(&self, room: &Arc<Room>, seat: usize) {
        room.remove(seat, self.events());
        if room.close_if_empty(self.events()) {
            self.remove(room);
        }
    }

    fn remove(&self, room: &Arc<Room>) {
        self.by_name.remove_if(&room.name, |_, current| Arc::ptr_eq(current, room));
    }
}
