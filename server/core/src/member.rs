//! What stands behind a [`Socket`](crate::Socket): one client in one namespace.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use bytestring::ByteString;
use roomful_protocol::args::Args;
use roomful_protocol::close::{CloseFrame, CloseReason};
use roomful_protocol::packet::{Lane, Outbound};
use roomful_protocol::wire::Unit;
use tokio::sync::oneshot;

use crate::adapter::SocketDetails;
use crate::connection::outbox::Pushed;
use crate::connection::{Command, Connection};
use crate::id::SocketId;
use crate::namespace::active::ActiveNamespace;
use crate::once::Handled;
use crate::recovery::{Log, NamespaceRecovery, NotRecovered, Recoverable, Recovered, Session};
use crate::rooms::Room;
use crate::sync::Mutex;
pub(crate) use extras::Extensions;
use extras::Extras;

mod extras;
pub(crate) mod listeners;

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
    extras: OnceLock<Box<Extras>>,
    /// Events that are handled once. Most namespaces have none.
    handled: OnceLock<Arc<Handled>>,
}

type Acks = HashMap<u64, oneshot::Sender<Args>>;

/// Rooms by name, each with the seat this member has there.
type Seats = HashMap<ByteString, (Arc<Room>, usize)>;

/// The rooms a socket is in.
#[derive(Default)]
struct Membership {
    state: State,
    /// A socket is in the room of its own id without an entry anywhere; it may leave that too.
    left_own: bool,
    seats: Option<Box<Seats>>,
    /// Only where sessions are recovered.
    session: Option<Box<Recoverable>>,
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

impl Membership {
    fn has(&self, name: &str, own: &SocketId) -> bool {
        match &self.seats {
            _ if name == own.as_str() => !self.left_own,
            Some(seats) => seats.contains_key(name),
            None => false,
        }
    }
}

impl Member {
    /// A new socket, one of several that its client has in the namespace.
    pub(crate) fn in_lane(
        namespace: Arc<ActiveNamespace>,
        connection: Arc<Connection>,
        lane: Lane,
    ) -> Arc<Self> {
        let (id, rooms) = (SocketId::random(), Membership::default());
        Self::make(id, namespace, connection, None, rooms, Some(Extras::in_lane(lane)))
    }

    /// A new socket. Where it has asked in vain to be an old one, `why` says so.
    pub(crate) fn new(
        namespace: Arc<ActiveNamespace>,
        connection: Arc<Connection>,
        auth: Option<ByteString>,
        why: Option<NotRecovered>,
    ) -> Arc<Self> {
        let can_recover = namespace.recovery.is_some() && connection.wire.has_sessions();
        let session = can_recover.then(|| Box::new(Recoverable::new(why)));
        let rooms = Membership { session, ..Membership::default() };
        let id = match &connection.public_id {
            Some(id) => SocketId::derived(id, &namespace.path),
            None => SocketId::random(),
        };
        Self::make(id, namespace, connection, auth, rooms, None)
    }

    /// The socket of a session, which goes on at the place `from` of the log.
    pub(crate) fn resumed(
        namespace: Arc<ActiveNamespace>,
        connection: Arc<Connection>,
        auth: Option<ByteString>,
        session: Session,
        from: u64,
    ) -> Arc<Self> {
        let own = session.sid.as_str();
        let mut rooms = Membership { left_own: true, ..Membership::default() };
        for room in session.stays.rooms() {
            if **room == *own {
                rooms.left_own = false;
            } else {
                let noted = (Room::new(room.clone()), NO_SEAT);
                rooms.seats.get_or_insert_default().insert(room.clone(), noted);
            }
        }
        let (id, extensions) = (session.sid.clone(), Extras::with(Box::new(session.extensions.clone())));
        let handled = session.handled.clone();
        rooms.session = Some(Box::new(Recoverable::resumed(session, from)));
        let member = Self::make(id, namespace, connection, auth, rooms, Some(extensions));
        if let Some(handled) = handled {
            let _ = member.handled.set(handled);
        }
        member
    }

    fn make(
        id: SocketId,
        namespace: Arc<ActiveNamespace>,
        connection: Arc<Connection>,
        auth: Option<ByteString>,
        rooms: Membership,
        extras: Option<Extras>,
    ) -> Arc<Self> {
        let extras = extras.map(|extras| OnceLock::from(Box::new(extras))).unwrap_or_default();
        Arc::new(Self {
            id,
            namespace,
            connection,
            auth,
            connected: AtomicBool::new(true),
            seat: AtomicUsize::new(NO_SEAT),
            rooms: Mutex::new(rooms),
            acks: Mutex::new(None),
            extras,
            handled: OnceLock::new(),
        })
    }

    /// Whether it is this socket, or was it before its client lost its connection and came back.
    pub(crate) fn is_same_client(self: &Arc<Self>, other: &Arc<Self>) -> bool {
        Arc::ptr_eq(self, other) || (self.namespace.recovery.is_some() && self.id == other.id)
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.connected.load(Ordering::Acquire)
    }

    /// Ends the socket for senders; whether this call did.
    pub(crate) fn mark_disconnected(&self) -> bool {
        let was = self.connected.swap(false, Ordering::AcqRel);
        if was {
            self.tell_closed();
        }
        was
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

    /// What the client calls this one of its sockets in the namespace, where it may have several.
    pub(crate) fn lane(&self) -> Option<&Lane> {
        self.extras.get()?.lane.as_ref()
    }

    /// A packet as this client gets it; `None` when it cannot be told.
    pub(crate) fn encode(&self, packet: &Outbound<'_>) -> Option<Unit> {
        self.connection.encode(&self.namespace.path, self.lane(), packet)
    }

    /// Encodes a packet for this client and queues it.
    pub(crate) fn send(&self, packet: &Outbound<'_>, volatile: bool) -> Pushed {
        match self.encode(packet) {
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
            if let Some(unit) = self.encode(&Outbound::Disconnect) {
                self.connection.outbox.push(unit, false);
            }
            self.connection.command(Command::Leave(self.clone()));
        }
    }

    /// Takes the client out of all its namespaces and ends its connection.
    pub(crate) fn disconnect_connection(&self) {
        self.connection.command(Command::LeaveAll);
        self.close_connection(CloseReason::ForcedServerClose, None);
    }

    pub(crate) fn close_connection(&self, reason: CloseReason, frame: Option<Box<CloseFrame>>) {
        self.connection.command(Command::Close(reason, frame));
    }

    /// The events that it has sent and that are handled once.
    pub(crate) fn handled(&self) -> &Arc<Handled> {
        self.handled.get_or_init(Arc::default)
    }

    // --- rooms ---

    /// The dense number by which broadcasts mark this member; `None` before it is accepted and after it left.
    pub(crate) fn slot(&self) -> Option<usize> {
        Some(self.seat.load(Ordering::Relaxed)).filter(|seat| *seat != NO_SEAT)
    }

    /// Makes the member visible to broadcasts: everybody's room, then the rooms its guards have joined; what that
    /// does to rooms is told by who lets it in. Where sessions are recovered, `log` keeps anything from being said
    /// meanwhile.
    pub(crate) fn enter(self: &Arc<Self>, log: Option<&Log>) {
        let mut rooms = self.rooms.lock();
        if rooms.state != State::Guarded {
            return;
        }
        rooms.state = State::Joined;
        if let Some(seat) = self.namespace.everyone.add(self.clone(), None) {
            self.seat.store(seat, Ordering::Relaxed);
        }
        if !rooms.left_own {
            self.namespace.rooms.entered_own(&self.id);
        }
        let noted = rooms.seats.take();
        if let (Some(log), Some(session)) = (log, &mut rooms.session) {
            let noted = noted.iter().flat_map(|seats| seats.keys());
            session.begin(&self.id, noted, log.last());
        }
        for name in noted.into_iter().flat_map(|seats| seats.into_keys()) {
            let seat = self.namespace.rooms.join(&name, self);
            rooms.seats.get_or_insert_default().insert(name, seat);
        }
    }

    pub(crate) fn join(self: &Arc<Self>, name: &str) {
        self.take_seat(name);
        self.namespace.tell_room_events();
    }

    fn take_seat(self: &Arc<Self>, name: &str) {
        let log = self.namespace.recovery.as_ref().map(|recovery| recovery.log());
        let mut rooms = self.rooms.lock();
        if rooms.state == State::Left || rooms.has(name, &self.id) {
            return;
        }
        let name = ByteString::from(name);
        if let (Some(log), State::Joined, Some(session)) = (log, rooms.state, &mut rooms.session) {
            session.stays.join(name.clone(), log.last());
        }
        if *name == *self.id.as_str() {
            rooms.left_own = false;
            if rooms.state == State::Joined {
                self.namespace.rooms.entered_own(&self.id);
            }
            return;
        }
        let seat = match rooms.state {
            // Not seated before the guards have accepted it: a room whose name alone is kept.
            State::Guarded => (Room::new(name.clone()), NO_SEAT),
            State::Joined | State::Left => self.namespace.rooms.join(&name, self),
        };
        rooms.seats.get_or_insert_default().insert(name, seat);
    }

    pub(crate) fn leave(&self, name: &str) {
        self.free_seat(name);
        self.namespace.tell_room_events();
    }

    fn free_seat(&self, name: &str) {
        let log = self.namespace.recovery.as_ref().map(|recovery| recovery.log());
        let mut rooms = self.rooms.lock();
        if let (Some(log), State::Joined, Some(session)) = (log, rooms.state, &mut rooms.session) {
            session.stays.leave(name, log.last(), log.reaches_back_to());
        }
        if name == self.id.as_str() {
            if !std::mem::replace(&mut rooms.left_own, true) && rooms.state == State::Joined {
                self.namespace.rooms.left_own(&self.id);
            }
            return;
        }
        let seat = rooms.seats.as_mut().and_then(|seats| seats.remove(name));
        if let (Some((room, seat)), State::Joined) = (seat, rooms.state) {
            self.namespace.rooms.leave(&room, seat);
        }
    }

    /// Leaves every room for good.
    pub(crate) fn leave_all(&self) {
        self.free_all_seats();
        self.namespace.tell_room_events();
    }

    fn free_all_seats(&self) {
        let mut rooms = self.rooms.lock();
        let was = std::mem::replace(&mut rooms.state, State::Left);
        let seats = rooms.seats.take();
        if was != State::Joined {
            return;
        }
        let seat = self.seat.swap(NO_SEAT, Ordering::Relaxed);
        self.namespace.everyone.remove(seat, None);
        if !rooms.left_own {
            self.namespace.rooms.left_own(&self.id);
        }
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

    /// What other nodes are told about it.
    pub(crate) fn details(&self) -> SocketDetails {
        SocketDetails {
            id: self.id.clone(),
            handshake: self.connection.handshake.clone(),
            auth: self.auth.clone().unwrap_or_else(|| ByteString::from_static("{}")),
            rooms: self.room_names(),
            data: self.data(),
        }
    }

    /// Whether it is in the room of its own id.
    pub(crate) fn is_in_own_room(&self) -> bool {
        !self.rooms.lock().left_own
    }

    // --- its session ---

    /// Looks at what is kept for its recovery, if anything is.
    pub(crate) fn with_session<T>(&self, look: impl FnOnce(&mut Recoverable) -> T) -> Option<T> {
        self.rooms.lock().session.as_mut().map(|session| look(session))
    }

    /// How it came to be what it is.
    pub(crate) fn recovered(&self) -> Recovered {
        self.with_session(|session| session.recovered).unwrap_or(Recovered::NotAsked)
    }

    /// Whether what is emitted to it is kept: once it has been let in, until it has gone for good.
    pub(crate) fn keeps_events(&self) -> bool {
        let rooms = self.rooms.lock();
        rooms.session.is_some() && rooms.state != State::Guarded
    }

    /// Ends its session for good.
    pub(crate) fn end_session(&self, recovery: &NamespaceRecovery) {
        let session = self.rooms.lock().session.take();
        if let Some(session) = session {
            recovery.end(&session.pid);
        }
    }

    /// Leaves its session behind, for a client that comes back.
    pub(crate) fn keep_session(&self, recovery: &NamespaceRecovery) {
        if let Some(session) = self.suspend() {
            recovery.keep(session);
        }
    }

    /// It was to go on with a session and has not been let in: the session stays what it was.
    pub(crate) fn give_back_session(&self, recovery: &NamespaceRecovery) {
        let is_resuming = self.with_session(|session| session.resuming.is_some());
        if is_resuming == Some(true)
            && let Some(session) = self.suspend()
        {
            recovery.give_back(session);
        }
    }

    fn suspend(&self) -> Option<Session> {
        let extensions = self.kept();
        let handled = self.handled.get().cloned();
        self.with_session(|session| session.suspend(self.id.clone(), extensions, handled))
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

    /// The client has answered: to a question of its own, or to one that went to many.
    pub(crate) fn answered(&self, id: u64, args: Args) {
        match self.take_ack(id) {
            // Who asked may have given up just now.
            Some(answer) => drop(answer.send(args)),
            None => self.namespace.collectors.answered(&self.namespace, id, &self.id, args),
        }
    }

    /// Gives up all awaited answers: those who wait hear that the socket has disconnected.
    pub(crate) fn drop_acks(&self) {
        let awaited = self.acks.lock().take();
        drop(awaited);
        self.namespace.collectors.gone(&self.namespace, &self.id);
    }
}
