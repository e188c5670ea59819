//! The one place that turns a packet into frames, WebSocket header included.
//!
//! One buffer serves the whole Socket.IO family: WebSocket header, the Engine.IO type `4`, the packet's text.
//! A WebSocket takes all of it, polling takes the part behind the header, so a packet that waits while its
//! connection upgrades needs no second encoding.

use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use serde::Serialize;

use crate::engineio::Framing;
use crate::packet::{Lane, Outbound};
use crate::websocket::{Deflate, Header, Opcode};
use crate::{engineio, multiplex, primus, raw, socketio, sse};

/// How packets are encoded for a client. Clients with the same wire share the encoding of a broadcast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Wire {
    /// The revision 5 of Socket.IO's protocol, over Engine.IO 4.
    SocketIo,
    /// Socket.IO 5 over Engine.IO 4, its packets as MessagePack.
    Msgpack,
    /// The revision before it, of Socket.IO 1 and 2, over Engine.IO 3: events are the same, the answer to a CONNECT
    /// is not.
    SocketIo2,
    /// Bare Engine.IO: the argument of a `message` event is a message.
    EngineIo,
    /// A plain WebSocket: the argument of a `message` event is a message.
    RawMessages,
    /// A plain WebSocket: an event is a JSON array.
    RawEvents,
    /// Server-sent events.
    ServerSentEvents,
    /// The channels of websocket-multiplex.
    Multiplex,
    /// Primus: the argument of a `message` event is a message.
    Primus,
    /// Primus with its plugin for events.
    PrimusEmitter,
}

impl Wire {
    /// Whether clients are told the id of their session and the offsets of events, with which they come back to
    /// where they were.
    pub fn has_sessions(self) -> bool {
        matches!(self, Self::SocketIo | Self::Msgpack | Self::ServerSentEvents)
    }

    /// Encodes a packet of `namespace`; `None` when this kind of client has no way to express it.
    pub fn encode(self, namespace: &str, packet: &Outbound<'_>) -> Option<Unit> {
        match self {
            Self::SocketIo => Some(socketio::encode(namespace, packet)),
            Self::Msgpack => socketio::msgpack::encode(namespace, packet),
            Self::SocketIo2 => Some(socketio::v2::encode(namespace, packet)),
            Self::EngineIo => engineio::messages::encode(packet),
            Self::RawMessages => raw::encode(raw::Form::Messages, packet),
            Self::RawEvents => raw::encode(raw::Form::Events, packet),
            Self::ServerSentEvents => sse::encode(packet),
            Self::Multiplex => multiplex::encode(packet),
            Self::Primus => primus::encode(primus::Events::No, packet),
            Self::PrimusEmitter => primus::encode(primus::Events::Emitter, packet),
        }
    }

    /// Whether clients may have several sockets in one namespace, which they tell apart by a [`Lane`].
    pub fn has_lanes(self) -> bool {
        matches!(self, Self::Multiplex | Self::Primus | Self::PrimusEmitter)
    }

    /// Whether a client that takes one of its several sockets out of a namespace hears that this has been done.
    pub fn confirms_leaving(self) -> bool {
        matches!(self, Self::Primus | Self::PrimusEmitter)
    }

    /// Encodes a packet of `namespace` for one of several sockets that a client has there.
    pub fn encode_in_lane(self, lane: &Lane, namespace: &str, packet: &Outbound<'_>) -> Option<Unit> {
        let leaves = matches!(packet, Outbound::Disconnect | Outbound::Refused { .. });
        match self {
            Self::Multiplex if leaves => Some(multiplex::left(lane)),
            Self::Primus | Self::PrimusEmitter if leaves => Some(primus::left(lane)),
            _ => self.in_lane(lane, &self.encode(namespace, packet)?),
        }
    }

    /// What has been encoded for all, for one of several sockets that a client has in a namespace.
    pub fn in_lane(self, lane: &Lane, unit: &Unit) -> Option<Unit> {
        let Unit::One(frame) = unit else { return None };
        match self {
            Self::Multiplex => Some(multiplex::in_lane(lane, frame)),
            Self::Primus | Self::PrimusEmitter => Some(primus::in_lane(lane, frame)),
            _ => None,
        }
    }
}

/// One message on its way out: bytes ready for a WebSocket, with its header in front.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireFrame {
    bytes: Bytes,
    header: u8,
    opcode: Opcode,
}

impl WireFrame {
    /// A frame around `payload`, which is copied once.
    pub fn new(opcode: Opcode, payload: &[u8]) -> Self {
        Self::prefixed(opcode, &[], payload)
    }

    /// A frame around `prefix` and `payload`, which are copied once.
    pub fn prefixed(opcode: Opcode, prefix: &[u8], payload: &[u8]) -> Self {
        Self::assemble(Header::new(opcode, prefix.len() + payload.len()), opcode, [prefix, payload])
    }

    /// Bytes that are no frame, but go the same way before the first one: the answer to a handshake.
    pub fn verbatim(bytes: Bytes) -> Self {
        Self { bytes, header: 0, opcode: Opcode::Binary }
    }

    fn assemble(header: Header, opcode: Opcode, [prefix, payload]: [&[u8]; 2]) -> Self {
        let header = header.as_slice();
        let mut bytes = BytesMut::with_capacity(header.len() + prefix.len() + payload.len());
        bytes.put_slice(header);
        bytes.put_slice(prefix);
        bytes.put_slice(payload);
        Self { bytes: bytes.freeze(), header: header.len() as u8, opcode }
    }

    /// The whole frame as a WebSocket takes it.
    pub fn on_websocket(&self) -> &Bytes {
        &self.bytes
    }

    /// The payload alone, sharing the frame's memory.
    pub fn payload(&self) -> Bytes {
        self.bytes.slice(usize::from(self.header).min(self.bytes.len())..)
    }

    /// The frame with its payload compressed, where that makes it shorter. Such a frame is for WebSockets that
    /// have agreed on compression, and for nothing else.
    pub fn deflated(&self, deflate: Deflate) -> Option<Self> {
        let payload = self.bytes.get(usize::from(self.header)..).unwrap_or_default();
        deflate.compress(payload, |compressed| {
            let header = Header::new(self.opcode, compressed.len()).compressed();
            Self::assemble(header, self.opcode, [&[], compressed])
        })
    }

    /// What it carries.
    pub fn opcode(&self) -> Opcode {
        self.opcode
    }
}

/// A text frame under construction, behind the header for the length that it was begun with.
pub struct TextFrame {
    buffer: Vec<u8>,
    header: Header,
    len: usize,
}

impl TextFrame {
    /// Begins a frame for `len` bytes of text. A frame of just that length needs no second allocation, also when
    /// it is shared.
    pub fn with_capacity(len: usize) -> Self {
        let header = Header::new(Opcode::Text, len);
        let mut buffer = Vec::with_capacity(header.as_slice().len() + len);
        buffer.extend_from_slice(header.as_slice());
        Self { buffer, header, len }
    }

    /// Appends text.
    pub fn push_str(&mut self, text: &str) {
        self.buffer.extend_from_slice(text.as_bytes());
    }

    /// Appends one ASCII character.
    pub fn push(&mut self, ascii: u8) {
        debug_assert!(ascii.is_ascii());
        self.buffer.push(ascii);
    }

    /// Appends a number in decimal digits.
    pub fn push_number(&mut self, number: u64) {
        self.push_str(itoa::Buffer::new().format(number));
    }

    /// Appends a value as JSON text.
    ///
    /// # Errors
    /// When the value's own `Serialize` fails; the frame is then to be thrown away.
    pub fn push_json<T: Serialize + ?Sized>(&mut self, value: &T) -> serde_json::Result<()> {
        serde_json::to_writer(&mut self.buffer, value)
    }

    /// Ends the frame.
    pub fn finish(mut self) -> WireFrame {
        let begun_with = self.header.as_slice().len();
        let len = self.buffer.len().saturating_sub(begun_with);
        if len != self.len {
            self.header = Header::new(Opcode::Text, len);
            self.buffer.splice(..begun_with, self.header.as_slice().iter().copied());
        }
        let header = self.header.as_slice().len() as u8;
        WireFrame { bytes: Bytes::from(self.buffer), header, opcode: Opcode::Text }
    }
}

/// The frames of one packet: its text and its attachments. They are queued, dropped and written together.
///
/// Cloning is cheap and, for a packet without attachments, allocates nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A packet without attachments.
    One(WireFrame),
    /// A packet followed by its attachments.
    Many(Arc<[WireFrame]>),
}

impl Unit {
    /// A text message.
    pub fn text(text: &str) -> Self {
        Self::One(WireFrame::new(Opcode::Text, text.as_bytes()))
    }

    /// A frame and the attachments that follow it.
    pub fn with_attachments(first: WireFrame, attachments: &[Bytes]) -> Self {
        if attachments.is_empty() {
            return Self::One(first);
        }
        let rest = attachments.iter().map(|data| WireFrame::new(Opcode::Binary, data));
        Self::Many(std::iter::once(first).chain(rest).collect())
    }

    /// The frames as a client with this framing takes them; `None` when it has no way to take one of them.
    pub fn framed(&self, framing: Framing) -> Option<Self> {
        if framing.is_plain() {
            return Some(self.clone());
        }
        match self {
            Self::One(frame) => framing.frame(frame).map(Self::One),
            Self::Many(frames) => {
                frames.iter().map(|frame| framing.frame(frame)).collect::<Option<_>>().map(Self::Many)
            }
        }
    }

    /// The frames compressed, each where that makes it shorter; the same frames where it never does.
    pub fn deflated(&self, deflate: Deflate) -> Self {
        match self {
            Self::One(frame) => Self::One(frame.deflated(deflate).unwrap_or_else(|| frame.clone())),
            Self::Many(frames) => {
                let each = frames.iter();
                Self::Many(
                    each.map(|frame| frame.deflated(deflate).unwrap_or_else(|| frame.clone())).collect(),
                )
            }
        }
    }

    /// The frames in order.
    pub fn frames(&self) -> &[WireFrame] {
        match self {
            Self::One(frame) => std::slice::from_ref(frame),
            Self::Many(frames) => frames,
        }
    }

    /// The number of bytes all frames have on a WebSocket.
    pub fn wire_len(&self) -> usize {
        self.frames().iter().map(|frame| frame.bytes.len()).sum()
    }
}

#[cfg(test)]
mod tests;
