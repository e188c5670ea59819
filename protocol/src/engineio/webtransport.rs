//! Frames on the stream of a WebTransport session: one byte that says whether the payload is binary (its highest
//! bit) and how long it is, more bytes for the length where it is 126 or more, and the payload.
//!
//! The lengths are those of WebSocket: up to 125 in the byte itself; 126 announces two bytes, 127 eight, in network
//! order. There is no masking and there are no fragments. The format is that of the reference
//! (`createPacketEncoderStream` in engine.io-parser); no RFC describes it.

use std::fmt;

use bytes::{BufMut, Bytes, BytesMut};
use bytestring::ByteString;
use serde::Deserialize;

use crate::link::Frame;

/// The longest header of a frame, in bytes.
const MAX_HEADER: usize = 9;

/// The bit of a header that announces a binary payload.
const BINARY: u8 = 0x80;

/// The lengths that announce two and eight bytes of length.
const TWO_BYTES: u8 = 126;
const EIGHT_BYTES: u8 = 127;

/// Room that is made for a payload before any of it has come. More is made as it comes, so that an announcement
/// alone costs nothing.
const FIRST_ROOM: usize = 4096;

/// Appends a frame with this payload.
pub fn encode(binary: bool, payload: &[u8], to: &mut BytesMut) {
    let kind = if binary { BINARY } else { 0 };
    to.reserve(MAX_HEADER + payload.len());
    match payload.len() {
        len @ ..126 => to.put_u8(kind | len as u8),
        len @ ..0x1_0000 => {
            to.put_u8(kind | TWO_BYTES);
            to.put_u16(len as u16);
        }
        len => {
            to.put_u8(kind | EIGHT_BYTES);
            to.put_u64(len as u64);
        }
    }
    to.put_slice(payload);
}

/// What a client says first on its stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hello {
    /// It opens a connection.
    New,
    /// It wants to take over the session with this id.
    Upgrade(String),
}

impl Hello {
    /// Reads the first frame: an open packet, alone or with the id of a session. `None` when it is something else.
    pub fn read(frame: &Frame) -> Option<Self> {
        #[derive(Deserialize)]
        struct Named {
            sid: String,
        }
        let Frame::Text(text) = frame else { return None };
        match text.strip_prefix('0')? {
            "" => Some(Self::New),
            // An array with one element would be read as well.
            json if !json.starts_with('{') => None,
            json => serde_json::from_str(json).ok().map(|Named { sid }| Self::Upgrade(sid)),
        }
    }
}

/// Why what came in is no frame. The stream cannot be read any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameError {
    /// A frame without a payload: there is no packet as short as that.
    Empty,
    /// A frame longer than what is accepted.
    TooLarge,
    /// Text that is not UTF-8.
    Text,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "an empty frame",
            Self::TooLarge => "a frame that is too large",
            Self::Text => "text that is not UTF-8",
        })
    }
}

impl std::error::Error for FrameError {}

/// Cuts a stream into frames. Keeps at most one payload, as far as it has come.
#[derive(Debug)]
pub struct FrameDecoder {
    max_payload: usize,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Before a frame, or in its header.
    Header {
        bytes: [u8; MAX_HEADER],
        len: usize,
    },
    Payload {
        binary: bool,
        left: usize,
        payload: BytesMut,
    },
    Failed(FrameError),
}

const START: State = State::Header { bytes: [0; MAX_HEADER], len: 0 };

impl FrameDecoder {
    /// Decodes frames with payloads of at most `max_payload` bytes.
    pub fn new(max_payload: usize) -> Self {
        Self { max_payload, state: START }
    }

    /// Takes bytes off the front of `input` until there is a frame; `None` when all have been taken and more are
    /// needed.
    ///
    /// # Errors
    /// When what came in is no frame; then again for whatever comes.
    pub fn decode(&mut self, input: &mut &[u8]) -> Result<Option<Frame>, FrameError> {
        loop {
            match &mut self.state {
                State::Failed(error) => return Err(*error),
                State::Header { bytes, len } => {
                    let (Some(room), Some((&byte, rest))) = (bytes.get_mut(*len), input.split_first()) else {
                        return Ok(None);
                    };
                    *room = byte;
                    *len += 1;
                    *input = rest;
                    if let Some((binary, length)) = read_header(bytes, *len) {
                        self.begin(binary, length)?;
                    }
                }
                State::Payload { left, payload, .. } => {
                    let (now, rest) = input.split_at(input.len().min(*left));
                    payload.put_slice(now);
                    *left -= now.len();
                    *input = rest;
                    if *left > 0 {
                        return Ok(None);
                    }
                    return self.end().map(Some);
                }
            }
        }
    }

    fn begin(&mut self, binary: bool, length: u64) -> Result<(), FrameError> {
        match usize::try_from(length) {
            Ok(0) => Err(self.fail(FrameError::Empty)),
            Ok(left) if left <= self.max_payload => {
                let payload = BytesMut::with_capacity(left.min(FIRST_ROOM));
                self.state = State::Payload { binary, left, payload };
                Ok(())
            }
            _ => Err(self.fail(FrameError::TooLarge)),
        }
    }

    fn end(&mut self) -> Result<Frame, FrameError> {
        let State::Payload { binary, payload, .. } = std::mem::replace(&mut self.state, START) else {
            return Err(self.fail(FrameError::Empty));
        };
        let payload: Bytes = payload.freeze();
        if binary {
            return Ok(Frame::Binary(payload));
        }
        ByteString::try_from(payload).map(Frame::Text).map_err(|_| self.fail(FrameError::Text))
    }

    fn fail(&mut self, error: FrameError) -> FrameError {
        self.state = State::Failed(error);
        error
    }
}

/// Whether the payload is binary, and its length; `None` while the header is not complete.
fn read_header(bytes: &[u8; MAX_HEADER], len: usize) -> Option<(bool, u64)> {
    let [first, length @ ..] = bytes;
    let length = match first & !BINARY {
        TWO_BYTES if len == 3 => length.iter().take(2).fold(0, |sum, &byte| sum << 8 | u64::from(byte)),
        EIGHT_BYTES if len == 9 => u64::from_be_bytes(*length),
        TWO_BYTES | EIGHT_BYTES => return None,
        short => u64::from(short),
    };
    Some((first & BINARY != 0, length))
}

#[cfg(test)]
mod tests;
