//! From a stream's bytes to messages, as a server reads them.

use bytes::{Bytes, BytesMut};
use bytestring::ByteString;

use super::close;
use super::deflate::inflate;
use super::frame::{FrameError, FrameHead, MAX_CLIENT_HEADER, Opcode, apply_mask};

/// The most frames one message may come in: so many, or more where messages may be so large that frames of 64 bytes
/// make more. Empty ones without end would cost time and no memory.
const MAX_FRAGMENTS: usize = 16_384;
const USUAL_FRAGMENT: usize = 64;

/// The most that is reserved for a payload on the word of its header alone.
const RESERVE: usize = 64 << 10;

/// What a client has said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A text message.
    Text(ByteString),
    /// A binary message.
    Binary(Bytes),
    /// A ping, to be answered with the same payload.
    Ping(Bytes),
    /// A pong.
    Pong,
    /// The client closes, and may say why. Nothing is read after it.
    Close(Option<u16>),
}

/// Why a stream cannot be read any further; the discriminant is the close code that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum DecodeError {
    /// A frame that RFC 6455 forbids.
    Protocol = 1002,
    /// Text that is not UTF-8, or compressed data that cannot be decompressed.
    Data = 1007,
    /// A message above the limit.
    TooLarge = 1009,
}

/// Reads one client's messages.
#[derive(Debug)]
pub struct Decoder {
    max_message: usize,
    /// Whether messages may be compressed.
    inflates: bool,
    /// The start of a header whose rest has not come yet.
    head: [u8; MAX_CLIENT_HEADER],
    head_len: usize,
    frame: Option<Frame>,
    message: Option<Partial>,
}

/// The frame whose payload is being read.
#[derive(Debug)]
struct Frame {
    opcode: Opcode,
    last: bool,
    mask: [u8; 4],
    left: usize,
    /// Payload bytes of this frame read so far, modulo 4: where the mask goes on.
    phase: usize,
    /// The payload of a control frame; that of a data frame goes straight into its message.
    control: BytesMut,
}

/// A message that has begun.
#[derive(Debug)]
struct Partial {
    text: bool,
    compressed: bool,
    payload: BytesMut,
    /// How much of the text has been found to be UTF-8.
    valid: usize,
    fragments: usize,
}

impl Decoder {
    /// A decoder at the beginning of a stream, which takes messages of at most `max_message` bytes.
    pub fn new(max_message: usize) -> Self {
        Self {
            max_message,
            inflates: false,
            head: [0; MAX_CLIENT_HEADER],
            head_len: 0,
            frame: None,
            message: None,
        }
    }

    /// Takes compressed messages too: permessage-deflate without context takeover was agreed on. The limit holds
    /// for a message as it comes and for what it is decompressed to.
    #[must_use]
    pub fn inflating(mut self) -> Self {
        self.inflates = true;
        self
    }

    /// Takes bytes off the front of `input` until a message is whole or the input is used up; then `None`.
    ///
    /// # Errors
    /// When the client broke the protocol. The stream is to be closed with the error's code; what a later call
    /// gives is of no use.
    pub fn decode(&mut self, input: &mut &[u8]) -> Result<Option<Message>, DecodeError> {
        if let Some(message) = self.whole_message(input) {
            return message.map(Some);
        }
        loop {
            if self.frame.is_none() && !self.begin_frame(input)? {
                return Ok(None);
            }
            let Some(frame) = &mut self.frame else { return Ok(None) };
            let (now, rest) = input.split_at_checked(frame.left).unwrap_or((input, &[]));
            *input = rest;
            let target = match &mut self.message {
                Some(message) if !frame.opcode.is_control() => &mut message.payload,
                _ => &mut frame.control,
            };
            let start = target.len();
            target.extend_from_slice(now);
            apply_mask(target.get_mut(start..).unwrap_or_default(), frame.mask, frame.phase);
            frame.phase = (frame.phase + now.len()) % 4;
            frame.left -= now.len();
            if frame.left > 0 {
                self.check_text(false)?;
                return Ok(None);
            }
            if let Some(message) = self.end_frame()? {
                return Ok(Some(message));
            }
        }
    }

    /// Whether the stream stands between two messages: its end is no loss there.
    pub fn is_between_messages(&self) -> bool {
        self.head_len == 0 && self.frame.is_none() && self.message.is_none()
    }

    /// The usual case: a message in one frame, which lies in the input as a whole.
    fn whole_message(&self, input: &mut &[u8]) -> Option<Result<Message, DecodeError>> {
        if !self.is_between_messages() {
            return None;
        }
        let (head, head_len) = FrameHead::parse(input).ok()?;
        let len = usize::try_from(head.len).ok().filter(|len| *len <= self.max_message)?;
        let is_whole = head.last && !head.compressed && matches!(head.opcode, Opcode::Text | Opcode::Binary);
        let (mask, after) = (head.mask.filter(|_| is_whole)?, input.get(head_len..)?);
        let (payload, rest) = after.split_at_checked(len)?;
        *input = rest;
        // Of just its length, so that it becomes shared bytes without another allocation.
        let mut message = payload.to_vec();
        apply_mask(&mut message, mask, 0);
        let message = Bytes::from(message);
        Some(match head.opcode {
            Opcode::Text => ByteString::try_from(message).map(Message::Text).map_err(|_| DecodeError::Data),
            _ => Ok(Message::Binary(message)),
        })
    }

    /// Reads a header; whether it is whole.
    fn begin_frame(&mut self, input: &mut &[u8]) -> Result<bool, DecodeError> {
        let head = match FrameHead::parse(input) {
            // The usual case: the header lies in the input as a whole.
            Ok((head, len)) if self.head_len == 0 => {
                *input = input.get(len..).unwrap_or_default();
                head
            }
            _ => match self.gather_head(input)? {
                Some(head) => head,
                None => return Ok(false),
            },
        };
        self.accept(&head)?;
        Ok(true)
    }

    /// Reads a header that comes in pieces.
    fn gather_head(&mut self, input: &mut &[u8]) -> Result<Option<FrameHead>, DecodeError> {
        loop {
            match FrameHead::parse(self.head.get(..self.head_len).unwrap_or_default()) {
                Ok((head, _)) => {
                    self.head_len = 0;
                    return Ok(Some(head));
                }
                Err(FrameError::Invalid) => return Err(DecodeError::Protocol),
                Err(FrameError::Incomplete) => {}
            }
            let Some((&byte, rest)) = input.split_first() else { return Ok(None) };
            *input = rest;
            if let Some(place) = self.head.get_mut(self.head_len) {
                *place = byte;
            }
            self.head_len += 1;
        }
    }

    /// Checks a frame against what came before it, and makes room for its payload.
    fn accept(&mut self, head: &FrameHead) -> Result<(), DecodeError> {
        let Some(mask) = head.mask else { return Err(DecodeError::Protocol) };
        let Ok(len) = usize::try_from(head.len) else { return Err(DecodeError::TooLarge) };
        // Only the first frame of a message says that it is compressed (RFC 7692, section 6.1).
        if head.compressed && !(self.inflates && matches!(head.opcode, Opcode::Text | Opcode::Binary)) {
            return Err(DecodeError::Protocol);
        }
        match (head.opcode, &mut self.message) {
            (opcode, _) if opcode.is_control() => {}
            (Opcode::Continuation, Some(message)) => {
                message.fragments += 1;
                if message.fragments > MAX_FRAGMENTS.max(self.max_message / USUAL_FRAGMENT) {
                    return Err(DecodeError::Protocol);
                }
            }
            (Opcode::Text | Opcode::Binary, message @ None) => {
                *message = Some(Partial {
                    text: head.opcode == Opcode::Text,
                    compressed: head.compressed,
                    payload: BytesMut::new(),
                    valid: 0,
                    fragments: 1,
                });
            }
            // A continuation of nothing, or a new message inside another.
            _ => return Err(DecodeError::Protocol),
        }
        if let Some(message) = self.message.as_mut().filter(|_| !head.opcode.is_control()) {
            if len > self.max_message - message.payload.len().min(self.max_message) {
                return Err(DecodeError::TooLarge);
            }
            message.payload.reserve(len.min(RESERVE));
        }
        let control = BytesMut::new();
        self.frame = Some(Frame { opcode: head.opcode, last: head.last, mask, left: len, phase: 0, control });
        Ok(())
    }

    /// A frame's payload is complete.
    fn end_frame(&mut self) -> Result<Option<Message>, DecodeError> {
        let Some(frame) = self.frame.take() else { return Ok(None) };
        match frame.opcode {
            Opcode::Ping => Ok(Some(Message::Ping(frame.control.freeze()))),
            Opcode::Pong => Ok(Some(Message::Pong)),
            Opcode::Close => close::parse(&frame.control).map(|code| Some(Message::Close(code))),
            Opcode::Text | Opcode::Binary | Opcode::Continuation => {
                self.check_text(frame.last)?;
                if !frame.last {
                    return Ok(None);
                }
                self.message.take().map(|message| message.finish(self.max_message)).transpose()
            }
        }
    }

    /// Checks the text that has come so far, so that bad text is refused at once and not at its end.
    fn check_text(&mut self, complete: bool) -> Result<(), DecodeError> {
        let Some(message) = self.message.as_mut().filter(|message| message.text && !message.compressed)
        else {
            return Ok(());
        };
        // A message in one frame is checked once, when it becomes a string.
        if complete && message.valid == 0 {
            return Ok(());
        }
        let unchecked = message.payload.get(message.valid..).unwrap_or_default();
        match std::str::from_utf8(unchecked) {
            Ok(_) => message.valid = message.payload.len(),
            Err(error) if error.error_len().is_none() && !complete => message.valid += error.valid_up_to(),
            Err(_) => return Err(DecodeError::Data),
        }
        Ok(())
    }
}

impl Partial {
    fn finish(self, max: usize) -> Result<Message, DecodeError> {
        let payload = if self.compressed { inflate(&self.payload, max)? } else { self.payload.freeze() };
        if self.text {
            ByteString::try_from(payload).map(Message::Text).map_err(|_| DecodeError::Data)
        } else {
            Ok(Message::Binary(payload))
        }
    }
}

#[cfg(test)]
mod tests;
