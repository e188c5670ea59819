//! MessagePack to JSON text and attachments.

use bytes::Bytes;

use super::token::{Reader, Token};
use super::{MAX_DEPTH, iso};
use crate::limits::Limits;
use crate::socketio::DecodeError;

/// From here on a double no longer tells neighbouring integers apart.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The type of the extension that MessagePack itself defines for points in time.
const TIMESTAMP: i8 = -1;

/// JSON text as it grows, and the binary values that were met.
pub(super) struct Json<'a> {
    /// The message that is read; attachments share its memory.
    message: &'a Bytes,
    max_attachments: usize,
    pub(super) text: String,
    pub(super) attachments: Vec<Bytes>,
}

/// An array or a map whose end has not been reached.
struct Open {
    is_map: bool,
    /// The values or pairs still to come.
    left: usize,
    /// Where its content begins in the text.
    begin: usize,
    /// Where the pair that is being read begins, with the comma before it.
    pair: usize,
}

impl<'a> Json<'a> {
    pub(super) fn new(message: &'a Bytes, limits: &Limits) -> Self {
        let max_attachments = limits.max_attachments;
        Self { message, max_attachments, text: String::new(), attachments: Vec::new() }
    }

    /// Appends the next value.
    ///
    /// # Errors
    /// When it is broken, nested too deeply, or holds more binary values than attachments are allowed.
    pub(super) fn value(&mut self, reader: &mut Reader<'a>) -> Result<(), DecodeError> {
        // Not by recursion: how deep the value is nested is for the client to say.
        let mut open: Vec<Open> = Vec::new();
        loop {
            match reader.token()? {
                Token::Array(left) => self.open(&mut open, false, left)?,
                Token::Map(left) => self.open(&mut open, true, left)?,
                // As `JSON.stringify` has it.
                Token::Undefined => match open.last() {
                    Some(Open { is_map: true, pair, .. }) => self.text.truncate(*pair),
                    _ => self.text.push_str("null"),
                },
                scalar => self.scalar(scalar)?,
            }
            while let Some(Open { is_map, left: 0, .. }) = open.last() {
                self.text.push(if *is_map { '}' } else { ']' });
                open.pop();
            }
            let Some(last) = open.last_mut() else { return Ok(()) };
            last.left -= 1;
            last.pair = self.text.len();
            if last.pair > last.begin {
                self.text.push(',');
            }
            if last.is_map {
                self.key(reader.token()?)?;
            }
        }
    }

    fn open(&mut self, open: &mut Vec<Open>, is_map: bool, left: usize) -> Result<(), DecodeError> {
        if open.len() == MAX_DEPTH {
            return Err(DecodeError("values nested too deeply"));
        }
        self.text.push(if is_map { '{' } else { '[' });
        let begin = self.text.len();
        open.push(Open { is_map, left, begin, pair: begin });
        Ok(())
    }

    /// A map's key: a string, or what JavaScript would make a string of.
    fn key(&mut self, token: Token<'_>) -> Result<(), DecodeError> {
        match token {
            Token::Text(text) => self.string(&String::from_utf8_lossy(text)),
            Token::Unsigned(_) | Token::Negative(_) | Token::Bool(_) | Token::Nil => {
                self.text.push('"');
                self.scalar(token)?;
                self.text.push('"');
            }
            _ => return Err(DecodeError("a map with a key that is no string")),
        }
        self.text.push(':');
        Ok(())
    }

    fn scalar(&mut self, token: Token<'_>) -> Result<(), DecodeError> {
        match token {
            Token::Bool(true) => self.text.push_str("true"),
            Token::Bool(false) => self.text.push_str("false"),
            Token::Unsigned(number) => self.text.push_str(itoa::Buffer::new().format(number)),
            Token::Negative(number) => self.text.push_str(itoa::Buffer::new().format(number)),
            Token::Float(number) => self.float(number),
            Token::Text(text) => self.string(&String::from_utf8_lossy(text)),
            Token::Binary(data) => self.attach(data)?,
            Token::Date(milliseconds) => self.date(Some(milliseconds)),
            Token::Extension(kind, data) => self.extension(kind, data)?,
            // The others are not scalars.
            Token::Nil | Token::Undefined | Token::Array(_) | Token::Map(_) => self.text.push_str("null"),
        }
        Ok(())
    }

    /// JavaScript has one kind of numbers: it writes an integer without a point, however it came, and nothing that
    /// is not finite.
    fn float(&mut self, number: f64) {
        if number.fract() == 0.0 && number.abs() < EXACT {
            self.text.push_str(itoa::Buffer::new().format(number as i64));
        } else {
            self.text.push_str(&serde_json::to_string(&number).unwrap_or_else(|_| "null".to_owned()));
        }
    }

    fn string(&mut self, text: &str) {
        if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
            self.text.push('"');
            self.text.push_str(text);
            self.text.push('"');
        } else {
            // A string always serialises.
            self.text.push_str(&serde_json::to_string(text).unwrap_or_default());
        }
    }

    fn attach(&mut self, data: &[u8]) -> Result<(), DecodeError> {
        let number = self.attachments.len();
        if number == self.max_attachments {
            return Err(DecodeError("too many attachments"));
        }
        self.attachments.push(self.message.slice_ref(data));
        self.text.push_str("{\"_placeholder\":true,\"num\":");
        self.text.push_str(itoa::Buffer::new().format(number));
        self.text.push('}');
        Ok(())
    }

    /// A point in time; anything else is a pair of its type and its data, as notepack.io reads it.
    fn extension(&mut self, kind: i8, data: &[u8]) -> Result<(), DecodeError> {
        if kind == TIMESTAMP && matches!(data.len(), 4 | 8 | 12) {
            self.date(milliseconds(data));
            return Ok(());
        }
        self.text.push('[');
        self.text.push_str(itoa::Buffer::new().format(kind));
        self.text.push(',');
        self.attach(data)?;
        self.text.push(']');
        Ok(())
    }

    fn date(&mut self, milliseconds: Option<i64>) {
        match milliseconds.and_then(iso::text) {
            Some(date) => self.string(&date),
            None => self.text.push_str("null"),
        }
    }
}

/// The milliseconds since 1970 in a timestamp of MessagePack, which has 4, 8 or 12 bytes.
fn milliseconds(data: &[u8]) -> Option<i64> {
    let number = |data: &[u8]| data.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let (seconds, nanoseconds) = match data.len() {
        4 => (i64::try_from(number(data)).ok()?, 0),
        // 30 bits and 34 bits.
        8 => (i64::try_from(number(data) & 0x3_ffff_ffff).ok()?, number(data) >> 34),
        _ => {
            let (nanoseconds, seconds) = data.split_first_chunk::<4>()?;
            (i64::from_be_bytes(seconds.try_into().ok()?), number(nanoseconds))
        }
    };
    seconds.checked_mul(1000)?.checked_add(i64::try_from(nanoseconds / 1_000_000).ok()?)
}

#[cfg(test)]
mod tests;
