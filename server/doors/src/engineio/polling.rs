//! Long-polling as the transport of a connection.

use std::task::{Context, Poll};

use roomful_core::door::{Outbox, TransportEvent};
use roomful_protocol::engineio::payload_v3::Payload;
use roomful_protocol::engineio::{CLOSE, NOOP, Version};
use roomful_protocol::link::{TransportEnd, TransportId};
use roomful_protocol::wire::Unit;
use tokio::sync::oneshot;

use super::body::{Answering, Packets};
use super::session::{PollAnswer, Waiting};

/// The answer to one poll is about this long at most; the rest comes with the next one.
const MAX_ANSWER: usize = 1 << 20;

pub(super) struct Polling {
    version: Version,
    max_packets: usize,
    pub(super) waiting: Option<Waiting>,
    post: Option<(Packets, oneshot::Sender<()>)>,
    /// A heartbeat for the client. It goes with the next answer, before what is queued: a client that takes a long queue
    /// poll by poll must not be late because of it.
    heartbeat: Option<Unit>,
    /// An upgrade is under way: no poll is kept waiting.
    pub(super) releasing: bool,
    pub(super) failed: bool,
}

impl Polling {
    pub(super) fn new(version: Version, max_packets: usize) -> Self {
        Self {
            version,
            max_packets,
            waiting: None,
            post: None,
            heartbeat: None,
            releasing: false,
            failed: false,
        }
    }

    /// A GET has come. A second one ends the session, as the client can no longer know the order.
    pub(super) fn wait(&mut self, waiting: Waiting) {
        if self.waiting.is_some() {
            self.failed = true;
            let _ = waiting.send(PollAnswer::Overlap);
        } else {
            self.waiting = Some(waiting);
        }
    }

    /// A POST has come; its request made sure that there is no other.
    pub(super) fn begin(&mut self, packets: Packets, handled: oneshot::Sender<()>) {
        self.post = Some((packets, handled));
    }

    pub(super) fn poll_frame(&mut self, id: TransportId, cx: &mut Context<'_>) -> Poll<TransportEvent> {
        if let Some((packets, _)) = &mut self.post {
            if let Some(frame) = packets.next() {
                return Poll::Ready(TransportEvent::Frame(id, frame));
            }
            self.finish_post();
        }
        let aborted = self.waiting.as_mut().is_some_and(|waiting| waiting.poll_closed(cx).is_ready());
        if aborted {
            self.waiting = None;
            self.failed = true;
            return Poll::Ready(TransportEvent::Closed(id, TransportEnd::Failed));
        }
        Poll::Pending
    }

    /// Sends a heartbeat.
    pub(super) fn beat(&mut self, heartbeat: Unit, outbox: &Outbox) {
        self.heartbeat = Some(heartbeat);
        self.deliver(outbox);
    }

    /// The heartbeat that no poll has come for.
    pub(super) fn take_heartbeat(&mut self) -> Option<Unit> {
        self.heartbeat.take()
    }

    pub(super) fn finish_post(&mut self) {
        if let Some((_, handled)) = self.post.take() {
            let _ = handled.send(());
        }
    }

    /// Answers a waiting GET with what is queued.
    pub(super) fn deliver(&mut self, outbox: &Outbox) {
        if self.waiting.is_none() {
            return;
        }
        if outbox.has_queued() || self.heartbeat.is_some() {
            let packets = self.take_queued(outbox, self.max_packets);
            self.answer(packets.finish());
        } else if self.releasing {
            self.answer_with(NOOP);
        }
        // Volatile packets are for a poll that waits.
        outbox.set_ready(self.waiting.is_some());
    }

    /// Answers a waiting GET with this one packet.
    pub(super) fn answer_with(&mut self, packet: &'static str) {
        if self.waiting.is_some() {
            let mut packets = Answering::new(self.version);
            packets.push_text(packet);
            self.answer(packets.finish());
        }
    }

    fn answer(&mut self, packets: Payload) {
        if let Some(waiting) = self.waiting.take() {
            // A request that was dropped at this moment ends the session: its client is gone.
            self.failed |= waiting.send(PollAnswer::Packets(packets)).is_err();
        }
    }

    /// What is queued, and the close packet behind it, go with a GET. With nothing queued no GET is waited for:
    /// the next one learns that the session is gone.
    pub(super) fn poll_close(&mut self, outbox: &Outbox) -> Poll<()> {
        if self.waiting.is_none() {
            return if outbox.has_queued() { Poll::Pending } else { Poll::Ready(()) };
        }
        // Room is left for the close packet.
        let mut packets = self.take_queued(outbox, self.max_packets.saturating_sub(1));
        let more = outbox.has_queued();
        if !more {
            packets.push_text(CLOSE);
        }
        self.answer(packets.finish());
        if more && !self.failed { Poll::Pending } else { Poll::Ready(()) }
    }

    /// What is queued, as far as it fits into one answer: at least one packet with its attachments.
    fn take_queued(&mut self, outbox: &Outbox, max_packets: usize) -> Answering {
        let mut packets = Answering::new(self.version);
        let mut count = 0;
        for frame in self.heartbeat.take().iter().flat_map(Unit::frames) {
            packets.push(frame);
            count += 1;
        }
        outbox.hand_out(|unit| {
            let frames = unit.frames();
            let fits = count + frames.len() <= max_packets && packets.len() < MAX_ANSWER;
            let takes = count == 0 || fits;
            if takes {
                frames.iter().for_each(|frame| packets.push(frame));
                count += frames.len();
            }
            takes
        });
        packets
    }
}

impl Drop for Polling {
    /// A GET that still waits when the connection has ended hears that it has.
    fn drop(&mut self) {
        self.answer_with(CLOSE);
    }
}
