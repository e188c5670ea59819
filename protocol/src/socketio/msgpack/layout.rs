//! A first look at JSON text: how long its arrays and objects are, which MessagePack says before their content.

use super::MAX_DEPTH;
use crate::args::placeholder::{Key, key};
use crate::args::tokens::Tokens;

/// An array or an object, or binary data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    /// With so many values, or keys and values.
    Len(usize),
    /// A placeholder for the attachment with this number.
    Attachment(usize),
}

/// What was found in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// The number of values at the outermost level.
    pub(super) len: usize,
    /// In the order in which they begin.
    pub(super) containers: Vec<Container>,
}

/// A container whose end has not been reached.
#[derive(Default)]
struct Open {
    index: usize,
    is_object: bool,
    len: usize,
    /// Whether its `_placeholder` is true, and its `num`.
    is_placeholder: bool,
    number: Option<usize>,
    /// The last key, until its value has been seen.
    key: Key,
    /// Whether the next string is a key.
    key_next: bool,
}

impl Layout {
    /// Looks at the inside of a JSON array; `None` when it is nested deeper than clients can read.
    pub(super) fn of(elements: &str, attachments: usize) -> Option<Self> {
        let mut containers = Vec::new();
        let mut open = Vec::new();
        let mut last = Open::default();
        for (first, token) in Tokens::of(elements) {
            match first {
                b'{' | b'[' => {
                    if open.len() == MAX_DEPTH {
                        return None;
                    }
                    last.value("", 0);
                    let is_object = first == b'{';
                    let index = containers.len();
                    let inner = Open { index, is_object, key_next: is_object, ..Open::default() };
                    open.push(std::mem::replace(&mut last, inner));
                    containers.push(Container::Len(0));
                }
                b'}' | b']' => {
                    let Some(outer) = open.pop() else { continue };
                    let ended = std::mem::replace(&mut last, outer);
                    if let Some(container) = containers.get_mut(ended.index) {
                        *container = ended.into();
                    }
                }
                b',' => last.key_next = last.is_object,
                b'"' if last.key_next => {
                    last.key_next = false;
                    last.key = key(token);
                }
                b':' | b' ' | b'\n' | b'\r' | b'\t' => {}
                _ => last.value(token, attachments),
            }
        }
        Some(Self { len: last.len, containers })
    }
}

impl Open {
    /// Counts a value, and takes it where it belongs to a placeholder: as in JavaScript, the last of several equal
    /// keys counts.
    fn value(&mut self, value: &str, attachments: usize) {
        self.len += 1;
        match std::mem::take(&mut self.key) {
            Key::Other => {}
            Key::Placeholder => self.is_placeholder = value == "true",
            Key::Num => self.number = value.parse().ok().filter(|number| *number < attachments),
        }
    }
}

impl From<Open> for Container {
    fn from(open: Open) -> Self {
        match open.number.filter(|_| open.is_placeholder) {
            Some(number) => Self::Attachment(number),
            None => Self::Len(open.len),
        }
    }
}
