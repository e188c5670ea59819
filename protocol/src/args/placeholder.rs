//! The check that text refers only to attachments which came with it, made before the text is passed on.
//!
//! A client can write `{"_placeholder":true,"num":7}` without sending eight attachments. The reference's
//! decoder throws on it and closes the connection, so a server that relayed it would let one client disconnect
//! the others.

use std::fmt;

use super::tokens::Tokens;

/// The longest that `"_placeholder"` can be in JSON, with each of its letters escaped as `\u005f`.
const LONGEST_KEY: usize = 12 * 6 + 2;

/// Checks that each object with `"_placeholder":true` has a `num` which is an integer from 0 to
/// `attachments` - 1. `elements` is the inside of a valid JSON array; for any other text the result means
/// nothing, but there is one.
///
/// Takes linear time, no call stack however deep the text is nested, and one byte of heap per open bracket.
/// As in JavaScript, the last of several equal keys counts, other keys do not matter, and a key may be written
/// with escapes.
///
/// # Errors
/// When a placeholder has no such `num`.
pub fn check(elements: &str, attachments: usize) -> Result<(), PlaceholderError> {
    if !may_have_any(elements) {
        return Ok(());
    }
    let mut scan = Scan { attachments, ..Scan::default() };
    for (first, token) in Tokens::of(elements) {
        scan.token(first, token)?;
    }
    Ok(())
}

/// Whether there can be a placeholder at all. Most text has none; a key spelled with escapes needs `\u`.
pub(super) fn may_have_any(elements: &str) -> bool {
    elements.contains("_placeholder") || elements.contains("\\u")
}

/// A placeholder refers to an attachment that did not come with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceholderError {
    attachments: usize,
}

impl fmt::Display for PlaceholderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a binary placeholder refers to an attachment that does not exist: with {} attachments, its \
             \"num\" must be an integer below {}; a plain object must not have the key \"_placeholder\"",
            self.attachments, self.attachments
        )
    }
}

impl std::error::Error for PlaceholderError {}

/// What a key makes of the value after it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Key {
    #[default]
    Other,
    Placeholder,
    Num,
}

/// An open bracket: one byte, because hostile text may be nothing but brackets.
#[derive(Clone, Copy)]
struct Frame(u8);

impl Frame {
    const ARRAY: Self = Self(0);
    const OBJECT: Self = Self(1);
    const PLACEHOLDER: u8 = 2;
    const NUM: u8 = 4;

    fn is_object(self) -> bool {
        self.0 & Self::OBJECT.0 != 0
    }

    fn set(&mut self, bit: u8, on: bool) {
        self.0 = if on { self.0 | bit } else { self.0 & !bit };
    }

    /// Whether this is a placeholder without a good number.
    fn is_illegal(self) -> bool {
        self.0 & (Self::PLACEHOLDER | Self::NUM) == Self::PLACEHOLDER
    }
}

/// The state between two tokens.
#[derive(Default)]
struct Scan {
    attachments: usize,
    frames: Vec<Frame>,
    /// Whether the next string is a key.
    key_next: bool,
    /// The last key, until its value has been seen.
    key: Key,
}

impl Scan {
    /// Takes one token, which begins with `first`.
    fn token(&mut self, first: u8, token: &str) -> Result<(), PlaceholderError> {
        match first {
            b' ' | b'\n' | b'\r' | b'\t' | b':' => {}
            b',' => {
                self.key_next = self.frames.last().is_some_and(|frame| frame.is_object());
                self.key = Key::Other;
            }
            b'{' | b'[' => {
                self.value("");
                self.frames.push(if first == b'{' { Frame::OBJECT } else { Frame::ARRAY });
                self.key_next = first == b'{';
            }
            b'}' | b']' => {
                self.key_next = false;
                self.key = Key::Other;
                if self.frames.pop().is_some_and(Frame::is_illegal) {
                    return Err(PlaceholderError { attachments: self.attachments });
                }
            }
            b'"' if self.key_next => {
                self.key_next = false;
                self.key = key(token);
            }
            _ => self.value(token),
        }
        Ok(())
    }

    /// Takes the value of the current key; an object or an array is an empty text, since neither can be what
    /// a placeholder needs.
    fn value(&mut self, value: &str) {
        let key = std::mem::take(&mut self.key);
        let Some(frame) = self.frames.last_mut() else { return };
        match key {
            Key::Other => {}
            Key::Placeholder => frame.set(Frame::PLACEHOLDER, value == "true"),
            Key::Num => {
                let good = value.parse().is_ok_and(|number: usize| number < self.attachments);
                frame.set(Frame::NUM, good);
            }
        }
    }
}

/// Which key a string literal is.
pub(crate) fn key(literal: &str) -> Key {
    if literal.len() > LONGEST_KEY {
        return Key::Other;
    }
    if literal.contains('\\') {
        return match serde_json::from_str::<String>(literal).as_deref() {
            Ok("_placeholder") => Key::Placeholder,
            Ok("num") => Key::Num,
            _ => Key::Other,
        };
    }
    match literal {
        "\"_placeholder\"" => Key::Placeholder,
        "\"num\"" => Key::Num,
        _ => Key::Other,
    }
}

#[cfg(test)]
mod tests;
