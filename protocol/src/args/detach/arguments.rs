//! The outermost level: which arguments a type is read from.

use serde::de::{DeserializeSeed, Deserializer, Error as _, Expected, IgnoredAny, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Error;
use serde_json::de::StrRead;

use super::access::Detaching;
use super::{Context, Problem};

/// JSON's whitespace.
const WHITESPACE: [char; 4] = [' ', '\n', '\r', '\t'];

/// The arguments that have not been read yet.
///
/// Each is parsed by a deserializer of its own, which says how far it got: so the text needs no brackets
/// around it, and a copy of it is not made.
pub(super) struct Elements<'de> {
    rest: &'de str,
    /// How many have been read.
    read: usize,
}

impl<'de> Elements<'de> {
    /// The elements of `text`, which are separated by commas.
    pub(super) fn new(text: &'de str) -> Self {
        Self { rest: text.trim_start_matches(WHITESPACE), read: 0 }
    }

    /// Begins the next argument, if there is one.
    fn open(&mut self) -> Option<serde_json::Deserializer<StrRead<'de>>> {
        (!self.rest.is_empty()).then(|| serde_json::Deserializer::from_str(self.rest))
    }

    /// Ends an argument, after it was read from `json`.
    fn close(&mut self, json: serde_json::Deserializer<StrRead<'de>>) -> Result<(), Error> {
        let length = json.into_iter::<IgnoredAny>().byte_offset();
        let after = self.rest.get(length..).unwrap_or_default().trim_start_matches(WHITESPACE);
        self.rest = match after.strip_prefix(',') {
            Some(next) => next.trim_start_matches(WHITESPACE),
            None if after.is_empty() => after,
            None => return Err(Error::custom("expected a comma after it")),
        };
        self.read += 1;
        Ok(())
    }
}

/// The deserializer which a type is given for all arguments.
pub(super) struct Arguments<'de, 'a> {
    elements: Elements<'de>,
    /// How many the type has asked for; more than were read when some were missing.
    asked: usize,
    context: &'a Context<'a>,
}

impl<'de, 'a> Arguments<'de, 'a> {
    /// All of `elements`.
    pub(super) fn new(elements: Elements<'de>, context: &'a Context<'a>) -> Self {
        Self { elements, asked: 0, context }
    }

    /// Reads the first argument, whatever `seed` asks for.
    pub(super) fn first<S: DeserializeSeed<'de>>(mut self, seed: S) -> Result<S::Value, Error> {
        self.next(seed)
    }

    /// Reads the next argument, also when it is not there: an `Option` is `None` then.
    fn next<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let number = self.asked.saturating_add(1);
        self.asked = number;
        let Some(mut json) = self.elements.open() else {
            self.context.problem.set(Problem::Missing { number, came: self.elements.read });
            let value = seed.deserialize(Missing)?;
            self.context.problem.set(Problem::Whole);
            return Ok(value);
        };
        self.context.problem.set(Problem::Argument { number });
        let value = seed.deserialize(Detaching::new(&mut json, self.context))?;
        self.elements.close(json)?;
        self.context.problem.set(Problem::Whole);
        Ok(value)
    }
}

/// Methods for types that are read from the first argument.
macro_rules! first {
    ($($method:ident($($name:ident: $ty:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(mut self, $($name: $ty,)* visitor: V) -> Result<V::Value, Error> {
            match self.elements.open() {
                Some(mut json) => {
                    self.context.problem.set(Problem::Argument { number: 1 });
                    Detaching::new(&mut json, self.context).$method($($name,)* visitor)
                }
                None => {
                    self.context.problem.set(Problem::Missing { number: 1, came: 0 });
                    Missing.$method($($name,)* visitor)
                }
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Arguments<'de, '_> {
    type Error = Error;

    first! {
        deserialize_any()
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
        deserialize_bytes()
        deserialize_byte_buf()
        deserialize_option()
        deserialize_newtype_struct(name: &'static str)
        deserialize_map()
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
        deserialize_identifier()
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(List { arguments: self, needed: 0 })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(List { arguments: self, needed: len })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_seq(List { arguments: self, needed: len })
    }
}

/// The arguments as a sequence.
struct List<'de, 'a> {
    arguments: Arguments<'de, 'a>,
    /// How many more there must be; a type that takes any number needs none.
    needed: usize,
}

impl<'de> SeqAccess<'de> for List<'de, '_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        if self.needed == 0 && self.arguments.elements.rest.is_empty() {
            return Ok(None);
        }
        self.needed = self.needed.saturating_sub(1);
        self.arguments.next(seed).map(Some)
    }
}

/// The deserializer of an argument that is not there: an `Option` is `None`, anything else an error. serde's
/// derive treats missing fields of structs in the same way.
struct Missing;

impl<'de> Deserializer<'de> for Missing {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let expected: &dyn Expected = &visitor;
        Err(Error::custom(format_args!("missing argument, expected {expected}")))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_none()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
