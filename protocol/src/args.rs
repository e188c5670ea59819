//! The arguments of an event or an acknowledgement, in the one form they have everywhere: raw JSON text and
//! binary attachments.
//!
//! A `bytes::Bytes` field anywhere in a value becomes an attachment when it is serialised ([`Args::new`]) and
//! is taken from the attachments again when it is deserialised ([`Args::parse`]).

mod attach;
mod detach;
pub(crate) mod lenient;
pub(crate) mod placeholder;
pub(crate) mod tokens;

use bytes::Bytes;
use bytestring::ByteString;
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

pub use attach::SerializeError;
pub use detach::DeserializeError;
pub use placeholder::{PlaceholderError, check as check_placeholders};

/// Arguments as they travel: the JSON text of an array, whose first elements (the event's name) may be
/// skipped, and the attachments its placeholders refer to.
///
/// Cloning is cheap: text and attachments are shared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Args {
    /// The array's elements, separated by commas, without the brackets. Empty for no arguments.
    elements: ByteString,
    attachments: Vec<Bytes>,
}

impl Args {
    /// Serialises `value` as arguments: a tuple or a sequence gives one argument per element, `()` none, and
    /// anything else is a single argument; so is a newtype struct, whatever it holds.
    ///
    /// # Errors
    /// When `value` cannot be JSON: its own `Serialize` failed, or a map has keys that are not strings.
    pub fn new<T: Serialize + ?Sized>(value: &T) -> Result<Self, SerializeError> {
        let (elements, attachments) = attach::serialize(value, attach::Shape::Many)?;
        Ok(Self { elements: elements.into(), attachments })
    }

    /// Serialises `value` as exactly one argument, also when it is a sequence.
    ///
    /// # Errors
    /// As [`Args::new`].
    pub fn single<T: Serialize + ?Sized>(value: &T) -> Result<Self, SerializeError> {
        let (elements, attachments) = attach::serialize(value, attach::Shape::One)?;
        Ok(Self { elements: elements.into(), attachments })
    }

    /// Arguments from text that is known to be the inside of a JSON array. Attachments to which nothing in the
    /// text refers are dropped.
    pub fn from_raw(elements: ByteString, mut attachments: Vec<Bytes>) -> Self {
        if !attachments.is_empty() && !placeholder::may_have_any(&elements) {
            attachments = Vec::new();
        }
        Self { elements, attachments }
    }

    /// The elements as JSON, separated by commas, without the array's brackets.
    pub fn elements(&self) -> &ByteString {
        &self.elements
    }

    /// The attachments, in the order of their placeholders' numbers.
    pub fn attachments(&self) -> &[Bytes] {
        &self.attachments
    }

    /// Whether there is no argument at all.
    pub fn is_empty(&self) -> bool {
        self.elements.trim_ascii().is_empty()
    }

    /// The first argument, and all that follow it; `None` when there is no argument. A part with a placeholder
    /// keeps all attachments, as placeholders keep their numbers.
    pub fn split_first(&self) -> Option<(Self, Self)> {
        let (first, rest) = self.elements.split_at_checked(self.end_of_first()?)?;
        let rest = rest.trim_ascii_start();
        let part =
            |text| Self { elements: self.elements.slice_ref(text), attachments: self.attachments.clone() };
        Some((part(first), part(rest.strip_prefix(',').unwrap_or(rest))))
    }

    /// Where the first argument ends.
    fn end_of_first(&self) -> Option<usize> {
        // The usual case: a string without escapes ends at the next quote.
        if let Some((inside, _)) = self.elements.strip_prefix('"').and_then(|rest| rest.split_once('"'))
            && !inside.contains('\\')
        {
            return Some(inside.len() + 2);
        }
        let mut values = serde_json::Deserializer::from_str(&self.elements).into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        Some(values.byte_offset())
    }

    /// Deserialises all arguments at once: a tuple takes one argument per element, and ignores arguments
    /// beyond its length as the reference does; `Vec<T>` takes them all, and `()` any. Arguments missing at
    /// the end of a tuple are `None` where it has an `Option`. Any other type is read from the first argument.
    ///
    /// A `serde_json::Value` cannot hold bytes: it shows a binary as `{"_placeholder":true,"num":0}`, and the
    /// bytes are in [`Args::attachments`]. An untagged enum cannot tell a binary that is UTF-8 from a string.
    ///
    /// Lone UTF-16 surrogates, which JavaScript sends when it cuts a string inside an emoji, are read as
    /// U+FFFD.
    ///
    /// # Errors
    /// When an argument is missing or has another shape; the message names what was expected.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, DeserializeError> {
        detach::deserialize(&self.elements, &self.attachments, detach::Shape::Many)
    }

    /// Deserialises the first argument and ignores the others.
    ///
    /// # Errors
    /// As [`Args::parse`].
    pub fn parse_first<T: DeserializeOwned>(&self) -> Result<T, DeserializeError> {
        detach::deserialize(&self.elements, &self.attachments, detach::Shape::First)
    }
}

#[cfg(test)]
mod tests;
