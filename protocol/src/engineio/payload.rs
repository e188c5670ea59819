//! Bodies of long-polling: packets separated by `\x1e`, binary ones as `b` and base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytestring::ByteString;

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

/// Decodes the base64 of a `b…` packet; `None` when it is none.
pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests;
