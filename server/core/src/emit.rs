//! Emitting: to one client, and to everybody in rooms.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use bytestring::ByteString;
use roomful_protocol::args::{Args, SerializeError};
use roomful_protocol::packet::{Outbound, is_reserved};
use serde::Serialize;

use crate::connection::outbox::Pushed;
use crate::envelope::Envelope;
use crate::event::Event;
use crate::id::SocketId;
use crate::member::Member;
use crate::namespace::active::ActiveNamespace;
use crate::rooms::Room;

/// What became of an emit on this node.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Delivery {
    /// Clients it was meant for.
    pub matched: usize,
    /// Of them, those it was queued for.
    pub queued: usize,
    /// Of them, those it was dropped for (and counted): volatile and not writable, or their outbox was full.
    pub dropped: usize,
    /// Why it was sent to nobody.
    pub error: Option<EmitError>,
}

/// Why an event could not be sent at all.
#[derive(Debug)]
#[non_exhaustive]
pub enum EmitError {
    /// The arguments cannot be JSON.
    Arguments(SerializeError),
    /// The name is one that Socket.IO keeps for itself.
    ReservedName,
}

impl fmt::Display for EmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arguments(error) => write!(f, "the arguments cannot be sent: {error}"),
            Self::ReservedName => f.write_str("the event's name is reserved; choose another"),
        }
    }
}

impl std::error::Error for EmitError {}

impl Delivery {
    fn failed(error: EmitError) -> Self {
        Self { error: Some(error), ..Self::default() }
    }

    fn count(&mut self, pushed: Pushed) {
        self.matched += 1;
        match pushed {
            Pushed::Queued | Pushed::Crowded => self.queued += 1,
            Pushed::Dropped => self.dropped += 1,
        }
    }
}

/// Checks what every emit checks, and says so in the log: an emit has no error to ignore.
fn checked(
    namespace: &ActiveNamespace,
    name: &str,
    args: Result<Args, SerializeError>,
) -> Result<Args, EmitError> {
    if is_reserved(name) {
        tracing::error!(event = name, "an event with a reserved name was not sent");
        return Err(EmitError::ReservedName);
    }
    args.map_err(|error| {
        namespace.shared.metrics.unserialisable.increment();
        tracing::error!(event = name, %error, "an event that cannot be JSON was not sent");
        EmitError::Arguments(error)
    })
}

/// Emits to one client.
pub(crate) fn unicast(
    member: &Arc<Member>,
    name: &str,
    args: Result<Args, SerializeError>,
    volatile: bool,
) -> Delivery {
    let args = match checked(&member.namespace, name, args) {
        Ok(args) => args,
        Err(error) => return Delivery::failed(error),
    };
    let pushed = member.send(&Outbound::Event { name, args: &args, ack: None, offset: None }, volatile);
    if pushed == Pushed::Crowded {
        member.connection.outbox.relieve();
    }
    let mut delivery = Delivery::default();
    delivery.count(pushed);
    delivery
}

/// One or more names of rooms: text, socket ids, and arrays, slices and vectors of them.
pub trait IntoRooms {
    /// Calls `each` with every name.
    fn for_each_room(&self, each: &mut dyn FnMut(&str));
}

macro_rules! one_room {
    ($($type:ty),*) => {
        $(impl IntoRooms for $type {
            fn for_each_room(&self, each: &mut dyn FnMut(&str)) {
                each(self.as_ref());
            }
        })*
    };
}

one_room!(str, String, ByteString, SocketId, std::borrow::Cow<'_, str>);

impl<T: IntoRooms + ?Sized> IntoRooms for &T {
    fn for_each_room(&self, each: &mut dyn FnMut(&str)) {
        (**self).for_each_room(each);
    }
}

macro_rules! many_rooms {
    ($([$($generics:tt)*] $type:ty),*) => {
        $(impl<$($generics)*> IntoRooms for $type {
            fn for_each_room(&self, each: &mut dyn FnMut(&str)) {
                for rooms in self.iter() {
                    rooms.for_each_room(each);
                }
            }
        })*
    };
}

many_rooms!([T: IntoRooms] [T], [T: IntoRooms] Vec<T>, [T: IntoRooms, const N: usize] [T; N]);

/// Who hears a broadcast. Each step takes and gives the whole, so a half-built one can be cloned and reused.
///
/// Without a room it goes to everybody in the namespace; with several, to everybody who is in at least one of
/// them, once; never to those in an excepted room.
#[derive(Clone)]
#[must_use = "a broadcast does nothing until it emits"]
pub struct Broadcast {
    namespace: Arc<ActiveNamespace>,
    pub(crate) rooms: Vec<ByteString>,
    pub(crate) except: Vec<ByteString>,
    but: Option<Arc<Member>>,
    volatile: bool,
    local: bool,
    compress: bool,
}

impl Broadcast {
    pub(crate) fn new(namespace: Arc<ActiveNamespace>) -> Self {
        Self {
            namespace,
            rooms: Vec::new(),
            except: Vec::new(),
            but: None,
            volatile: false,
            local: false,
            compress: true,
        }
    }

    pub(crate) fn but(mut self, member: &Arc<Member>) -> Self {
        self.but = Some(member.clone());
        self
    }

    /// Also those in these rooms.
    pub fn to(mut self, rooms: impl IntoRooms) -> Self {
        rooms.for_each_room(&mut |name| self.rooms.push(name.into()));
        self
    }

    /// The same as [`to`](Self::to), for sentences that read better with it.
    pub fn within(self, rooms: impl IntoRooms) -> Self {
        self.to(rooms)
    }

    /// Not those in these rooms.
    pub fn except(mut self, rooms: impl IntoRooms) -> Self {
        rooms.for_each_room(&mut |name| self.except.push(name.into()));
        self
    }

    /// May be dropped for clients that cannot take it right now.
    pub fn volatile(mut self) -> Self {
        self.volatile = true;
        self
    }

    /// Only clients of this node.
    pub fn local(mut self) -> Self {
        self.local = true;
        self
    }

    /// Whether the event is compressed for clients with which compression was agreed on. Default: yes. Not for
    /// data that is compressed already, such as images. Clients of other nodes get it as those see fit.
    pub fn compress(mut self, compress: bool) -> Self {
        self.compress = compress;
        self
    }

    /// Emits an event to all of them. Never waits.
    pub fn emit<E: Event + Serialize>(&self, event: E) -> Delivery {
        self.send(E::NAME, event.to_args())
    }

    /// Emits an event by name: a tuple is several arguments, anything else one.
    pub fn emit_raw<T: Serialize>(&self, name: &str, args: T) -> Delivery {
        self.send(name, Args::new(&args))
    }

    /// Emits arguments that are already in the form in which they travel, for example as they came.
    pub fn emit_args(&self, name: &str, args: &Args) -> Delivery {
        self.send(name, Ok(args.clone()))
    }

    /// Lets them all join rooms.
    pub fn join(&self, rooms: impl IntoRooms) {
        let members = self.members();
        rooms.for_each_room(&mut |name| members.iter().for_each(|member| member.join(name)));
        self.tell_cluster(|| crate::adapter::Body::Join(self.target(), collect(&rooms)));
    }

    /// Lets them all leave rooms.
    pub fn leave(&self, rooms: impl IntoRooms) {
        let members = self.members();
        rooms.for_each_room(&mut |name| members.iter().for_each(|member| member.leave(name)));
        self.tell_cluster(|| crate::adapter::Body::Leave(self.target(), collect(&rooms)));
    }

    /// Disconnects them all from the namespace.
    pub fn disconnect(&self) {
        self.members().iter().for_each(Member::disconnect);
        self.tell_cluster(|| crate::adapter::Body::Disconnect(self.target()));
    }

    /// The sockets of this node among them.
    pub fn local_sockets(&self) -> Vec<crate::Socket> {
        self.members().into_iter().map(crate::Socket::new).collect()
    }

    fn send(&self, name: &str, args: Result<Args, SerializeError>) -> Delivery {
        let args = match checked(&self.namespace, name, args) {
            Ok(args) => args,
            Err(error) => return Delivery::failed(error),
        };
        let packet = Outbound::Event { name, args: &args, ack: None, offset: None };
        let delivery = self.deliver(&packet);
        self.tell_cluster(|| crate::adapter::Body::Broadcast {
            target: self.target(),
            event: name.into(),
            args: args.clone(),
            volatile: self.volatile,
        });
        delivery
    }

    /// Queues a packet for the members on this node.
    pub(crate) fn deliver(&self, packet: &Outbound<'_>) -> Delivery {
        let envelope = Envelope::new(&self.namespace.path, *packet, self.compress);
        let mut delivery = Delivery::default();
        let mut crowded: Option<Arc<Member>> = None;
        self.for_each(|member| {
            let pushed = match envelope.unit_for(&member.connection) {
                Some(unit) => member.push(unit, self.volatile),
                None => {
                    member.namespace.shared.metrics.inexpressible.increment();
                    Pushed::Dropped
                }
            };
            if pushed == Pushed::Crowded && crowded.is_none() {
                crowded = Some(member.clone());
            }
            delivery.count(pushed);
        });
        // All locks are released: an emitter that is ahead of the flusher does its work for a turn.
        if let Some(member) = crowded {
            member.connection.outbox.relieve();
        }
        delivery
    }

    fn members(&self) -> Vec<Arc<Member>> {
        let mut members = Vec::new();
        self.for_each(|member| members.push(member.clone()));
        members
    }

    /// Calls `each` once for every member that is meant. Rooms are locked meanwhile: `each` pushes or collects.
    fn for_each(&self, mut each: impl FnMut(&Arc<Member>)) {
        let sender = self.but.as_ref();
        let mut unless_sender = |member: &Arc<Member>| {
            if sender.is_none_or(|sender| !Arc::ptr_eq(sender, member)) {
                each(member);
            }
        };
        match (self.rooms.as_slice(), self.except.as_slice()) {
            ([], []) => ordered(&self.namespace.everyone, &mut unless_sender),
            ([name], []) => match Target::find(&self.namespace, name) {
                Target { room: Some(room), socket: None } => ordered(&room, &mut unless_sender),
                Target { room: None, socket: Some(member) } => unless_sender(&member),
                Target { room: None, socket: None } => {}
                both => marked(&self.namespace, [both].into_iter(), &[], &mut unless_sender),
            },
            ([], except) => {
                let everyone = Target { room: Some(self.namespace.everyone.clone()), socket: None };
                marked(&self.namespace, [everyone].into_iter(), except, &mut unless_sender);
            }
            (rooms, except) => {
                let targets = rooms.iter().map(|name| Target::find(&self.namespace, name));
                marked(&self.namespace, targets, except, &mut unless_sender);
            }
        }
    }

    fn target(&self) -> crate::adapter::Target {
        let mut except = self.except.clone();
        // The sender's own room stands for it on other nodes, where it is in no room at all.
        except.extend(self.but.iter().map(|member| ByteString::from(member.id.as_str())));
        crate::adapter::Target { rooms: self.rooms.clone(), except }
    }

    fn tell_cluster(&self, body: impl FnOnce() -> crate::adapter::Body) {
        if let Some(cluster) = self.namespace.shared.cluster.as_ref().filter(|_| !self.local) {
            cluster.publish(&self.namespace.path, body());
        }
    }
}

fn collect(rooms: &impl IntoRooms) -> Vec<ByteString> {
    let mut names = Vec::new();
    rooms.for_each_room(&mut |name| names.push(name.into()));
    names
}

/// What a name stands for: a room, a socket's own room, or both.
struct Target {
    room: Option<Arc<Room>>,
    socket: Option<Arc<Member>>,
}

impl Target {
    fn find(namespace: &ActiveNamespace, name: &str) -> Self {
        let socket = SocketId::parse(name).and_then(|id| namespace.registry.get(&id));
        Self { room: namespace.rooms.get(name), socket: socket.filter(|member| member.is_in_own_room()) }
    }

    fn for_each(&self, each: &mut dyn FnMut(&Arc<Member>)) {
        if let Some(member) = &self.socket {
            each(member);
        }
        if let Some(room) = &self.room {
            room.for_each(each);
        }
    }
}

/// One room: its members in the one order that its broadcasts have.
fn ordered(room: &Room, each: &mut dyn FnMut(&Arc<Member>)) {
    let _order = room.order();
    room.for_each(each);
}

/// Several rooms or exceptions: every member once, by marks over the dense seats of the namespace.
fn marked(
    namespace: &ActiveNamespace,
    targets: impl Iterator<Item = Target>,
    except: &[ByteString],
    each: &mut dyn FnMut(&Arc<Member>),
) {
    thread_local! {
        static MARKS: RefCell<Marks> = const { RefCell::new(Marks { bits: Vec::new(), set: Vec::new() }) };
    }
    // Broadcasts to everybody are heard in one order also with exceptions.
    let targets: Vec<Target> = targets.collect();
    let _order = match targets.as_slice() {
        [Target { room: Some(room), socket: None }] => Some(room.order()),
        _ => None,
    };
    MARKS.with_borrow_mut(|marks| {
        for name in except {
            Target::find(namespace, name).for_each(&mut |member| {
                marks.set(member);
            });
        }
        for target in &targets {
            target.for_each(&mut |member| {
                if marks.set(member) {
                    each(member);
                }
            });
        }
        marks.clear();
    });
}

/// A bit for each seat of a namespace. Cleared by what was set, so its cost is that of the members met.
struct Marks {
    bits: Vec<u64>,
    set: Vec<usize>,
}

impl Marks {
    /// Marks a member; whether it was unmarked. A member that has left in the meantime counts as marked.
    fn set(&mut self, member: &Member) -> bool {
        let Some(slot) = member.slot() else { return false };
        let (word, bit) = (slot / 64, 1 << (slot % 64));
        if self.bits.len() <= word {
            self.bits.resize(word + 1, 0);
        }
        let Some(bits) = self.bits.get_mut(word) else { return false };
        let unmarked = *bits & bit == 0;
        *bits |= bit;
        if unmarked {
            self.set.push(word);
        }
        unmarked
    }

    fn clear(&mut self) {
        for word in self.set.drain(..) {
            if let Some(bits) = self.bits.get_mut(word) {
                *bits = 0;
            }
        }
    }
}
