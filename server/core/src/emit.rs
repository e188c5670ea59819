//! Emitting: to one client, and to everybody in rooms.

use std::fmt;
use std::sync::Arc;

use roomful_protocol::args::{Args, SerializeError};
use roomful_protocol::packet::{Outbound, is_reserved};

use crate::connection::outbox::Pushed;
use crate::member::Member;
use crate::namespace::active::ActiveNamespace;
use crate::recovery::{Audience, Recording};

pub use broadcast::Broadcast;
pub use fetch::FetchedSockets;
pub use into_rooms::IntoRooms;
pub(crate) use request::Place;
pub use request::{BroadcastRequest, Response, Responses};

mod broadcast;
mod fetch;
mod into_rooms;
mod request;
mod select;

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

    /// Adds what became of the same event elsewhere.
    pub(crate) fn add(&mut self, other: Self) {
        self.matched += other.matched;
        self.queued += other.queued;
        self.dropped += other.dropped;
        self.error = self.error.take().or(other.error);
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
    let recording = record_for_one(member, name, &args, volatile);
    let offset = recording.as_ref().map(Recording::offset);
    let packet = Outbound::Event { name, args: &args, ack: None, offset };
    let pushed = if member.is_connected() || !member.keeps_events() {
        member.send(&packet, volatile)
    } else {
        to_successor(member, &packet, volatile)
    };
    drop(recording);
    if pushed == Pushed::Crowded {
        member.connection.outbox.relieve();
    }
    if pushed != Pushed::Dropped && member.namespace.hears_outgoing() {
        member.tell_outgoing(name, &args);
    }
    let mut delivery = Delivery::default();
    delivery.count(pushed);
    delivery
}

/// Keeps an event for one client, where sessions are recovered. While a guard decides on it, it has none yet.
fn record_for_one<'a>(member: &'a Member, name: &str, args: &Args, volatile: bool) -> Option<Recording<'a>> {
    let recovery = member.namespace.recovery.as_ref()?;
    if volatile || !member.keeps_events() {
        return recovery.pass_by(args);
    }
    Some(recovery.record(Audience::One(member.id.clone()), name, args))
}

/// The client has come back by another connection, or is away and gets the event when it does.
fn to_successor(member: &Member, packet: &Outbound<'_>, volatile: bool) -> Pushed {
    match member.namespace.registry.get(member.id.as_str()) {
        Some(successor) => successor.send(packet, volatile),
        None if volatile => {
            member.namespace.shared.metrics.volatile_dropped.increment();
            Pushed::Dropped
        }
        None => Pushed::Queued,
    }
}
