//! Bodies of long-polling: packets separated by `\x1e`, binary ones as `b` and base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytestring::ByteString;

use super::{Version, kind};
use crate::link::Frame;
use crate::websocket::Opcode;
use crate::wire::WireFrame;

const SEPARATOR: char = '\x1e';

/// The body of an answer to a poll, built frame by frame.
#[derive(Debug, Default)]
pub struct PayloadEncoder {
    body: String,
}

impl PayloadEncoder {
    /// Appends a frame.
    pub fn push(&mut self, frame: &WireFrame) {
        let payload = frame.payload();
        match frame.opcode() {
            Opcode::Binary => {
                self.separate();
                self.body.push('b');
                STANDARD.encode_string(&payload, &mut self.body);
            }
            _ => self.push_text(&String::from_utf8_lossy(&payload)),
        }
    }

    /// Appends a packet that is text.
    pub fn push_text(&mut self, packet: &str) {
        self.separate();
        self.body.push_str(packet);
    }

    /// The number of bytes so far.
    pub fn len(&self) -> usize {
        self.body.len()
    }

    /// Whether there is nothing yet.
    pub fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// The body.
    pub fn finish(self) -> String {
        self.body
    }

    fn separate(&mut self) {
        if !self.body.is_empty() {
            self.body.push(SEPARATOR);
        }
    }
}

/// The packets of a body, taken out one by one: a body of a million packets costs no more memory than its
/// text.
#[derive(Debug)]
pub struct PayloadDecoder {
    rest: Option<ByteString>,
}

impl PayloadDecoder {
    /// Begins with the first packet of `body`. An empty body holds one packet, which is empty.
    pub fn new(body: ByteString) -> Self {
        Self { rest: Some(body) }
    }
}

impl Iterator for PayloadDecoder {
    type Item = Frame;

    fn next(&mut self) -> Option<Frame> {
        let text = self.rest.take()?;
        let packet = match text.split_once(SEPARATOR) {
            Some((packet, rest)) => {
                self.rest = Some(text.slice_ref(rest));
                text.slice_ref(packet)
            }
            None => text,
        };
        Some(Frame::Text(packet))
    }
}

/// The type and the data of a packet `b…` in base64; `None` when it is none. Version 3 has the type behind the `b`,
/// in version 4 there are only messages.
pub(crate) fn decode_base64_packet(packet: &str, version: Version) -> Option<(u8, Vec<u8>)> {
    let packet = packet.get(1..)?;
    let (kind, base64) = match version {
        Version::V4 => (kind::MESSAGE, packet),
        Version::V3 => (*packet.as_bytes().first()?, packet.get(1..)?),
    };
    Some((kind, STANDARD.decode(base64).ok()?))
}

#[cfg(test)]
mod tests;
