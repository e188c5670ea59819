//! The one place that turns a packet into frames, WebSocket header included.
//!
//! One buffer serves the whole Socket.IO family: WebSocket header, the Engine.IO type `4`, the packet's text.
//! A WebSocket takes all of it, polling takes the part behind the header, so a packet that waits while its
//! connection upgrades needs no second encoding.

use std::fmt::Write;
use std::sync::Arc;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use serde::Serialize;

use crate::packet::Outbound;
use crate::websocket::{Deflate, Header, MAX_SERVER_HEADER, Opcode};
use crate::{engineio, socketio};

/// How packets are encoded for a client. Clients with the same wire share the encoding of a broadcast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Wire {
    /// Socket.IO 5 over Engine.IO 4.
    SocketIo,
    /// Bare Engine.IO 4: the argument of a `message` event is a message.
    EngineIo,
}

impl Wire {
    /// Encodes a packet of `namespace`; `None` when this kind of client has no way to express it.
    pub fn encode(self, namespace: &str, packet: &Outbound<'_>) -> Option<Unit> {
        match self {
            Self::SocketIo => Some(socketio::encode(namespace, packet)),
            Self::EngineIo => engineio::messages::encode(packet),
        }
    }
}

/// One message on its way out: bytes ready for a WebSocket, with its header in front.
#[derive(Clone, Debug)]
pub struct WireFrame {
    bytes: Bytes,
    header: u8,
    opcode: Opcode,
}

impl WireFrame {
    /// A frame around `payload`, which is copied once.
    pub fn new(opcode: Opcode, payload: &[u8]) -> Self {
        Self::assemble(Header::new(opcode, payload.len()), opcode, payload)
    }

    fn assemble(header: Header, opcode: Opcode, payload: &[u8]) -> Self {
        let header = header.as_slice();
        let mut bytes = BytesMut::with_capacity(header.len() + payload.len());
        bytes.put_slice(header);
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
            Self::assemble(header, self.opcode, compressed)
        })
    }

    /// What it carries.
    pub fn opcode(&self) -> Opcode {
        self.opcode
    }
}

/// A text frame under construction: room for the header is kept in front, so that the text is written once.
pub struct TextFrame {
    buffer: BytesMut,
}

impl TextFrame {
    /// Begins a frame with room for about `capacity` bytes of text.
    pub fn with_capacity(capacity: usize) -> Self {
        let mut buffer = BytesMut::with_capacity(MAX_SERVER_HEADER + capacity);
        buffer.put_bytes(0, MAX_SERVER_HEADER);
        Self { buffer }
    }

    /// Appends text.
    pub fn push_str(&mut self, text: &str) {
        self.buffer.put_slice(text.as_bytes());
    }

    /// Appends one ASCII character.
    pub fn push(&mut self, ascii: u8) {
        debug_assert!(ascii.is_ascii());
        self.buffer.put_u8(ascii);
    }

    /// Appends a number in decimal digits.
    pub fn push_number(&mut self, number: u64) {
        // Writing to a growing buffer cannot fail.
        let _ = write!(self.buffer, "{number}");
    }

    /// Appends a value as JSON text.
    ///
    /// # Errors
    /// When the value's own `Serialize` fails; the frame is then to be thrown away.
    pub fn push_json<T: Serialize + ?Sized>(&mut self, value: &T) -> serde_json::Result<()> {
        serde_json::to_writer((&mut self.buffer).writer(), value)
    }

    /// Puts the header in front and ends the frame.
    pub fn finish(mut self) -> WireFrame {
        let header = Header::new(Opcode::Text, self.buffer.len() - MAX_SERVER_HEADER);
        let header = header.as_slice();
        let unused = MAX_SERVER_HEADER - header.len();
        if let Some(room) = self.buffer.get_mut(unused..MAX_SERVER_HEADER) {
            room.copy_from_slice(header);
        }
        let mut bytes = self.buffer.freeze();
        bytes.advance(unused);
        WireFrame { bytes, header: header.len() as u8, opcode: Opcode::Text }
    }
}

/// The frames of one packet: its text and its attachments. They are queued, dropped and written together.
///
/// Cloning is cheap and, for a packet without attachments, allocates nothing.
#[derive(Clone, Debug)]
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
