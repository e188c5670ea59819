//! What stands behind a [`Socket`](crate::Socket): one client in one namespace.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bytestring::ByteString;
use parking_lot::Mutex;
use roomful_protocol::args::Args;
use roomful_protocol::close::CloseReason;
use roomful_protocol::packet::Outbound;
use roomful_protocol::wire::Unit;
use tokio::sync::oneshot;

use crate::connection::outbox::Pushed;
use crate::connection::{Command, Connection};
use crate::id::SocketId;
use crate::namespace::active::ActiveNamespace;
use crate::rooms::Room;

/// Not in the namespace's hidden room.
const NO_SEAT: usize = usize::MAX;

pub(crate) struct Member {
    pub(crate) id: SocketId,
    pub(crate) namespace: Arc<ActiveNamespace>,
    pub(crate) connection: Arc<Connection>,
    /// The payload of its CONNECT: JSON text of an object.
    pub(crate) auth: Option<ByteString>,
    /// Cleared once, by whatever ends the socket first. Whoever emits after that sends nothing; an emit that is
    /// under way on another thread at that moment may still come through.
    connected: AtomicBool,
    /// Its seat in the namespace's hidden room of everybody; dense, so broadcasts use it to mark members.
    seat: AtomicUsize,
    rooms: Mutex<Membership>,
    /// Answers awaited from this client. Most sockets never await one.
    acks: Mutex<Option<Box<Acks>>>,
    extensions: Mutex<Option<Box<Extensions>>>,
}

type Acks = HashMap<u64, oneshot::Sender<Args>>;

/// Rooms by name, each with the seat this member has there.
type Seats = HashMap<ByteString, (Arc<Room>, usize)>;

type Extensions = HashMap<TypeId, Arc<dyn Any + Send + Sync>>;

/// The rooms a socket is in.
#[derive(Default)]
struct Membership {
    state: State,
    /// A socket is in the room of its own id without an entry anywhere; it may leave that too.
    left_own: bool,
    seats: Option<Box<Seats>>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    /// Guards run: joins are noted, and take effect when the socket is accepted.
    #[default]
    Guarded,
    Joined,
    /// A join that comes after the disconnect does nothing.
    Left,
}

impl Member {
    pub(crate) fn new(
        namespace: Arc<ActiveNamespace>,
        connection: Arc<Connection>,
        auth: Option<ByteString>,
    ) -> Arc<Self> {
        Arc::new(Self {
            id: SocketId::random(),
            namespace,
            connection,
            auth,
            connected: AtomicBool::new(true),
            seat: AtomicUsize::new(NO_SEAT),
            rooms: Mutex::default(),
            acks: Mutex::new(None),
            extensions: Mutex::new(None),
        })
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.connected.load(Ordering::Acquire)
    }

    /// Ends the socket for senders; whether this call did.
    pub(crate) fn mark_disconnected(&self) -> bool {
        self.connected.swap(false, Ordering::AcqRel)
    }

    /// Queues an encoded packet, unless the socket has been disconnected.
    pub(crate) fn push(&self, unit: Unit, volatile: bool) -> Pushed {
        if self.is_connected() {
            self.connection.outbox.push(unit, volatile)
        } else {
            self.namespace.shared.metrics.refused_closing.increment();
            Pushed::Dropped
        }
    }

    /// Encodes a packet for this client and queues it.
    pub(crate) fn send(&self, packet: &Outbound<'_>, volatile: bool) -> Pushed {
        match self.connection.encode(&self.namespace.path, packet) {
            Some(unit) => self.push(unit, volatile),
            None => {
                self.namespace.shared.metrics.inexpressible.increment();
                Pushed::Dropped
            }
        }
    }

    /// Tells the client that it has to leave the namespace, and its connection's task to clean up.
    pub(crate) fn disconnect(self: &Arc<Self>) {
        if self.mark_disconnected() {
            if let Some(unit) = self.connection.encode(&self.namespace.path, &Outbound::Disconnect) {
                self.connection.outbox.push(unit, false);
            }
            self.connection.command(Command::Leave(self.clone()));
        }
    }

    pub(crate) fn close_connection(&self, reason: CloseReason) {
        self.connection.command(Command::Close(reason));
    }

    // --- rooms ---

    /// The dense number by which broadcasts mark this member; `None` before it is accepted and after it left.
    pub(crate) fn slot(&self) -> Option<usize> {
        Some(self.seat.load(Ordering::Relaxed)).filter(|seat| *seat != NO_SEAT)
    }

    /// Makes the member visible to broadcasts: everybody's room, then the rooms its guards have joined.
    pub(crate) fn enter(self: &Arc<Self>) {
        let mut rooms = self.rooms.lock();
        if rooms.state != State::Guarded {
            return;
        }
        rooms.state = State::Joined;
        if let Some(seat) = self.namespace.everyone.add(self.clone()) {
            self.seat.store(seat, Ordering::Relaxed);
        }
        let noted = rooms.seats.take();
        for name in noted.into_iter().flat_map(|seats| seats.into_keys()) {
            let seat = self.namespace.rooms.join(&name, self);
            rooms.seats.get_or_insert_default().insert(name, seat);
        }
    }

    pub(crate) fn join(self: &Arc<Self>, name: &str) {
        let mut rooms = self.rooms.lock();
        if name == self.id.as_str() {
            rooms.left_own = false;
            return;
        }
        if rooms.seats.as_ref().is_some_and(|seats| seats.contains_key(name)) {
            return;
        }
        let name = ByteString::from(name);
        let seat = match rooms.state {
            State::Left => return,
            // Not seated before the guards have accepted it: a room whose name alone is kept.
            State::Guarded => (Room::new(name.clone()), NO_SEAT),
            State::Joined => self.namespace.rooms.join(&name, self),
        };
        rooms.seats.get_or_insert_default().insert(name, seat);
    }

    pub(crate) fn leave(&self, name: &str) {
        let mut rooms = self.rooms.lock();
        if name == self.id.as_str() {
            rooms.left_own = true;
            return;
        }
        let seat = rooms.seats.as_mut().and_then(|seats| seats.remove(name));
        if let (Some((room, seat)), State::Joined) = (seat, rooms.state) {
            self.namespace.rooms.leave(&room, seat);
        }
    }

    /// Leaves every room for good.
    pub(crate) fn leave_all(&self) {
        let mut rooms = self.rooms.lock();
        let was = std::mem::replace(&mut rooms.state, State::Left);
        let seats = rooms.seats.take();
        if was != State::Joined {
            return;
        }
        let seat = self.seat.swap(NO_SEAT, Ordering::Relaxed);
        self.namespace.everyone.remove(seat);
        for (room, seat) in seats.into_iter().flat_map(|seats| seats.into_values()) {
            self.namespace.rooms.leave(&room, seat);
        }
    }

    /// Names of the rooms it is in, its own among them.
    pub(crate) fn room_names(&self) -> Vec<ByteString> {
        let rooms = self.rooms.lock();
        let own = (rooms.state != State::Left && !rooms.left_own).then(|| ByteString::from(self.id.as_str()));
        own.into_iter().chain(rooms.seats.iter().flat_map(|seats| seats.keys().cloned())).collect()
    }

    /// Whether it is in the room of its own id.
    pub(crate) fn is_in_own_room(&self) -> bool {
        !self.rooms.lock().left_own
    }

    // --- acknowledgements ---

    /// Registers an awaited answer; `None` when the socket has been disconnected.
    pub(crate) fn await_ack(&self, id: u64) -> Option<oneshot::Receiver<Args>> {
        let (sender, receiver) = oneshot::channel();
        let mut acks = self.acks.lock();
        if !self.is_connected() {
            return None;
        }
        acks.get_or_insert_default().insert(id, sender);
        Some(receiver)
    }

    /// Takes the place where an answer is awaited. Unknown, late and repeated answers find none.
    pub(crate) fn take_ack(&self, id: u64) -> Option<oneshot::Sender<Args>> {
        self.acks.lock().as_mut()?.remove(&id)
    }

    /// Gives up all awaited answers: those who wait hear that the socket has disconnected.
    pub(crate) fn drop_acks(&self) {
        let awaited = self.acks.lock().take();
        drop(awaited);
    }

    // --- extensions ---

    pub(crate) fn insert_extension<T: Send + Sync + 'static>(&self, value: T) {
        let old = self.extensions.lock().get_or_insert_default().insert(TypeId::of::<T>(), Arc::new(value));
        // The old value's drop is the user's code: not under the lock.
        drop(old);
    }

    pub(crate) fn extension<T: Clone + Send + Sync + 'static>(&self) -> Option<T> {
        // So is `clone`.
        let found = self.extensions.lock().as_ref()?.get(&TypeId::of::<T>())?.clone();
        found.downcast_ref::<T>().cloned()
    }
}
