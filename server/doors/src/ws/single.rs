//! One WebSocket that carries a connection from its beginning to its end.

use std::sync::Arc;
use std::task::{Context, Poll};

use roomful_core::door::{Outbox, TransportEvent, Transports};
use roomful_core::{CloseFrame, CloseReason, TransportKind};
use roomful_protocol::link::TransportId;
use roomful_protocol::websocket::Deflate;
use roomful_protocol::wire::Unit;

use super::WebSocket;

/// The only transport of its connection. Tells the link of everything that it hears, and the client why the
/// connection ends.
pub(crate) struct Single {
    outbox: Arc<Outbox>,
    websocket: WebSocket,
}

impl Single {
    /// The name by which the link knows it.
    pub(crate) const ID: TransportId = TransportId(0);

    /// Begins to write `outbox` to `websocket`.
    pub(crate) fn new(outbox: Arc<Outbox>, mut websocket: WebSocket) -> Self {
        websocket.attach(&outbox);
        Self { outbox, websocket }
    }
}

impl Transports for Single {
    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<TransportEvent> {
        let message = self.websocket.poll_message(cx);
        self.websocket.answer_pings(cx, &self.outbox);
        let heard = self.websocket.take_heard();
        match message {
            Poll::Ready(Ok(frame)) => Poll::Ready(TransportEvent::Frame(Self::ID, frame)),
            Poll::Ready(Err(end)) => Poll::Ready(TransportEvent::Closed(Self::ID, end)),
            Poll::Pending if heard => Poll::Ready(TransportEvent::Heard(Self::ID)),
            Poll::Pending => Poll::Pending,
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) {
        self.websocket.poll_write(cx, &self.outbox);
    }

    fn send(&mut self, _: TransportId, unit: Unit) {
        self.outbox.push_own(unit);
    }

    // There is no polling, and no second transport.
    fn release(&mut self) {}

    fn switch(&mut self, _: TransportId) {}

    fn close(&mut self, _: TransportId) {}

    fn closing(&mut self, reason: CloseReason, frame: Option<&CloseFrame>) {
        self.websocket.close_with(reason.websocket_code(), frame);
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.websocket.poll_close(cx, &self.outbox)
    }

    fn kind(&self) -> TransportKind {
        TransportKind::WebSocket
    }

    fn deflate(&self) -> Option<Deflate> {
        self.websocket.deflate()
    }

    fn outbox(&self) -> &Arc<Outbox> {
        &self.outbox
    }
}
