//! What clients say: JSON strings, alone or in an array.

use std::fmt;

use bytestring::ByteString;
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::args::lenient::repair;

/// Why a body holds no messages. As text it is what the client is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadBody {
    /// There is nothing, or no array.
    NoMessages,
    /// It is no JSON.
    BrokenJson,
}

impl fmt::Display for BadBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoMessages => "Payload expected.",
            Self::BrokenJson => "Broken JSON encoding.",
        })
    }
}

impl std::error::Error for BadBody {}

/// The messages of a body: a JSON array of strings. Lone surrogates become U+FFFD; another value than a string is the
/// message that its JSON text is.
///
/// # Errors
/// When the body is empty, no JSON, or no array.
pub fn read_messages(body: &str) -> Result<Vec<ByteString>, BadBody> {
    if body.is_empty() {
        return Err(BadBody::NoMessages);
    }
    let body = repair(body);
    match serde_json::from_str::<Incoming>(&body) {
        Ok(Incoming::Many(messages)) => Ok(messages),
        Ok(Incoming::One(_) | Incoming::Other) => Err(BadBody::NoMessages),
        Err(_) => Err(BadBody::BrokenJson),
    }
}

/// The messages of a WebSocket's frame: a JSON string, or an array of such. An empty frame holds none.
///
/// # Errors
/// When it is no JSON, or neither.
pub fn read_frame(text: &str) -> Result<Vec<ByteString>, BadBody> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let text = repair(text);
    match serde_json::from_str::<Incoming>(&text) {
        Ok(Incoming::Many(messages)) => Ok(messages),
        Ok(Incoming::One(message)) => Ok(vec![message]),
        Ok(Incoming::Other) => Err(BadBody::NoMessages),
        Err(_) => Err(BadBody::BrokenJson),
    }
}

enum Incoming {
    One(ByteString),
    Many(Vec<ByteString>),
    Other,
}

impl<'de> Deserialize<'de> for Incoming {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IncomingVisitor)
    }
}

struct IncomingVisitor;

impl<'de> Visitor<'de> for IncomingVisitor {
    type Value = Incoming;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or an array of strings")
    }

    fn visit_str<E>(self, text: &str) -> Result<Incoming, E> {
        Ok(Incoming::One(text.into()))
    }

    fn visit_string<E>(self, text: String) -> Result<Incoming, E> {
        Ok(Incoming::One(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Incoming, A::Error> {
        let mut messages = Vec::new();
        while let Some(element) = array.next_element::<&RawValue>()? {
            let text = element.get();
            let message = match text.starts_with('"') {
                true => serde_json::from_str::<String>(text).map_err(serde::de::Error::custom)?,
                false => text.to_owned(),
            };
            messages.push(message.into());
        }
        Ok(Incoming::Many(messages))
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Incoming, A::Error> {
        while map.next_entry::<serde::de::IgnoredAny, serde::de::IgnoredAny>()?.is_some() {}
        Ok(Incoming::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Incoming, E> {
        Ok(Incoming::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Incoming, E> {
        Ok(Incoming::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Incoming, E> {
        Ok(Incoming::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Incoming, E> {
        Ok(Incoming::Other)
    }

    fn visit_unit<E>(self) -> Result<Incoming, E> {
        Ok(Incoming::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_an_array_of_messages() {
        assert_eq!(read_messages(r#"["a","\u00e9\n",""]"#).unwrap(), ["a", "é\n", ""]);
        assert_eq!(read_messages("[]").unwrap(), [""; 0]);
        assert_eq!(read_messages(r#"[1,{"a":[2]}]"#).unwrap(), ["1", r#"{"a":[2]}"#]);
    }

    #[test]
    fn a_body_that_is_no_array_is_refused_with_the_references_words() {
        for body in ["", "\"a\"", "1", "{}", "null", "true", "-1", "1.5"] {
            assert_eq!(read_messages(body), Err(BadBody::NoMessages), "{body}");
        }
        for body in ["[\"a", "[\"a\",]", "x", "[\"a\"]]", "[\"\u{1}\"]"] {
            assert_eq!(read_messages(body), Err(BadBody::BrokenJson), "{body}");
        }
        assert_eq!(BadBody::NoMessages.to_string(), "Payload expected.");
        assert_eq!(BadBody::BrokenJson.to_string(), "Broken JSON encoding.");
    }

    #[test]
    fn half_of_an_emoji_does_not_cost_the_session() {
        assert_eq!(read_messages(r#"["cut \ud83d"]"#).unwrap(), ["cut \u{fffd}"]);
        assert_eq!(read_frame(r#""cut \ud83d""#).unwrap(), ["cut \u{fffd}"]);
    }

    #[test]
    fn a_frame_is_a_message_or_an_array_of_them_and_may_be_empty() {
        assert_eq!(read_frame("").unwrap(), [""; 0]);
        assert_eq!(read_frame("[]").unwrap(), [""; 0]);
        assert_eq!(read_frame(r#""a""#).unwrap(), ["a"]);
        assert_eq!(read_frame(r#"["a","b"]"#).unwrap(), ["a", "b"]);
        assert!(read_frame("[\"x\"").is_err());
        assert!(read_frame("7").is_err());
    }
}
