//! Placeholders on their way in: an object becomes the bytes it stands for.

use std::fmt;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::Value;

use super::Context;

/// The key that makes an object a placeholder.
pub(super) const MARK: &str = "_placeholder";

/// An object which may be a placeholder: of any other, both fields are `null`.
///
/// Both are read as they are, so that an object with one of these keys but another meaning is told apart
/// from a placeholder with a bad number.
#[derive(Deserialize)]
struct Placeholder {
    #[serde(default, rename = "_placeholder")]
    mark: Value,
    #[serde(default)]
    num: Value,
}

/// Reads an object to its end and gives the attachment it stands for; `None` when it is no placeholder.
///
/// # Errors
/// When it is a placeholder whose number is not that of an attachment.
pub(super) fn read<'de, 'a, A: MapAccess<'de>>(
    object: A,
    attachments: &'a [Bytes],
) -> Result<Option<&'a Bytes>, A::Error> {
    let placeholder = Placeholder::deserialize(MapAccessDeserializer::new(object))?;
    if placeholder.mark != Value::Bool(true) {
        return Ok(None);
    }
    let number = placeholder.num.as_u64().and_then(|number| usize::try_from(number).ok());
    match number.and_then(|number| attachments.get(number)) {
        Some(attachment) => Ok(Some(attachment)),
        None => Err(A::Error::custom(format_args!(
            "a placeholder has the number {}, but {} attachments came with it",
            placeholder.num,
            attachments.len()
        ))),
    }
}

/// Whether a type asked for bytes that it may keep.
#[derive(Clone, Copy)]
pub(super) enum Ownership {
    Borrowed,
    Owned,
}

/// The visitor of a type that asked for bytes: takes a placeholder, and anything serde_json would take.
pub(super) struct Binary<'a, V> {
    pub(super) inner: V,
    pub(super) context: &'a Context<'a>,
    pub(super) ownership: Ownership,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Binary<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<V::Value, A::Error> {
        let Some(attachment) = read(object, self.context.attachments)? else {
            return Err(A::Error::invalid_type(Unexpected::Map, &self.inner));
        };
        // Either way an attachment is copied once: a visitor that owns copies what it is lent, and one that
        // does not own has no use for a copy.
        match self.ownership {
            Ownership::Borrowed => self.inner.visit_bytes(attachment),
            Ownership::Owned => self.inner.visit_byte_buf(attachment.to_vec()),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, numbers: A) -> Result<V::Value, A::Error> {
        self.inner.visit_seq(numbers)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<V::Value, E> {
        self.inner.visit_bytes(text.as_bytes())
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<V::Value, E> {
        self.inner.visit_borrowed_bytes(text.as_bytes())
    }
}
