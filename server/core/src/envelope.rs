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
    /// As the wire of the first client gives it. Most rooms need nothing else.
    first: OnceCell<(Wire, Option<Unit>)>,
    /// All others. There are few.
    others: RefCell<Vec<(Form, Option<Unit>)>>,
}

/// How some clients take a packet.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Form {
    wire: Wire,
    framing: Framing,
    deflate: Option<Deflate>,
}

impl Form {
    fn is_plain(&self) -> bool {
        self.deflate.is_none() && self.framing.is_plain()
    }
}

impl<'a> Envelope<'a> {
    pub(crate) fn new(namespace: &'a str, packet: Outbound<'a>, compress: bool) -> Self {
        Self { namespace, packet, compress, first: OnceCell::new(), others: RefCell::default() }
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
            let unit = wire.in_lane(lane, &self.plain(wire)?)?.framed(connection.framing)?;
            return Some(deflated(unit, deflate));
        }
        let form = Form { wire, framing: connection.framing, deflate };
        if !form.is_plain() {
            return self.other(form);
        }
        let (first, unit) = self.first(wire);
        if *first == wire { unit.clone() } else { self.other(form) }
    }

    /// As the wire gives it.
    fn plain(&self, wire: Wire) -> Option<Unit> {
        let (first, unit) = self.first(wire);
        if *first == wire {
            return unit.clone();
        }
        self.other(Form { wire, framing: Framing::default(), deflate: None })
    }

    /// The first encoding: this one, if there is none yet.
    #[inline]
    fn first(&self, wire: Wire) -> &(Wire, Option<Unit>) {
        self.first.get_or_init(|| (wire, self.encode(wire)))
    }

    fn other(&self, form: Form) -> Option<Unit> {
        if let Some((_, unit)) = self.others.borrow().iter().find(|(made, _)| *made == form) {
            return unit.clone();
        }
        let unit = match form.is_plain() {
            true => self.encode(form.wire),
            false => self.converted(form),
        };
        self.others.borrow_mut().push((form, unit.clone()));
        unit
    }

    fn encode(&self, wire: Wire) -> Option<Unit> {
        wire.encode(self.namespace, &self.packet)
    }

    fn converted(&self, form: Form) -> Option<Unit> {
        let framed = self.plain(form.wire)?.framed(form.framing)?;
        Some(deflated(framed, form.deflate))
    }
}

fn deflated(unit: Unit, deflate: Option<Deflate>) -> Unit {
    match deflate {
        Some(deflate) => unit.deflated(deflate),
        None => unit,
    }
}
