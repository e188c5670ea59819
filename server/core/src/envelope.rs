//! A packet and its encoded forms, each made once, when the first client that needs it is met.

use std::cell::RefCell;

use roomful_protocol::engineio::Framing;
use roomful_protocol::packet::Outbound;
use roomful_protocol::websocket::Deflate;
use roomful_protocol::wire::{Unit, Wire};
use smallvec::SmallVec;

use crate::member::Member;

/// One broadcast on its way through the members of rooms.
pub(crate) struct Envelope<'a> {
    namespace: &'a str,
    packet: Outbound<'a>,
    compress: bool,
    /// What has been made, and what has been tried and does not exist. Most rooms need one form, and there are few.
    made: RefCell<SmallVec<[(Form, Option<Unit>); 1]>>,
}

/// How some clients take a packet.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Form {
    wire: Wire,
    framing: Framing,
    deflate: Option<Deflate>,
}

impl Form {
    /// As the wire gives it.
    fn plain(wire: Wire) -> Self {
        Self { wire, framing: Framing::default(), deflate: None }
    }

    fn is_plain(&self) -> bool {
        self.deflate.is_none() && self.framing.is_plain()
    }
}

impl<'a> Envelope<'a> {
    pub(crate) fn new(namespace: &'a str, packet: Outbound<'a>, compress: bool) -> Self {
        Self { namespace, packet, compress, made: RefCell::default() }
    }

    /// The packet as this client gets it; `None` when it cannot be told.
    pub(crate) fn unit_for(&self, member: &Member) -> Option<Unit> {
        let connection = &*member.connection;
        let wire = connection.wire;
        let deflate = connection.deflate().filter(|_| self.compress);
        if wire.has_lanes()
            && let Some(lane) = member.lane()
        {
            // What is said is shared; to whom it is said is different for each.
            let unit = wire.in_lane(lane, &self.unit(Form::plain(wire))?)?.framed(connection.framing)?;
            return Some(deflated(unit, deflate));
        }
        self.unit(Form { wire, framing: connection.framing, deflate })
    }

    fn unit(&self, form: Form) -> Option<Unit> {
        if let Some((_, unit)) = self.made.borrow().iter().find(|(made, _)| *made == form) {
            return unit.clone();
        }
        let unit = self.make(form);
        self.made.borrow_mut().push((form, unit.clone()));
        unit
    }

    fn make(&self, form: Form) -> Option<Unit> {
        if form.is_plain() {
            return form.wire.encode(self.namespace, &self.packet);
        }
        let framed = self.unit(Form::plain(form.wire))?.framed(form.framing)?;
        Some(deflated(framed, form.deflate))
    }
}

fn deflated(unit: Unit, deflate: Option<Deflate>) -> Unit {
    match deflate {
        Some(deflate) => unit.deflated(deflate),
        None => unit,
    }
}
