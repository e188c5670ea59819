//! A session over WebSocket: one connection from its beginning to its end.

use std::sync::Arc;
use std::task::{Context, Poll};

use bytestring::ByteString;
use roomful_core::door::{Outbox, TransportEvent, Transports};
use roomful_core::{CloseFrame, CloseReason, TransportKind};
use roomful_protocol::link::{Frame, TransportEnd, TransportId};
use roomful_protocol::sockjs::{frame, read_frame};
use roomful_protocol::websocket::Deflate;
use roomful_protocol::wire::Unit;

use crate::ws::Single;

pub(super) struct OverWebSocket {
    single: Single,
    /// Of a frame whose messages have not all been handed out.
    messages: std::vec::IntoIter<ByteString>,
    /// The frame that ends the session, until it is queued.
    goodbye: Option<String>,
    /// The client has sent what is no frame.
    broken: bool,
}

impl OverWebSocket {
    pub(super) fn new(single: Single) -> Self {
        Self { single, messages: Vec::new().into_iter(), goodbye: None, broken: false }
    }

    /// The client sends what is no frame.
    fn broken(&mut self, from: TransportId) -> TransportEvent {
        self.broken = true;
        TransportEvent::Closed(from, TransportEnd::Failed)
    }
}

impl Transports for OverWebSocket {
    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<TransportEvent> {
        loop {
            if let Some(message) = self.messages.next() {
                return Poll::Ready(TransportEvent::Frame(Single::ID, Frame::Text(message)));
            }
            return match self.single.poll_event(cx) {
                Poll::Ready(TransportEvent::Frame(from, Frame::Text(text))) => match read_frame(&text) {
                    Ok(messages) => {
                        self.messages = messages.into_iter();
                        continue;
                    }
                    Err(_) => Poll::Ready(self.broken(from)),
                },
                Poll::Ready(TransportEvent::Frame(from, Frame::Binary(_))) => Poll::Ready(self.broken(from)),
                other => other,
            };
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) {
        self.single.poll_write(cx);
    }

    fn send(&mut self, to: TransportId, unit: Unit) {
        self.single.send(to, unit);
    }

    // There is no polling, and no second transport.
    fn release(&mut self) {}

    fn switch(&mut self, _: TransportId) {}

    fn close(&mut self, _: TransportId) {}

    fn closing(&mut self, reason: CloseReason, frame: Option<&CloseFrame>) {
        if self.broken {
            let words = CloseFrame::new(3000, "Broken framing.").ok();
            return self.single.closing(reason, words.as_ref());
        }
        if !matches!(reason, CloseReason::TransportClose | CloseReason::TransportError) {
            // The session's end has its own frame; WebSocket's says that all is well.
            self.goodbye = Some(frame::close(reason, frame));
            let words = CloseFrame::new(1000, "Normal closure").ok();
            return self.single.closing(CloseReason::ForcedServerClose, words.as_ref());
        }
        self.single.closing(reason, frame);
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // Behind what has been queued until now.
        if let Some(goodbye) = self.goodbye.take() {
            self.single.outbox().push_own(Unit::text(&goodbye));
        }
        self.single.poll_close(cx)
    }

    fn kind(&self) -> TransportKind {
        TransportKind::WebSocket
    }

    fn deflate(&self) -> Option<Deflate> {
        self.single.deflate()
    }

    fn outbox(&self) -> &Arc<Outbox> {
        self.single.outbox()
    }
}
