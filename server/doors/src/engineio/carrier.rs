//! The transports that carry packets one by one as they come, in contrast to polling.

use std::sync::Arc;
use std::task::{Context, Poll};

use roomful_core::TransportKind;
use roomful_core::door::Outbox;
use roomful_protocol::link::{Frame, TransportEnd};
use roomful_protocol::websocket::Deflate;
use roomful_protocol::wire::Unit;

use super::webtransport::WebTransport;
use crate::ws::WebSocket;

pub(super) enum Carrier {
    WebSocket(Box<WebSocket>),
    WebTransport(Box<WebTransport>),
}

impl Carrier {
    /// Lets an outbox be written here.
    pub(super) fn attach(&mut self, outbox: &Arc<Outbox>) {
        match self {
            Self::WebSocket(it) => it.attach(outbox),
            Self::WebTransport(it) => it.attach(outbox),
        }
    }

    /// The next message.
    pub(super) fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Result<Frame, TransportEnd>> {
        match self {
            Self::WebSocket(it) => it.poll_message(cx),
            Self::WebTransport(it) => it.poll_message(cx),
        }
    }

    /// Queues what the transport itself has to answer.
    pub(super) fn answer_pings(&mut self, cx: &mut Context<'_>, outbox: &Arc<Outbox>) {
        match self {
            Self::WebSocket(it) => it.answer_pings(cx, outbox),
            Self::WebTransport(_) => {}
        }
    }

    /// Sends what nobody else can see yet, outside any outbox.
    pub(super) fn send_alone(&mut self, unit: &Unit) {
        match self {
            Self::WebSocket(it) => it.send_alone(unit),
            Self::WebTransport(it) => it.send_alone(unit),
        }
    }

    /// Closes where there is no outbox; [`poll_gone`](Self::poll_gone) tells when that is done.
    pub(super) fn close_alone(&mut self) {
        match self {
            Self::WebSocket(it) => it.close_alone(),
            // Let go, its session ends.
            Self::WebTransport(_) => {}
        }
    }

    /// Whether a carrier that was closed alone can be let go.
    pub(super) fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match self {
            Self::WebSocket(it) => it.poll_gone(cx),
            Self::WebTransport(_) => Poll::Ready(()),
        }
    }

    /// Writes what is queued where that is the task's part.
    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>, outbox: &Outbox) {
        match self {
            Self::WebSocket(it) => it.poll_write(cx, outbox),
            Self::WebTransport(it) => it.poll_write(cx, outbox),
        }
    }

    /// Delivers what is queued and closes, but does not wait long for the peer.
    pub(super) fn poll_close(&mut self, cx: &mut Context<'_>, outbox: &Arc<Outbox>) -> Poll<()> {
        match self {
            Self::WebSocket(it) => it.poll_close(cx, outbox),
            Self::WebTransport(it) => it.poll_close(cx, outbox),
        }
    }

    pub(super) fn kind(&self) -> TransportKind {
        match self {
            Self::WebSocket(_) => TransportKind::WebSocket,
            Self::WebTransport(_) => TransportKind::WebTransport,
        }
    }

    /// How messages are compressed, where that was agreed on.
    pub(super) fn deflate(&self) -> Option<Deflate> {
        match self {
            Self::WebSocket(it) => it.deflate(),
            Self::WebTransport(_) => None,
        }
    }
}
