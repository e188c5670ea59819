//! The parts of sequences, maps and structs on their way to the inner serializer: every value is wrapped, so
//! that bytes inside it are found; keys are not, because a key cannot be an attachment.

use serde::Serialize;
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};

use super::{Attached, Attachments};

/// A half-written sequence, map or struct.
pub(super) struct Compound<'a, C> {
    inner: C,
    attachments: &'a Attachments,
}

impl<'a, C> Compound<'a, C> {
    /// Wraps what the inner serializer began.
    pub(super) fn new(inner: C, attachments: &'a Attachments) -> Self {
        Self { inner, attachments }
    }
}

/// The traits whose parts have no names.
macro_rules! unnamed {
    ($($tr:ident::$method:ident)*) => {$(
        impl<C: $tr> $tr for Compound<'_, C> {
            type Ok = C::Ok;
            type Error = C::Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
                self.inner.$method(&Attached { value, attachments: self.attachments })
            }

            fn end(self) -> Result<C::Ok, C::Error> {
                self.inner.end()
            }
        }
    )*};
}

unnamed! {
    SerializeSeq::serialize_element
    SerializeTuple::serialize_element
    SerializeTupleStruct::serialize_field
    SerializeTupleVariant::serialize_field
}

/// The traits whose parts have names.
macro_rules! named {
    ($($tr:ident)*) => {$(
        impl<C: $tr> $tr for Compound<'_, C> {
            type Ok = C::Ok;
            type Error = C::Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), C::Error> {
                self.inner.serialize_field(key, &Attached { value, attachments: self.attachments })
            }

            fn skip_field(&mut self, key: &'static str) -> Result<(), C::Error> {
                self.inner.skip_field(key)
            }

            fn end(self) -> Result<C::Ok, C::Error> {
                self.inner.end()
            }
        }
    )*};
}

named! { SerializeStruct SerializeStructVariant }

impl<C: SerializeMap> SerializeMap for Compound<'_, C> {
    type Ok = C::Ok;
    type Error = C::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), C::Error> {
        self.inner.serialize_key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        self.inner.serialize_value(&Attached { value, attachments: self.attachments })
    }

    fn serialize_entry<K: Serialize + ?Sized, T: Serialize + ?Sized>(
        &mut self,
        key: &K,
        value: &T,
    ) -> Result<(), C::Error> {
        self.inner.serialize_entry(key, &Attached { value, attachments: self.attachments })
    }

    fn end(self) -> Result<C::Ok, C::Error> {
        self.inner.end()
    }
}
