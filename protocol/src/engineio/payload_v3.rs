//! Bodies of long-polling in Engine.IO 3: each packet with its length in front.
//!
//! As text, `<length>:<packet>`, where the length counts UTF-16 units, as JavaScript does. As bytes, when there is
//! binary data among the packets and the client takes that: `0` (text) or `1` (binary), the decimal digits of the
//! length in bytes as numbers, `255`, the packet.

use bytes::Bytes;
use bytestring::ByteString;

use crate::link::Frame;
use crate::websocket::Opcode;
use crate::wire::WireFrame;

/// The mark behind the digits of a length.
const END_OF_LENGTH: u8 = 255;

/// More digits than any body has bytes.
const MAX_DIGITS: usize = 15;

/// The body of an answer to a poll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// Packets that are text, or base64.
    Text(String),
    /// Packets of which at least one is binary.
    Binary(Vec<u8>),
}

/// Collects packets. Their form is known only when all are there.
#[derive(Debug, Default)]
pub struct PayloadEncoder {
    packets: Vec<(Opcode, Bytes)>,
    len: usize,
}

impl PayloadEncoder {
    /// Appends a frame.
    pub fn push(&mut self, frame: &WireFrame) {
        self.add(frame.opcode(), frame.payload());
    }

    /// Appends a packet that is text.
    pub fn push_text(&mut self, packet: &'static str) {
        self.add(Opcode::Text, Bytes::from_static(packet.as_bytes()));
    }

    fn add(&mut self, opcode: Opcode, payload: Bytes) {
        self.len += payload.len();
        self.packets.push((opcode, payload));
    }

    /// The number of bytes so far, lengths not counted.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is nothing yet.
    pub fn is_empty(&self) -> bool {
        self.packets.is_empty()
    }

    /// The body.
    pub fn finish(self) -> Payload {
        if self.packets.iter().any(|(opcode, _)| *opcode == Opcode::Binary) {
            Payload::Binary(self.finish_binary())
        } else {
            Payload::Text(self.finish_text())
        }
    }

    fn finish_text(self) -> String {
        let mut body = String::with_capacity(self.len + 8 * self.packets.len());
        for (_, packet) in &self.packets {
            let packet = String::from_utf8_lossy(packet);
            body.push_str(itoa::Buffer::new().format(packet.encode_utf16().count()));
            body.push(':');
            body.push_str(&packet);
        }
        body
    }

    fn finish_binary(self) -> Vec<u8> {
        let mut body = Vec::with_capacity(self.len + 8 * self.packets.len());
        for (opcode, packet) in &self.packets {
            body.push(u8::from(*opcode == Opcode::Binary));
            body.extend(itoa::Buffer::new().format(packet.len()).bytes().map(|digit| digit - b'0'));
            body.push(END_OF_LENGTH);
            body.extend_from_slice(packet);
        }
        body
    }
}

/// The packets of a body, taken out one by one. What is malformed is, once, an empty text, which no packet is.
#[derive(Debug)]
pub struct PayloadDecoder {
    rest: Rest,
}

#[derive(Debug)]
enum Rest {
    Text(ByteString),
    Binary(Bytes),
    Nothing,
}

impl PayloadDecoder {
    /// Begins with the first packet of a body of text.
    pub fn text(body: ByteString) -> Self {
        // In the reference too a body without a packet is an error where it is text, and none where it is binary.
        Self { rest: Rest::Text(body) }
    }

    /// Begins with the first packet of a body of bytes.
    pub fn binary(body: Bytes) -> Self {
        Self { rest: if body.is_empty() { Rest::Nothing } else { Rest::Binary(body) } }
    }
}

impl Iterator for PayloadDecoder {
    type Item = Frame;

    fn next(&mut self) -> Option<Frame> {
        let cut = match std::mem::replace(&mut self.rest, Rest::Nothing) {
            Rest::Nothing => return None,
            Rest::Text(body) => cut_text(&body).map(|(packet, rest)| {
                let rest = rest.map_or(Rest::Nothing, Rest::Text);
                (packet.map(Frame::Text), rest)
            }),
            Rest::Binary(body) => cut_binary(&body).map(|(packet, rest)| {
                let rest = if rest.is_empty() { Rest::Nothing } else { Rest::Binary(rest) };
                (Some(packet), rest)
            }),
        };
        match cut {
            Some((packet, rest)) => {
                self.rest = rest;
                packet
            }
            None => Some(Frame::Text(ByteString::new())),
        }
    }
}

/// The first packet that is not empty, if there is one, and what follows it; `None` when they are malformed.
fn cut_text(body: &ByteString) -> Option<(Option<ByteString>, Option<ByteString>)> {
    let mut rest: &str = body;
    loop {
        let (digits, after) = rest.split_once(':')?;
        let length = length(digits.bytes().map(|byte| byte.wrapping_sub(b'0')))?;
        let (packet, after) = after.split_at_checked(utf16_index(after, length)?)?;
        let is_last = after.is_empty();
        if !packet.is_empty() {
            let rest = (!is_last).then(|| body.slice_ref(after));
            return Some((Some(body.slice_ref(packet)), rest));
        }
        // As in the reference, a packet without a length means nothing.
        if is_last {
            return Some((None, None));
        }
        rest = after;
    }
}

/// The index of the byte behind so many UTF-16 units; `None` where there are fewer, or the index falls into the
/// middle of a character.
fn utf16_index(text: &str, units: usize) -> Option<usize> {
    let mut left = units;
    if left == 0 {
        return Some(0);
    }
    for (index, character) in text.char_indices() {
        left = left.checked_sub(character.len_utf16())?;
        if left == 0 {
            return Some(index + character.len_utf8());
        }
    }
    None
}

/// The first packet and what follows it; `None` when it is malformed.
fn cut_binary(body: &Bytes) -> Option<(Frame, Bytes)> {
    let (&kind, rest) = body.split_first()?;
    let digits = rest.iter().take(MAX_DIGITS + 1).position(|&byte| byte == END_OF_LENGTH)?;
    let length = length(rest.iter().take(digits).copied())?;
    let begin = 1 + digits + 1;
    let end = begin.checked_add(length).filter(|&end| end <= body.len())?;
    let packet = body.slice(begin..end);
    let frame = match kind {
        0 => Frame::Text(lenient_text(packet)?),
        1 => Frame::Binary(packet),
        _ => return None,
    };
    Some((frame, body.slice(end..)))
}

/// A number from its decimal digits, each as its value.
fn length(digits: impl Iterator<Item = u8>) -> Option<usize> {
    let mut number = None;
    for (count, digit) in digits.enumerate() {
        if digit > 9 || count == MAX_DIGITS {
            return None;
        }
        number = Some(number.unwrap_or(0usize).checked_mul(10)?.checked_add(usize::from(digit))?);
    }
    number
}

/// Text out of bytes. Clients encode half a surrogate pair as it stands, which UTF-8 has no place for; U+FFFD, which
/// is as long, takes it.
fn lenient_text(bytes: Bytes) -> Option<ByteString> {
    let bytes = match ByteString::try_from(bytes.clone()) {
        Ok(text) => return Some(text),
        Err(_) => {
            let mut bytes = bytes.to_vec();
            let mut rest = bytes.as_mut_slice();
            while let [first, others @ ..] = rest {
                if let (0xed, [second @ 0xa0..=0xbf, third @ 0x80..=0xbf, ..]) = (*first, &mut *others) {
                    (*first, *second, *third) = (0xef, 0xbf, 0xbd);
                }
                rest = others;
            }
            bytes
        }
    };
    String::from_utf8(bytes).ok().map(ByteString::from)
}

#[cfg(test)]
mod tests;
