//! Transports that a test feeds, without a network.

use std::sync::Arc;
use std::task::{Context, Poll, ready};

use roomful_core::TransportKind;
use roomful_core::door::{Mode, Outbox, TransportEvent, Transports};
use roomful_protocol::link::{TransportEnd, TransportId};
use roomful_protocol::websocket::Opcode;
use roomful_protocol::wire::{Unit, WireFrame};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::pipe::{Flow, Pipe};

/// One WebSocket on a [`Pipe`]; or a poll that never comes, until a probe takes over.
pub struct Memory {
    outbox: Arc<Outbox>,
    pipe: Arc<Pipe>,
    feed: UnboundedReceiver<TransportEvent>,
    kind: TransportKind,
    main: TransportId,
    ended: bool,
    said_close: bool,
}

impl Memory {
    /// Transports that write `pipe`, and on which happens what comes through `feed`. When its sender is gone, the
    /// peer has closed the transport.
    pub fn new(
        outbox: Arc<Outbox>,
        pipe: Arc<Pipe>,
        feed: UnboundedReceiver<TransportEvent>,
        kind: TransportKind,
    ) -> Self {
        match kind {
            TransportKind::WebSocket | TransportKind::WebTransport => {
                outbox.attach(Some(pipe.clone()), Mode::Flusher);
            }
            TransportKind::Polling | TransportKind::Streaming => outbox.attach(None, Mode::Driver),
        }
        Self { outbox, pipe, feed, kind, main: TransportId(0), ended: false, said_close: false }
    }

    /// Tries once, as a stream that has become writable.
    fn try_once(&self, cx: &Context<'_>) {
        self.pipe.register(cx.waker());
        if self.pipe.flow() != Flow::Stopped {
            self.outbox.flush_from_driver();
            if self.outbox.is_blocked() && self.pipe.flow() != Flow::Stopped {
                cx.waker().wake_by_ref();
            }
        }
    }
}

impl Transports for Memory {
    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<TransportEvent> {
        if self.ended {
            return Poll::Pending;
        }
        Poll::Ready(ready!(self.feed.poll_recv(cx)).unwrap_or_else(|| {
            self.ended = true;
            TransportEvent::Closed(self.main, TransportEnd::Closed)
        }))
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) {
        if self.outbox.is_blocked() {
            self.try_once(cx);
        }
    }

    fn send(&mut self, to: TransportId, unit: Unit) {
        if to == self.main {
            self.outbox.push_own(unit);
        }
    }

    fn release(&mut self) {}

    fn switch(&mut self, to: TransportId) {
        self.main = to;
        self.kind = TransportKind::WebSocket;
        self.outbox.attach(Some(self.pipe.clone()), Mode::Flusher);
    }

    fn close(&mut self, _: TransportId) {}

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.said_close {
            self.said_close = true;
            self.outbox.push_own(Unit::One(WireFrame::new(Opcode::Close, &[])));
        }
        self.try_once(cx);
        if self.outbox.has_queued() { Poll::Pending } else { Poll::Ready(()) }
    }

    fn kind(&self) -> TransportKind {
        self.kind
    }

    fn outbox(&self) -> &Arc<Outbox> {
        &self.outbox
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.pipe.release();
    }
}
