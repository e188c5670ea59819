//! The task behind a client: it reads what comes, answers heartbeats, and puts the rest into the inbox.

use std::sync::Arc;

use bytes::Bytes;
use bytestring::ByteString;
use roomful_core::Limits;
use roomful_core::door::TransportEvent;
use roomful_protocol::link::{Frame, TransportId};
use roomful_protocol::messages::{Messages as _, Read};
use roomful_protocol::packet::{Body, Outbound, Packet};
use roomful_protocol::socketio::{SocketIoMessages, encode};
use roomful_protocol::websocket::Opcode;
use tokio::sync::mpsc::WeakUnboundedSender;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::inbox::{Inbox, Push};
use crate::joining::Refused;
use crate::pipe::Pipe;

/// What a client can say in its namespace, for as long as it is there.
#[derive(Clone)]
pub(crate) struct Voice {
    pub(crate) feed: WeakUnboundedSender<TransportEvent>,
    pub(crate) namespace: Arc<str>,
}

impl Voice {
    /// Sends a packet. A connection that has ended does not hear it.
    pub(crate) fn say(&self, packet: &Outbound<'_>) {
        for frame in encode(&self.namespace, packet).frames() {
            let payload = frame.payload();
            self.frame(match frame.opcode() {
                Opcode::Text => Frame::Text(text(payload)),
                _ => Frame::Binary(payload),
            });
        }
    }

    pub(crate) fn frame(&self, frame: Frame) {
        if let Some(feed) = self.feed.upgrade() {
            let _ = feed.send(TransportEvent::Frame(TransportId(0), frame));
        }
    }
}

fn text(payload: Bytes) -> ByteString {
    payload.try_into().expect("text is UTF-8")
}

/// Reads until the connection, which is driven by `task`, has ended.
pub(crate) async fn read(pipe: Arc<Pipe>, inbox: Arc<Inbox>, voice: Voice, task: JoinHandle<()>) {
    let mut reader = Reader { messages: SocketIoMessages::default(), inbox, voice };
    while let Some((opcode, payload)) = pipe.next().await {
        match opcode {
            Opcode::Text => reader.text(&text(payload)),
            Opcode::Binary => reader.binary(payload),
            _ => {}
        }
    }
    let ended = task.await;
    reader.inbox.change(|state| state.closed = true);
    ended.expect("the task of a connection does not panic");
}

struct Reader {
    messages: SocketIoMessages,
    inbox: Arc<Inbox>,
    voice: Voice,
}

impl Reader {
    fn text(&mut self, packet: &ByteString) {
        match packet.split_at_checked(1) {
            Some(("2", _)) if !self.inbox.change(|state| state.silent) => {
                self.voice.frame(Frame::Text(ByteString::from_static("3")));
            }
            Some(("4", message)) if message.starts_with('4') => self.refused(message),
            Some(("4", message)) => {
                let read = self.messages.text(Instant::now().into_std(), message, packet, &limits());
                self.take(read.unwrap_or_else(|error| panic!("the server sent {packet:?}: {error}")));
            }
            _ => {}
        }
    }

    fn binary(&mut self, data: Bytes) {
        let read = self.messages.binary(Instant::now().into_std(), data, &limits());
        self.take(read.unwrap_or_else(|error| panic!("the server sent a bad attachment: {error}")));
    }

    fn take(&mut self, read: Read) {
        let Read::Packet(Packet { body, .. }) = read else { return };
        self.inbox.change(|state| match body {
            Body::Connect { auth } => state.joined(&auth.unwrap_or_default()),
            Body::Disconnect => state.kicked = true,
            Body::Event { name, mut args, ack } => {
                if let Some(place) = state.place.as_mut().filter(|_| ack.is_none()) {
                    args = place.take_offset(args);
                }
                state.pushes.push_back(Push { name, args, ack, voice: self.voice.clone() });
            }
            Body::Ack { id, args } => {
                state.acks.insert(id, args);
            }
        });
    }

    /// `4[<namespace>,]{"message":…,"data":…}`
    fn refused(&mut self, message: &str) {
        let json = message.find('{').and_then(|at| message.get(at..)).unwrap_or_default();
        let refused: Refused = serde_json::from_str(json).expect("a refusal is JSON");
        self.inbox.change(|state| state.refused = Some(refused));
    }
}

/// A client takes what it is sent.
fn limits() -> Limits {
    Limits { max_attachments: usize::MAX, ..Limits::default() }
}
