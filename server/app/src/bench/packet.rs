//! The packets of Engine.IO 4 and Socket.IO 5 that a server sends, read where they lie.

use std::borrow::Cow;

/// A packet for one namespace.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Packet<'a> {
    /// The handshake of Engine.IO.
    Open,
    Ping,
    /// The connection ends.
    Close,
    /// The namespace let the client in.
    Connected(&'a str),
    /// The namespace did not.
    Refused(&'a str),
    /// The namespace put the client out.
    Left,
    /// An event: the array with its name.
    Event(&'a str),
    /// An acknowledgement: its id and the array.
    Ack(u64, &'a str),
    /// One that does not matter here.
    Other,
}

/// What an event says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event<'a> {
    Said {
        text: Cow<'a, str>,
        /// Where in the log of the server this was, when it keeps one for clients that come back.
        offset: Option<String>,
    },
    /// One that nobody asked for, such as a greeting.
    Other,
}

/// Reads a text.
pub(crate) fn read<'a>(text: &'a str, namespace: &str) -> Packet<'a> {
    let kind = match (text.as_bytes().first(), text.get(1..)) {
        (Some(b'4'), Some(rest)) => rest,
        (Some(b'2'), _) => return Packet::Ping,
        (Some(b'0'), _) => return Packet::Open,
        (Some(b'1'), _) => return Packet::Close,
        _ => return Packet::Other,
    };
    let (Some(digit), Some(rest)) = (kind.as_bytes().first(), kind.get(1..)) else { return Packet::Other };
    let (of, rest) =
        if rest.starts_with('/') { rest.split_once(',').unwrap_or((rest, "")) } else { ("/", rest) };
    // What stands behind a `?` is for the server.
    if of.split('?').next() != Some(namespace) {
        return Packet::Other;
    }
    match digit {
        b'0' => Packet::Connected(rest),
        b'1' => Packet::Left,
        b'2' => Packet::Event(rest.trim_start_matches(|c: char| c.is_ascii_digit())),
        b'3' => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (id, array) = rest.split_at(digits);
            id.parse().map_or(Packet::Other, |id| Packet::Ack(id, array))
        }
        b'4' => Packet::Refused(rest),
        _ => Packet::Other,
    }
}

/// Reads the array of an event.
pub(crate) fn event(array: &str) -> Event<'_> {
    if let Some(text) = array.strip_prefix("[\"said\",").and_then(plain) {
        return Event::Said { text: text.into(), offset: None };
    }
    let mut items: Vec<serde_json::Value> = serde_json::from_str(array).unwrap_or_default();
    if items.first().and_then(|name| name.as_str()) != Some("said") {
        return Event::Other;
    }
    let offset = items.get(2).and_then(|offset| offset.as_str()).map(str::to_owned);
    match items.get_mut(1).map(serde_json::Value::take) {
        Some(serde_json::Value::String(text)) => Event::Said { text: text.into(), offset },
        // Nobody says this: it is found out where it is compared with what was said.
        _ => Event::Said { text: array.into(), offset },
    }
}

/// The text of an array with one text in it; another array as it is.
pub(crate) fn only_text(array: &str) -> Cow<'_, str> {
    match array.strip_prefix('[').and_then(plain) {
        Some(text) => text.into(),
        None => serde_json::from_str::<(String,)>(array).map_or(array.into(), |(text,)| text.into()),
    }
}

/// A text without escapes that is the last of an array.
fn plain(rest: &str) -> Option<&str> {
    let text = rest.strip_prefix('"')?.strip_suffix("\"]")?;
    let bytes = text.as_bytes();
    (!bytes.contains(&b'"') && !bytes.contains(&b'\\')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_of_the_namespace_are_told_from_those_of_others() {
        assert_eq!(read("0{\"sid\":\"a\"}", "/"), Packet::Open);
        assert_eq!(
            (read("2", "/"), read("1", "/"), read("", "/")),
            (Packet::Ping, Packet::Close, Packet::Other)
        );
        assert_eq!(read("40{\"sid\":\"a\"}", "/"), Packet::Connected("{\"sid\":\"a\"}"));
        assert_eq!(read("40/a,{}", "/a"), Packet::Connected("{}"));
        assert_eq!(read("41/a,", "/a"), Packet::Left);
        assert_eq!(read("44/a,\"no\"", "/a"), Packet::Refused("\"no\""));
        assert_eq!(read("42/a,7[\"e\"]", "/a"), Packet::Event("[\"e\"]"));
        assert_eq!(read("43/a,7[1]", "/a"), Packet::Ack(7, "[1]"));
        assert_eq!(read("4312[\"x\"]", "/"), Packet::Ack(12, "[\"x\"]"));
        for other in ["42/b,[\"e\"]", "42/ab,[\"e\"]", "42[\"e\"]", "451-[]", "43/a,[1]", "4", "6", "é"] {
            assert_eq!(read(other, "/a"), Packet::Other, "{other}");
        }
    }

    #[test]
    fn what_was_said_is_read_with_and_without_an_offset() {
        let said = |text: &str, offset: Option<&str>| Event::Said {
            text: text.to_owned().into(),
            offset: offset.map(str::to_owned),
        };
        assert_eq!(event("[\"said\",\"abc\"]"), said("abc", None));
        assert_eq!(event("[\"said\",\"abc\",\"off\"]"), said("abc", Some("off")));
        assert_eq!(event("[\"said\", \"a\\u0062c\"]"), said("abc", None));
        assert_eq!(event("[\"said\",3]"), said("[\"said\",3]", None));
        assert_eq!(event("[\"hello\",\"abc\"]"), Event::Other);
        assert_eq!(event("[\"sai"), Event::Other);
    }

    #[test]
    fn an_answer_is_the_text_that_it_brings() {
        assert_eq!(only_text("[\"abc\"]"), "abc");
        assert_eq!(only_text("[\"a\\\"c\"]"), "a\"c");
        assert_eq!(only_text("[\"a\",\"b\"]"), "[\"a\",\"b\"]");
        assert_eq!(only_text("[]"), "[]");
    }
}
