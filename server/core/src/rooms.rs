//! Rooms by name, and who is in them.

use std::sync::Arc;

use bytestring::ByteString;
use dashmap::DashMap;
use parking_lot::{Mutex, MutexGuard, RwLock};
use slab::Slab;

use crate::member::Member;

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
    pub(crate) fn add(&self, member: Arc<Member>) -> Option<usize> {
        let mut seats = self.seats.write();
        if seats.closed { None } else { Some(seats.members.insert(member)) }
    }

    /// Frees a seat.
    pub(crate) fn remove(&self, seat: usize) {
        self.seats.write().members.try_remove(seat);
    }

    /// Closes the room if nobody is in it; whether it is closed.
    pub(crate) fn close_if_empty(&self) -> bool {
        let mut seats = self.seats.write();
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
}

impl Rooms {
    pub(crate) fn new() -> Self {
        Self { by_name: DashMap::with_shard_amount(SHARDS) }
    }

    pub(crate) fn get(&self, name: &str) -> Option<Arc<Room>> {
        self.by_name.get(name).map(|room| room.value().clone())
    }

    pub(crate) fn len(&self) -> usize {
        self.by_name.len()
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
            match room.add(member.clone()) {
                Some(seat) => return (room, seat),
                // Its last member left just now. Whoever closed it removes it; do so here too, rather than wait.
                None => self.remove(&room),
            }
        }
    }

    /// Frees a seat and removes the room with the last one.
    pub(crate) fn leave(&self, room: &Arc<Room>, seat: usize) {
        room.remove(seat);
        if room.close_if_empty() {
            self.remove(room);
        }
    }

    fn remove(&self, room: &Arc<Room>) {
        self.by_name.remove_if(&room.name, |_, current| Arc::ptr_eq(current, room));
    }
}
