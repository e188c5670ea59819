//! Serialising: a value becomes JSON text, and every run of bytes inside it becomes an attachment.
//!
//! Whatever asks its serializer for `serialize_bytes` is binary: `bytes::Bytes`, `BytesMut`, and the types of
//! `serde_bytes`. A `Vec<u8>` asks for a sequence, so serde makes it an array of numbers; this module cannot
//! tell it from any other sequence.
//!
//! A `serde_json::Value` or a `RawValue` is written as it is, also when it looks like a placeholder: such a
//! value refers to the attachments of the same message, here as in the reference.

mod compound;

use std::cell::Cell;
use std::fmt;

use bytes::Bytes;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use compound::Compound;

/// How a value is laid out over the arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A sequence, a tuple or a tuple struct gives one argument per element, a unit none, and anything else
    /// is one argument. What counts is the first thing the value asks of its serializer, so a newtype struct
    /// around a tuple is one argument, and a `#[serde(transparent)]` one is the tuple's elements.
    Many,
    /// Always exactly one argument.
    One,
}

/// Serialises `value` to the inside of a JSON array, without its brackets, and the attachments which the
/// text's placeholders number from 0.
///
/// # Errors
/// When the value's own `Serialize` fails, or a map's key cannot be a string.
pub(super) fn serialize<T: Serialize + ?Sized>(
    value: &T,
    shape: Shape,
) -> Result<(String, Vec<Bytes>), SerializeError> {
    let attachments = Attachments::default();
    let layout = Cell::new(Layout::One);
    // The size serde_json starts with too: most messages fit, so most allocate their text once.
    let mut text = Vec::with_capacity(128);
    let mut json = serde_json::Serializer::new(&mut text);
    value.serialize(Attaching { inner: &mut json, attachments: &attachments, layout: Some(&layout) })?;
    match (shape, layout.get()) {
        (Shape::One, _) | (Shape::Many, Layout::One) => {}
        (Shape::Many, Layout::Nothing) => text.clear(),
        (Shape::Many, Layout::List) => {
            // The brackets. Moving the text down by one byte is cheaper than a second way of writing lists.
            text.pop();
            text.drain(..text.len().min(1));
        }
    }
    let text = String::from_utf8(text).map_err(serde::ser::Error::custom).map_err(SerializeError)?;
    let attachments = attachments.0.into_inner();
    // JSON that a client sent may look like a placeholder. Beside real attachments it would be taken for one,
    // and a bad one makes clients disconnect.
    if !attachments.is_empty() {
        super::check_placeholders(&text, attachments.len())
            .map_err(serde::ser::Error::custom)
            .map_err(SerializeError)?;
    }
    Ok((text, attachments))
}

/// A value could not become the arguments of an event.
#[derive(Debug)]
pub struct SerializeError(serde_json::Error);

impl fmt::Display for SerializeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the arguments cannot be written as JSON: {}; check their `Serialize` implementations, and that \
             maps have strings or numbers as keys",
            self.0
        )
    }
}

impl std::error::Error for SerializeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl From<serde_json::Error> for SerializeError {
    fn from(error: serde_json::Error) -> Self {
        Self(error)
    }
}

/// What the outermost value asked its serializer for.
#[derive(Clone, Copy)]
enum Layout {
    One,
    List,
    Nothing,
}

/// The attachments found so far. A `Cell`, since serde lends values out as `&self`.
#[derive(Default)]
struct Attachments(Cell<Vec<Bytes>>);

impl Attachments {
    /// Keeps a copy of `bytes` (serde only lends a slice) and gives its number.
    fn push(&self, bytes: &[u8]) -> usize {
        let mut all = self.0.take();
        let number = all.len();
        all.push(Bytes::copy_from_slice(bytes));
        self.0.set(all);
        number
    }
}

/// A value whose bytes, at any depth, are taken out as attachments.
struct Attached<'a, T: ?Sized> {
    value: &'a T,
    attachments: &'a Attachments,
}

impl<T: Serialize + ?Sized> Serialize for Attached<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(Attaching { inner: serializer, attachments: self.attachments, layout: None })
    }
}

/// A serializer which writes placeholders for bytes and leaves everything else to `inner`.
struct Attaching<'a, S> {
    inner: S,
    attachments: &'a Attachments,
    /// Where the outermost value's layout is noted; `None` further inside.
    layout: Option<&'a Cell<Layout>>,
}

impl<'a, S> Attaching<'a, S> {
    /// Notes the layout when this is the outermost value.
    fn note(&self, layout: Layout) {
        if let Some(outermost) = self.layout {
            outermost.set(layout);
        }
    }

    fn attached<'v, T: ?Sized>(&self, value: &'v T) -> Attached<'v, T>
    where
        'a: 'v,
    {
        Attached { value, attachments: self.attachments }
    }
}

/// Methods for values that cannot hold bytes.
macro_rules! forward {
    ($($method:ident($ty:ty))*) => {$(
        fn $method(self, value: $ty) -> Result<S::Ok, S::Error> {
            self.inner.$method(value)
        }
    )*};
}

impl<'a, S: Serializer> Serializer for Attaching<'a, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Compound<'a, S::SerializeSeq>;
    type SerializeTuple = Compound<'a, S::SerializeTuple>;
    type SerializeTupleStruct = Compound<'a, S::SerializeTupleStruct>;
    type SerializeTupleVariant = Compound<'a, S::SerializeTupleVariant>;
    type SerializeMap = Compound<'a, S::SerializeMap>;
    type SerializeStruct = Compound<'a, S::SerializeStruct>;
    type SerializeStructVariant = Compound<'a, S::SerializeStructVariant>;

    forward! {
        serialize_bool(bool)
        serialize_i8(i8)
        serialize_i16(i16)
        serialize_i32(i32)
        serialize_i64(i64)
        serialize_i128(i128)
        serialize_u8(u8)
        serialize_u16(u16)
        serialize_u32(u32)
        serialize_u64(u64)
        serialize_u128(u128)
        serialize_f32(f32)
        serialize_f64(f64)
        serialize_char(char)
        serialize_str(&str)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<S::Ok, S::Error> {
        let number = self.attachments.push(value);
        let mut placeholder = self.inner.serialize_struct("Placeholder", 2)?;
        placeholder.serialize_field("_placeholder", &true)?;
        placeholder.serialize_field("num", &number)?;
        placeholder.end()
    }

    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.inner.serialize_none()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        let value = self.attached(value);
        self.inner.serialize_some(&value)
    }

    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.note(Layout::Nothing);
        self.inner.serialize_unit()
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<S::Ok, S::Error> {
        self.note(Layout::Nothing);
        self.inner.serialize_unit_struct(name)
    }

    fn serialize_unit_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
    ) -> Result<S::Ok, S::Error> {
        self.inner.serialize_unit_variant(name, index, variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let value = self.attached(value);
        self.inner.serialize_newtype_struct(name, &value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let value = self.attached(value);
        self.inner.serialize_newtype_variant(name, index, variant, &value)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        self.note(Layout::List);
        Ok(Compound::new(self.inner.serialize_seq(len)?, self.attachments))
    }

    fn serialize_tuple(self, len: usize) -> Result<Self::SerializeTuple, S::Error> {
        self.note(Layout::List);
        Ok(Compound::new(self.inner.serialize_tuple(len)?, self.attachments))
    }

    fn serialize_tuple_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleStruct, S::Error> {
        self.note(Layout::List);
        Ok(Compound::new(self.inner.serialize_tuple_struct(name, len)?, self.attachments))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        let inner = self.inner.serialize_tuple_variant(name, index, variant, len)?;
        Ok(Compound::new(inner, self.attachments))
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        Ok(Compound::new(self.inner.serialize_map(len)?, self.attachments))
    }

    fn serialize_struct(self, name: &'static str, len: usize) -> Result<Self::SerializeStruct, S::Error> {
        // `RawValue` comes this way, by its private name: passing the name on is all it needs.
        Ok(Compound::new(self.inner.serialize_struct(name, len)?, self.attachments))
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        let inner = self.inner.serialize_struct_variant(name, index, variant, len)?;
        Ok(Compound::new(inner, self.attachments))
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.inner.collect_str(value)
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

#[cfg(test)]
mod tests;
