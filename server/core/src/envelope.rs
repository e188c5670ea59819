//! A packet and its encoded forms, each made once, when the first client that needs it is met.

use std::cell::{OnceCell, RefCell};

use roomful_protocol::packet::Outbound;
use roomful_protocol::websocket::Deflate;
use roomful_protocol::wire::{Unit, Wire};

use crate::connection::Connection;

/// One broadcast on its way through the members of rooms.
pub(crate) struct Envelope<'a> {
    namespace: &'a str,
    packet: Outbound<'a>,
    compress: bool,
    /// By wire. An encoding that has been tried and does not exist is `None`.
    plain: [OnceCell<Option<Unit>>; Wire::COUNT],
    /// Compressed once for all clients that decompress in the same way: there are few such ways.
    deflated: RefCell<Vec<(Wire, Deflate, Unit)>>,
}

impl<'a> Envelope<'a> {
    pub(crate) fn new(namespace: &'a str, packet: Outbound<'a>, compress: bool) -> Self {
        let plain = [const { OnceCell::new() }; Wire::COUNT];
        Self { namespace, packet, compress, plain, deflated: RefCell::default() }
    }

    /// The packet as this client gets it; `None` when it cannot be told.
    pub(crate) fn unit_for(&self, connection: &Connection) -> Option<Unit> {
        let plain = self.plain(connection.wire)?;
        match connection.deflate().filter(|_| self.compress) {
            Some(deflate) => Some(self.deflated(connection.wire, deflate, plain)),
            None => Some(plain.clone()),
        }
    }

    fn plain(&self, wire: Wire) -> Option<&Unit> {
        self.plain.get(wire as usize)?.get_or_init(|| wire.encode(self.namespace, &self.packet)).as_ref()
    }

    fn deflated(&self, wire: Wire, deflate: Deflate, plain: &Unit) -> Unit {
        let mut made = self.deflated.borrow_mut();
        if let Some((.., unit)) = made.iter().find(|(w, d, _)| (*w, *d) == (wire, deflate)) {
            return unit.clone();
        }
        let unit = plain.deflated(deflate);
        made.push((wire, deflate, unit.clone()));
        unit
    }
}
