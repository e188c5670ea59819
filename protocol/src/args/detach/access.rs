//! The inner levels: a wrapper around each thing serde passes along while it reads a value, so that every
//! type at any depth can be given attachments.

use std::fmt;

use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer, MapAccess, SeqAccess, VariantAccess,
    Visitor,
};

use super::attachment::{self, Binary, MARK, Ownership};
use super::{Context, Untyped};

/// A deserializer, or something that leads to one, which gives attachments for placeholders and leaves
/// everything else to `inner`.
pub(super) struct Detaching<'a, T> {
    inner: T,
    context: &'a Context<'a>,
}

impl<'a, T> Detaching<'a, T> {
    /// Wraps `inner`.
    pub(super) fn new(inner: T, context: &'a Context<'a>) -> Self {
        Self { inner, context }
    }

    /// Wraps a visitor which may be shown values that have others inside.
    fn receiver<V>(&self, visitor: V) -> Receiver<'a, V> {
        Receiver { inner: visitor, context: self.context, untyped: false }
    }
}

/// Methods for values that have no others inside.
macro_rules! forward {
    ($($method:ident($($name:ident: $ty:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $ty,)* visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method($($name,)* visitor)
        }
    )*};
}

/// Methods for values that can have others inside.
macro_rules! wrap {
    ($($method:ident($($name:ident: $ty:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $ty,)* visitor: V) -> Result<V::Value, D::Error> {
            let visitor = self.receiver(visitor);
            self.inner.$method($($name,)* visitor)
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Detaching<'_, D> {
    type Error = D::Error;

    forward! {
        deserialize_bool()
        deserialize_i8()
        deserialize_i16()
        deserialize_i32()
        deserialize_i64()
        deserialize_i128()
        deserialize_u8()
        deserialize_u16()
        deserialize_u32()
        deserialize_u64()
        deserialize_u128()
        deserialize_f32()
        deserialize_f64()
        deserialize_char()
        deserialize_str()
        deserialize_string()
        deserialize_unit()
        deserialize_unit_struct(name: &'static str)
        deserialize_identifier()
        deserialize_ignored_any()
    }

    wrap! {
        deserialize_option()
        // `RawValue` comes this way, by its private name: passing the name on is all it needs.
        deserialize_newtype_struct(name: &'static str)
        deserialize_seq()
        deserialize_tuple(len: usize)
        deserialize_tuple_struct(name: &'static str, len: usize)
        deserialize_map()
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let untyped = self.context.untyped == Untyped::Bytes;
        self.inner.deserialize_any(Receiver { inner: visitor, context: self.context, untyped })
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let ownership = Ownership::Borrowed;
        self.inner.deserialize_any(Binary { inner: visitor, context: self.context, ownership })
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let ownership = Ownership::Owned;
        self.inner.deserialize_any(Binary { inner: visitor, context: self.context, ownership })
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Detaching<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.inner.deserialize(Detaching::new(deserializer, self.context))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Detaching<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.inner.next_element_seed(Detaching::new(seed, self.context))
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, 'a, A: EnumAccess<'de>> EnumAccess<'de> for Detaching<'a, A> {
    type Error = A::Error;
    type Variant = Detaching<'a, A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error> {
        let (name, variant) = self.inner.variant_seed(seed)?;
        Ok((name, Detaching::new(variant, self.context)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Detaching<'_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.newtype_variant_seed(Detaching::new(seed, self.context))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        let visitor = self.receiver(visitor);
        self.inner.tuple_variant(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let visitor = self.receiver(visitor);
        self.inner.struct_variant(fields, visitor)
    }
}

/// The entries of an object. Keys are not wrapped, because a key cannot be an attachment.
struct Entries<'a, A> {
    inner: A,
    context: &'a Context<'a>,
    /// The first key, when it was read to see whether the object is a placeholder.
    first: Option<String>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Entries<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        match self.first.take() {
            Some(first) => {
                let key: StringDeserializer<A::Error> = first.into_deserializer();
                seed.deserialize(key).map(Some)
            }
            None => self.inner.next_key_seed(seed),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(Detaching::new(seed, self.context))
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

/// A visitor which passes wrapped values on to `inner`.
struct Receiver<'a, V> {
    inner: V,
    context: &'a Context<'a>,
    /// Whether an object that is a placeholder is shown as bytes.
    untyped: bool,
}

impl<V> Receiver<'_, V> {
    /// Shows `inner` the attachment of an object whose first key makes it a placeholder.
    fn untyped_bytes<'de, A: MapAccess<'de>>(self, object: Entries<'_, A>) -> Result<V::Value, A::Error>
    where
        V: Visitor<'de>,
    {
        let attachment = attachment::read(object, self.context.attachments)?;
        // Whatever comes of it, another attempt may do better: with objects that are no placeholders in
        // spite of their key, with types that refuse bytes now, and with those that keep them and then find
        // no use for them.
        self.context.again.set(true);
        let Some(attachment) = attachment else {
            self.context.refused.set(true);
            return Err(A::Error::custom("not a placeholder"));
        };
        self.inner.visit_byte_buf(attachment.to_vec()).inspect_err(|_| self.context.refused.set(true))
    }
}

/// Methods for values that have no others inside.
macro_rules! show {
    ($($method:ident($ty:ty))*) => {$(
        fn $method<E: Error>(self, value: $ty) -> Result<V::Value, E> {
            self.inner.$method(value)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Receiver<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    show! {
        visit_bool(bool)
        visit_i8(i8)
        visit_i16(i16)
        visit_i32(i32)
        visit_i64(i64)
        visit_i128(i128)
        visit_u8(u8)
        visit_u16(u16)
        visit_u32(u32)
        visit_u64(u64)
        visit_u128(u128)
        visit_f32(f32)
        visit_f64(f64)
        visit_char(char)
        visit_str(&str)
        visit_borrowed_str(&'de str)
        visit_string(String)
        visit_bytes(&[u8])
        visit_borrowed_bytes(&'de [u8])
        visit_byte_buf(Vec<u8>)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.inner.visit_some(Detaching::new(deserializer, self.context))
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.inner.visit_newtype_struct(Detaching::new(deserializer, self.context))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<V::Value, A::Error> {
        self.inner.visit_seq(Detaching::new(elements, self.context))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut inner: A) -> Result<V::Value, A::Error> {
        let context = self.context;
        if !self.untyped {
            return self.inner.visit_map(Entries { inner, context, first: None });
        }
        let first: Option<String> = inner.next_key()?;
        let is_placeholder = first.as_deref() == Some(MARK);
        let entries = Entries { inner, context, first };
        if is_placeholder { self.untyped_bytes(entries) } else { self.inner.visit_map(entries) }
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<V::Value, A::Error> {
        self.inner.visit_enum(Detaching::new(data, self.context))
    }
}
