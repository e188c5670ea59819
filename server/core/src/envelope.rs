//! A packet and its encoded forms, each made once, when the first client that needs it is met.

use std::cell::OnceCell;

use roomful_protocol::packet::Outbound;
use roomful_protocol::wire::{Unit, Wire};

/// One broadcast on its way through the members of rooms.
pub(crate) struct Envelope<'a> {
    namespace: &'a str,
    packet: Outbound<'a>,
    socketio: OnceCell<Option<Unit>>,
    engineio: OnceCell<Option<Unit>>,
}

impl<'a> Envelope<'a> {
    pub(crate) fn new(namespace: &'a str, packet: Outbound<'a>) -> Self {
        Self { namespace, packet, socketio: OnceCell::new(), engineio: OnceCell::new() }
    }

    /// The packet as this wire has it; `None` when it cannot be said there.
    pub(crate) fn unit(&self, wire: Wire) -> Option<&Unit> {
        let cell = match wire {
            Wire::SocketIo => &self.socketio,
            _ => &self.engineio,
        };
        cell.get_or_init(|| wire.encode(self.namespace, &self.packet)).as_ref()
    }
}
