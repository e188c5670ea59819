//! The transports of one connection: polling or a carrier, and carriers that want to take over.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytestring::ByteString;
use roomful_core::door::{Mode, Outbox, TransportEvent, Transports};
use roomful_core::{ConnectionId, TransportKind};
use roomful_protocol::engineio::NOOP;
use roomful_protocol::limits::Limits;
use roomful_protocol::link::{TransportEnd, TransportId};
use roomful_protocol::websocket::Deflate;
use roomful_protocol::wire::Unit;

use super::Sessions;
use super::carrier::Carrier;
use super::polling::Polling;
use super::presence::Presence;
use super::session::{Session, Upgrade};
use crate::ws::WebSocket;

/// Refused carriers of one session that are closed politely at a time.
const MAX_CLOSING: usize = 16;

pub(super) struct EngineTransports {
    outbox: Arc<Outbox>,
    main_id: TransportId,
    main: Main,
    /// Whether the outbox is written. It begins behind the open packet, so that this leaves together with the
    /// answer to the handshake.
    has_begun: bool,
    /// What the client has opened for an upgrade; the link takes one at a time.
    probes: Vec<Probe>,
    next_id: u32,
    /// Those that have been refused and wait for their peer's Close.
    closing: Vec<Carrier>,
    /// What happened and has not been told yet.
    events: VecDeque<TransportEvent>,
    /// The polling session, for as long as its id is known to the door.
    entry: Option<Entry>,
    max_payload: usize,
    /// The headers of the request that carries what comes next, until the link knows them.
    carried_by: Option<Box<ByteString>>,
    _presence: Option<Presence>,
}

/// A carrier that wants to take over.
struct Probe {
    id: TransportId,
    carrier: Carrier,
    headers: Option<Box<ByteString>>,
}

enum Main {
    Polling(Polling),
    Carrier(Carrier),
}

/// Takes the session out of the door's list when the connection has ended.
struct Entry {
    session: Arc<Session>,
    sessions: Arc<Sessions>,
    id: ConnectionId,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.sessions.remove(&self.id);
        // Requests that came too late hear that the session is gone.
        drop(self.session.take(&Context::from_waker(std::task::Waker::noop())));
    }
}

impl EngineTransports {
    pub(super) fn polling(
        outbox: Arc<Outbox>,
        session: Arc<Session>,
        (sessions, id): (Arc<Sessions>, ConnectionId),
        limits: &Limits,
        max_packets: usize,
    ) -> Self {
        outbox.attach(None, Mode::Driver);
        let main = Main::Polling(Polling::new(session.version, max_packets));
        let entry = Some(Entry { session, sessions, id });
        Self::new(outbox, main, entry, limits.max_payload)
    }

    pub(super) fn carried(outbox: Arc<Outbox>, carrier: Carrier) -> Self {
        Self { has_begun: false, ..Self::new(outbox, Main::Carrier(carrier), None, 0) }
    }

    fn new(outbox: Arc<Outbox>, main: Main, entry: Option<Entry>, max_payload: usize) -> Self {
        Self {
            outbox,
            main_id: TransportId(0),
            main,
            has_begun: true,
            probes: Vec::new(),
            next_id: 1,
            closing: Vec::new(),
            events: VecDeque::new(),
            entry,
            max_payload,
            carried_by: None,
            _presence: None,
        }
    }

    /// Counts as one of the door's connections until it ends.
    pub(super) fn present(self, presence: Presence) -> Self {
        Self { _presence: Some(presence), ..self }
    }

    /// Lets messages come with the headers of their request.
    pub(super) fn carried_by(self, headers: Option<ByteString>) -> Self {
        Self { carried_by: headers.map(Box::new), ..self }
    }

    fn begin(&mut self) {
        if let (false, Main::Carrier(carrier)) = (self.has_begun, &mut self.main) {
            carrier.attach(&self.outbox);
            self.has_begun = true;
        }
    }

    /// Looks at what the door has put into the mailbox.
    fn poll_mailbox(&mut self, cx: &mut Context<'_>) {
        let Some(entry) = &self.entry else { return };
        let mailbox = entry.session.take(cx);
        for upgrade in mailbox.upgrades {
            self.open_probe(upgrade);
        }
        let Main::Polling(polling) = &mut self.main else { return };
        polling.failed |= mailbox.failed;
        if let Some(post) = mailbox.post {
            self.carried_by = post.headers.map(Box::new);
            polling.begin(post.packets, post.handled);
        }
        if let Some(waiting) = mailbox.poll {
            polling.wait(waiting);
            polling.deliver(&self.outbox);
        }
        if polling.failed {
            self.events.push_back(TransportEvent::Closed(self.main_id, TransportEnd::Failed));
        }
    }

    fn open_probe(&mut self, upgrade: Upgrade) {
        let (carrier, headers) = match upgrade {
            Upgrade::WebTransport(it) => (Carrier::WebTransport(it), None),
            Upgrade::WebSocket { stream, read, deflate, headers } => {
                match WebSocket::open(stream, &read, self.max_payload, deflate) {
                    Ok(it) => (Carrier::WebSocket(Box::new(it)), headers.map(Box::new)),
                    Err(error) => return tracing::debug!(%error, "an upgraded stream could not be used"),
                }
            }
        };
        let id = TransportId(self.next_id);
        self.next_id += 1;
        self.probes.push(Probe { id, carrier, headers });
        self.events.push_back(TransportEvent::Opened(id));
    }

    fn poll_probes(&mut self, cx: &mut Context<'_>) -> Poll<TransportEvent> {
        for Probe { id, carrier, .. } in &mut self.probes {
            if let Poll::Ready(message) = carrier.poll_message(cx) {
                return Poll::Ready(match message {
                    Ok(frame) => TransportEvent::Frame(*id, frame),
                    Err(end) => TransportEvent::Closed(*id, end),
                });
            }
        }
        Poll::Pending
    }

    fn poll_main(&mut self, cx: &mut Context<'_>) -> Poll<TransportEvent> {
        match &mut self.main {
            Main::Polling(polling) => polling.poll_frame(self.main_id, cx),
            Main::Carrier(carrier) => {
                let message = carrier.poll_message(cx);
                carrier.answer_pings(cx, &self.outbox);
                message.map(|message| match message {
                    Ok(frame) => TransportEvent::Frame(self.main_id, frame),
                    Err(end) => TransportEvent::Closed(self.main_id, end),
                })
            }
        }
    }
}

/// Whether this is a ping or a pong, which are a type alone. An empty message is one as well, and has to keep its place.
fn is_heartbeat(unit: &Unit) -> bool {
    matches!(unit.frames(), [frame] if matches!(&*frame.payload(), b"2" | b"3"))
}

impl Transports for EngineTransports {
    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<TransportEvent> {
        if let Some(headers) = self.carried_by.take() {
            return Poll::Ready(TransportEvent::CarriedBy(*headers));
        }
        let is_polling = matches!(self.main, Main::Polling(_));
        if !is_polling && let Poll::Ready(event) = self.poll_main(cx) {
            return Poll::Ready(event);
        }
        if self.events.is_empty() {
            self.poll_mailbox(cx);
            if let Some(headers) = self.carried_by.take() {
                return Poll::Ready(TransportEvent::CarriedBy(*headers));
            }
        }
        // A body that is being handled goes first: what comes on another transport was sent after it.
        if is_polling && let Poll::Ready(event) = self.poll_main(cx) {
            return Poll::Ready(event);
        }
        if let Some(event) = self.events.pop_front() {
            return Poll::Ready(event);
        }
        self.closing.retain_mut(|carrier| carrier.poll_gone(cx).is_pending());
        self.poll_probes(cx)
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) {
        self.begin();
        match &mut self.main {
            Main::Polling(polling) => polling.deliver(&self.outbox),
            Main::Carrier(carrier) => carrier.poll_write(cx, &self.outbox),
        }
    }

    fn send(&mut self, to: TransportId, unit: Unit) {
        if to == self.main_id {
            match &mut self.main {
                Main::Polling(polling) if is_heartbeat(&unit) => polling.beat(unit, &self.outbox),
                _ => self.outbox.push_own(unit),
            }
        } else if let Some(probe) = self.probes.iter_mut().find(|probe| probe.id == to) {
            probe.carrier.send_alone(&unit);
        }
    }

    fn release(&mut self) {
        if let Main::Polling(polling) = &mut self.main {
            polling.releasing = true;
            polling.deliver(&self.outbox);
        }
    }

    fn switch(&mut self, to: TransportId) {
        let Some(at) = self.probes.iter().position(|probe| probe.id == to) else { return };
        let Probe { mut carrier, headers, .. } = self.probes.remove(at);
        self.carried_by = headers;
        if let Main::Polling(polling) = &mut self.main {
            polling.answer_with(NOOP);
            if let Some(heartbeat) = polling.take_heartbeat() {
                self.outbox.push_own(heartbeat);
            }
        }
        if let Some(entry) = &self.entry {
            entry.session.set_upgraded();
        }
        carrier.attach(&self.outbox);
        self.main = Main::Carrier(carrier);
        self.main_id = to;
    }

    fn close(&mut self, which: TransportId) {
        if let Some(at) = self.probes.iter().position(|probe| probe.id == which) {
            let mut carrier = self.probes.remove(at).carrier;
            carrier.close_alone();
            if self.closing.len() == MAX_CLOSING {
                self.closing.remove(0);
            }
            self.closing.push(carrier);
        }
        if let (Main::Polling(polling), true) = (&mut self.main, self.probes.is_empty()) {
            polling.releasing = false;
        }
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.begin();
        for Probe { mut carrier, .. } in self.probes.drain(..) {
            carrier.close_alone();
            self.closing.push(carrier);
        }
        self.closing.retain_mut(|carrier| carrier.poll_gone(cx).is_pending());
        let main = match &mut self.main {
            Main::Carrier(carrier) => carrier.poll_close(cx, &self.outbox),
            Main::Polling(polling) => {
                polling.finish_post();
                if let Some(entry) = &self.entry {
                    let mailbox = entry.session.take(cx);
                    polling.waiting = polling.waiting.take().or(mailbox.poll);
                }
                if polling.failed { Poll::Ready(()) } else { polling.poll_close(&self.outbox) }
            }
        };
        if self.closing.is_empty() { main } else { Poll::Pending }
    }

    fn kind(&self) -> TransportKind {
        match &self.main {
            Main::Polling(_) => TransportKind::Polling,
            Main::Carrier(carrier) => carrier.kind(),
        }
    }

    fn deflate(&self) -> Option<Deflate> {
        match &self.main {
            Main::Polling(_) => None,
            Main::Carrier(carrier) => carrier.deflate(),
        }
    }

    fn outbox(&self) -> &Arc<Outbox> {
        &self.outbox
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pings_and_pongs_may_overtake_what_is_queued() {
        for (packet, is) in [("2", true), ("3", true), ("4", false), ("6", false), ("42", false), ("", false)]
        {
            assert_eq!(is_heartbeat(&Unit::text(packet)), is, "{packet}");
        }
    }
}
