//! Clients without a network: what they say is given, what they hear is counted and forgotten.

use std::io::{self, IoSlice};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use bytestring::ByteString;
use roomful::door::{Mode, Outbox, Sink, TransportEvent, Transports, drive, limits, outbox};
use roomful::{Handshake, Headers, Server, TransportKind};
use roomful_protocol::engineio::{EngineLink, Framing, Start};
use roomful_protocol::link::{Frame, TransportId};
use roomful_protocol::messages::Messages;
use roomful_protocol::socketio::SocketIoMessages;
use roomful_protocol::wire::Unit;

/// A client's end of a connection.
#[derive(Clone, Default)]
pub(crate) struct Client {
    says: Arc<Mutex<Says>>,
    heard: Arc<AtomicUsize>,
}

#[derive(Default)]
struct Says {
    text: ByteString,
    times: usize,
    driver: Option<Waker>,
}

impl Client {
    /// Connects a client to the main namespace. It has joined when the server's task has run.
    pub(crate) fn join(server: &Server) -> Self {
        let client = Self::default();
        client.say(&ByteString::from_static("40"), 1);
        client.open(server, SocketIoMessages::default(), Framing::default());
        client
    }

    /// Connects a client that is in a namespace from the start, and whose messages mean and travel like this.
    #[allow(dead_code, reason = "not every user of this module asks")]
    pub(crate) fn at_home(server: &Server, messages: impl Messages, framing: Framing) -> Self {
        let client = Self::default();
        client.open(server, messages, framing);
        client
    }

    fn open(&self, server: &Server, messages: impl Messages, framing: Framing) {
        let outbox = outbox(server);
        outbox.attach(Some(Arc::new(Heard(self.heard.clone()))), Mode::Flusher);
        let start = Start {
            transport: TransportId(0),
            kind: TransportKind::WebSocket,
            open: String::new(),
            allow_upgrades: false,
            framing,
        };
        let now = tokio::time::Instant::now().into_std();
        let link = EngineLink::new(now, start, messages, limits(server));
        let handshake = Handshake::new(Headers::default(), "/", Vec::new(), None, false);
        tokio::spawn(drive(server.clone(), link, Line { outbox, says: self.says.clone() }, handshake));
    }

    /// Says a text so many times, all of it ready to be read at once.
    pub(crate) fn say(&self, text: &ByteString, times: usize) {
        let mut says = self.says.lock().unwrap();
        says.text = text.clone();
        says.times = times;
        if let Some(driver) = says.driver.take() {
            driver.wake();
        }
    }

    /// The bytes that have been written to it.
    #[allow(dead_code, reason = "not every user of this module asks")]
    pub(crate) fn heard(&self) -> usize {
        self.heard.load(Ordering::Relaxed)
    }
}

/// A stream that takes everything and keeps nothing.
struct Heard(Arc<AtomicUsize>);

impl Sink for Heard {
    fn try_write(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        let len = pieces.iter().map(|piece| piece.len()).sum();
        self.0.fetch_add(len, Ordering::Relaxed);
        Ok(len)
    }
}

struct Line {
    outbox: Arc<Outbox>,
    says: Arc<Mutex<Says>>,
}

impl Transports for Line {
    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<TransportEvent> {
        let mut says = self.says.lock().unwrap();
        if says.times == 0 {
            says.driver = Some(cx.waker().clone());
            return Poll::Pending;
        }
        says.times -= 1;
        // As from a network: a message has memory of its own.
        let text = ByteString::from(&*says.text);
        Poll::Ready(TransportEvent::Frame(TransportId(0), Frame::Text(text)))
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
