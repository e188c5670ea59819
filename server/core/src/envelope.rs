//! A packet and its encoded forms, each made once, when the first client that needs it is met.

use std::cell::{OnceCell, RefCell};

use roomful_protocol::engineio::Framing;
use roomful_protocol::packet::Outbound;
use roomful_protocol::websocket::Deflate;
use roomful_protocol::wire::{Unit, Wire};

use crate::member::Member;

/// One broadcast on its way through the members of rooms.
pub(crate) struct Envelope<'a> {
    namespace: &'a str,
    packet: Outbound<'a>,
    compress: bool,
    /// By wire. An encoding that has been tried and does not exist is `None`.
    plain: [OnceCell<Option<Unit>>; Wire::COUNT],
    /// What is made of these for clients that take them framed otherwise, or compressed: once for all that take them in
    /// the same way; `None` where there is none. There are few such ways.
    converted: RefCell<Vec<(Conversion, Option<Unit>)>>,
}

/// How a unit is changed for some clients.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Conversion {
    wire: Wire,
    framing: Framing,
    deflate: Option<Deflate>,
}

impl<'a> Envelope<'a> {
    pub(crate) fn new(namespace: &'a str, packet: Outbound<'a>, compress: bool) -> Self {
        let plain = [const { OnceCell::new() }; Wire::COUNT];
        Self { namespace, packet, compress, plain, converted: RefCell::default() }
    }

    /// The packet as this client gets it; `None` when it cannot be told.
    pub(crate) fn unit_for(&self, member: &Member) -> Option<Unit> {
        let connection = &*member.connection;
        let plain = self.plain(connection.wire)?;
        let deflate = connection.deflate().filter(|_| self.compress);
        if connection.wire.has_lanes()
            && let Some(lane) = member.lane()
        {
            // What is said is shared; to whom it is said is different for each.
            let unit = connection.wire.in_lane(lane, plain)?.framed(connection.framing)?;
            return Some(match deflate {
                Some(deflate) => unit.deflated(deflate),
                None => unit,
            });
        }
        if deflate.is_none() && connection.framing.is_plain() {
            return Some(plain.clone());
        }
        let conversion = Conversion { wire: connection.wire, framing: connection.framing, deflate };
        self.converted(conversion, plain)
    }

    fn plain(&self, wire: Wire) -> Option<&Unit> {
        self.plain.get(wire as usize)?.get_or_init(|| wire.encode(self.namespace, &self.packet)).as_ref()
    }

    fn converted(&self, conversion: Conversion, plain: &Unit) -> Option<Unit> {
        let mut made = self.converted.borrow_mut();
        if let Some((_, unit)) = made.iter().find(|(done, _)| *done == conversion) {
            return unit.clone();
        }
        let framed = plain.framed(conversion.framing);
        let unit = framed.map(|framed| match conversion.deflate {
            Some(deflate) => framed.deflated(deflate),
            None => framed,
        });
        made.push((conversion, unit.clone()));
        unit
    }
}
