//! One client link: its task, its outbox, and what is shared between them and everyone else.

pub(crate) mod dispatch;
pub(crate) mod driver;
pub(crate) mod flusher;
pub(crate) mod outbox;
pub(crate) mod running;
pub(crate) mod sink;
pub(crate) mod transports;

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use roomful_protocol::close::{CloseFrame, CloseReason};
use roomful_protocol::engineio::{Framing, TransportKind};
use roomful_protocol::link::Link;
use roomful_protocol::packet::{Lane, Outbound};
use roomful_protocol::websocket::Deflate;
use roomful_protocol::wire::{Unit, Wire};

use crate::handshake::Handshake;
use crate::member::Member;
use crate::sync::Mutex;
use outbox::Outbox;

/// What others may ask of a connection's task.
pub(crate) enum Command {
    /// Take this socket out of its namespace; the client has been told.
    Leave(Arc<Member>),
    /// Take every socket out of its namespace, and tell the client.
    LeaveAll,
    /// End the connection, with the program's own words where it has some.
    Close(CloseReason, Option<Box<CloseFrame>>),
}

/// The shared side of a connection. Its task owns everything else.
pub(crate) struct Connection {
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) handshake: Handshake,
    pub(crate) wire: Wire,
    pub(crate) framing: Framing,
    /// The id of which those of its sockets are made, where they are not random.
    pub(crate) public_id: Option<Box<str>>,
    transport: AtomicU8,
    /// How messages are compressed, once a transport has agreed on that with the client.
    deflate: OnceLock<Deflate>,
    commands: Mutex<Vec<Command>>,
}

impl Connection {
    pub(crate) fn new(
        outbox: Arc<Outbox>,
        handshake: Handshake,
        link: &impl Link,
        kind: TransportKind,
    ) -> Arc<Self> {
        Arc::new(Self {
            outbox,
            handshake,
            wire: link.wire(),
            framing: link.framing(),
            public_id: link.public_id().map(Box::from),
            transport: AtomicU8::new(kind as u8),
            deflate: OnceLock::new(),
            commands: Mutex::new(Vec::new()),
        })
    }

    /// A packet as this client gets it; `None` when it cannot be told.
    pub(crate) fn encode(&self, namespace: &str, lane: Option<&Lane>, packet: &Outbound<'_>) -> Option<Unit> {
        let mut unit = match lane {
            None => self.wire.encode(namespace, packet)?,
            Some(lane) => self.wire.encode_in_lane(lane, namespace, packet)?,
        };
        if !self.framing.is_plain() {
            unit = unit.framed(self.framing)?;
        }
        Some(match self.deflate() {
            Some(deflate) => unit.deflated(deflate),
            None => unit,
        })
    }

    pub(crate) fn deflate(&self) -> Option<Deflate> {
        self.deflate.get().copied()
    }

    /// From now on messages are compressed. A connection does not go back to a transport that cannot.
    pub(crate) fn set_deflate(&self, deflate: Option<Deflate>) {
        if let Some(deflate) = deflate {
            let _ = self.deflate.set(deflate);
        }
    }

    pub(crate) fn command(&self, command: Command) {
        self.commands.lock().push(command);
        self.outbox.wake_driver();
    }

    pub(crate) fn take_commands(&self) -> Vec<Command> {
        std::mem::take(&mut *self.commands.lock())
    }

    pub(crate) fn transport(&self) -> TransportKind {
        match self.transport.load(Ordering::Relaxed) {
            kind if kind == TransportKind::Polling as u8 => TransportKind::Polling,
            kind if kind == TransportKind::WebTransport as u8 => TransportKind::WebTransport,
            kind if kind == TransportKind::Streaming as u8 => TransportKind::Streaming,
            _ => TransportKind::WebSocket,
        }
    }

    pub(crate) fn set_transport(&self, kind: TransportKind) {
        self.transport.store(kind as u8, Ordering::Relaxed);
    }
}
