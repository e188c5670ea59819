//! A broadcast allocates nothing for its recipients.

use std::io::{self, IoSlice};
use std::sync::Arc;
use std::task::{Context, Poll};

use roomful::door::{Mode, Outbox, Sink, TransportEvent, Transports, drive, limits, outbox};
use roomful::{Handshake, Headers, Server, TransportKind};
use roomful_protocol::engineio::{EngineLink, Start};
use roomful_protocol::link::{Frame, TransportId};
use roomful_protocol::socketio::SocketIoMessages;
use roomful_protocol::wire::Unit;

/// A stream that takes everything and keeps nothing.
struct Drain;

impl Sink for Drain {
    fn try_write(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        Ok(pieces.iter().map(|piece| piece.len()).sum())
    }
}

/// A client that joins and is idle from then on.
struct Idle {
    outbox: Arc<Outbox>,
    says: Option<&'static str>,
}

impl Transports for Idle {
    fn poll_event(&mut self, _: &mut Context<'_>) -> Poll<TransportEvent> {
        match self.says.take() {
            Some(text) => Poll::Ready(TransportEvent::Frame(TransportId(0), Frame::Text(text.into()))),
            None => Poll::Pending,
        }
    }

    fn poll_write(&mut self, _: &mut Context<'_>) {}

    fn send(&mut self, _: TransportId, unit: Unit) {
        self.outbox.push_own(unit);
    }

    fn release(&mut self) {}

    fn switch(&mut self, _: TransportId) {}

    fn close(&mut self, _: TransportId) {}

    fn poll_close(&mut self, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }

    fn kind(&self) -> TransportKind {
        TransportKind::WebSocket
    }

    fn outbox(&self) -> &Arc<Outbox> {
        &self.outbox
    }
}

fn join(server: &Server) {
    let outbox = outbox(server);
    outbox.attach(Some(Arc::new(Drain)), Mode::Flusher);
    let start = Start {
        transport: TransportId(0),
        kind: TransportKind::WebSocket,
        open: String::new(),
        allow_upgrades: false,
    };
    let now = tokio::time::Instant::now().into_std();
    let link = EngineLink::new(now, start, SocketIoMessages::default(), limits(server));
    let handshake = Handshake::new(Headers::default(), "/", Vec::new(), None, false);
    tokio::spawn(drive(server.clone(), link, Idle { outbox, says: Some("40") }, handshake));
}

/// Allocations of one broadcast to so many idle members of two rooms.
async fn allocations(members: usize, broadcast: impl Fn(&Server) -> usize) -> u64 {
    let server = Server::builder::<()>().build().unwrap();
    for _ in 0..members {
        join(&server);
    }
    while server.main().socket_count() < members {
        tokio::task::yield_now().await;
    }
    server.main().everyone().join(["room", "other"]);
    // The first ones find lists that have not grown yet.
    for _ in 0..3 {
        broadcast(&server);
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }
    let mut reached = 0;
    let counted = allocation_counter::measure(|| reached = broadcast(&server));
    assert_eq!(reached, members);
    counted.count_total
}

async fn costs_nothing_for_each(broadcast: impl Fn(&Server) -> usize) {
    let few = allocations(10, &broadcast).await;
    let many = allocations(1000, &broadcast).await;
    // The list of outboxes to be written may grow once more.
    assert!(many <= few + 4, "{few} allocations for 10 members, {many} for 1,000");
}

#[tokio::test]
async fn a_broadcast_to_everybody_allocates_nothing_for_each() {
    costs_nothing_for_each(|server| server.main().emit_raw("event", (1, "text")).queued).await;
}

#[tokio::test]
async fn a_broadcast_to_a_room_allocates_nothing_for_each() {
    costs_nothing_for_each(|server| server.main().to("room").emit_raw("event", (1, "text")).queued).await;
}

#[tokio::test]
async fn a_broadcast_to_several_rooms_with_exceptions_allocates_nothing_for_each() {
    costs_nothing_for_each(|server| {
        server.main().to(["room", "other"]).except("nobody").emit_raw("event", (1, "text")).queued
    })
    .await;
}
