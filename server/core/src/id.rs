//! Ids: public ones of sockets, secret ones of connections. Two types, so that they cannot be mixed up.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const LEN: usize = 20;

/// The longest id that an application may make, in characters.
const MAX_LEN: usize = 128;

/// An id as text.
#[derive(Clone)]
enum Id {
    /// 20 characters of `A-Z a-z 0-9 - _`: 15 bytes from the operating system's random source. Every id of this shape
    /// is kept in this form.
    Random([u8; LEN]),
    /// Every other: made by the application, or of a connection's id and a namespace's name.
    Made(Arc<str>),
}

impl Id {
    fn random() -> Self {
        let mut bytes = [0; 15];
        if getrandom::fill(&mut bytes).is_err() {
            // Without the system's random source, uuid's generator is the same strength or ends the process;
            // ids are never taken from anything weaker.
            let (a, b) = (uuid::Uuid::new_v4(), uuid::Uuid::new_v4());
            for (to, from) in bytes.iter_mut().zip(a.as_bytes().iter().chain(b.as_bytes())) {
                *to = *from;
            }
        }
        let mut text = [b'-'; LEN];
        // 15 bytes are exactly 20 characters, so this cannot fail.
        let _ = URL_SAFE_NO_PAD.encode_slice(bytes, &mut text);
        Self::Random(text)
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Random(text) => std::str::from_utf8(text).unwrap_or_default(),
            Self::Made(text) => text,
        }
    }

    /// The id that is this text.
    fn of(text: &str) -> Self {
        Self::parse_random(text).unwrap_or_else(|| Self::Made(text.into()))
    }

    fn parse_random(text: &str) -> Option<Self> {
        let bytes: [u8; LEN] = text.as_bytes().try_into().ok()?;
        bytes.iter().all(is_allowed).then_some(Self::Random(bytes))
    }
}

fn is_allowed(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

// By the text, so that an id is found by it.

impl PartialEq for Id {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Id {}

impl Hash for Id {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl PartialOrd for Id {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Id {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

/// The public id of a socket: a client in one namespace. Other clients may see it. Cheap to clone.
///
/// It is random, but for clients of Engine.IO 3: theirs is made of the secret id of the connection, which is what these
/// clients take it to be.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(Id);

impl SocketId {
    pub(crate) fn random() -> Self {
        Self(Id::random())
    }

    /// The id in a namespace where it has to be made of the connection's.
    pub(crate) fn derived(connection: &str, namespace: &str) -> Self {
        match namespace {
            "/" => Self(Id::of(connection)),
            _ => Self(Id::Made(format!("{namespace}#{connection}").into())),
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Reads an id; `None` when the text does not have the shape of one: 20 characters of `A-Z a-z 0-9 - _`, for
    /// clients of Engine.IO 3 behind the name of a namespace and `#` where that is not the main one.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some((namespace, id)) = text.rsplit_once('#') {
            Id::parse_random(id)?;
            return namespace.starts_with('/').then(|| Self(Id::Made(text.into())));
        }
        Id::parse_random(text).map(Self)
    }

    /// Whether the id is no random one.
    pub(crate) fn is_made(&self) -> bool {
        matches!(self.0, Id::Made(_))
    }

    /// Whether a text can be a random id.
    pub(crate) fn is_shaped(text: &str) -> bool {
        text.len() == LEN && text.as_bytes().iter().all(is_allowed)
    }
}

impl fmt::Display for SocketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for SocketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SocketId({})", self.as_str())
    }
}

impl AsRef<str> for SocketId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for SocketId {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

/// The secret id of a connection: whoever has it can speak as that client. It is never logged. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ConnectionId(Id);

impl ConnectionId {
    /// A new id from the operating system's random source.
    pub fn random() -> Self {
        Self(Id::random())
    }

    /// The id as text, for the client it belongs to and nobody else.
    pub fn expose(&self) -> &str {
        self.0.as_str()
    }

    /// Reads an id; `None` when the text does not have the shape of one: 1 to 128 characters of
    /// `A-Z a-z 0-9 - _ . ~`, which need no escape in a query.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |byte: &u8| is_allowed(byte) || matches!(byte, b'.' | b'~');
        let is_id = (1..=MAX_LEN).contains(&text.len()) && text.as_bytes().iter().all(fits);
        is_id.then(|| Self(Id::of(text)))
    }
}

impl Borrow<str> for ConnectionId {
    fn borrow(&self) -> &str {
        self.expose()
    }
}

impl fmt::Debug for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConnectionId(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_twenty_url_safe_characters_and_differ() {
        let (a, b) = (SocketId::random(), SocketId::random());
        assert_ne!(a, b);
        assert_eq!(a.as_str().len(), 20);
        assert_eq!(SocketId::parse(a.as_str()), Some(a.clone()));
    }

    #[test]
    fn text_of_another_shape_is_no_id() {
        for text in
            ["", "__proto__", "aaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaa\u{e9}", "aaaaaaaaaaaaaaaaaaa."]
        {
            assert!(SocketId::parse(text).is_none(), "{text}");
        }
        for text in ["", "a b", "a/b", "a&b", "\u{e9}", "a\0", &"a".repeat(129)] {
            assert!(ConnectionId::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn an_id_made_of_the_connections_is_found_by_its_text() {
        let connection = ConnectionId::random();
        let [main, chat] = ["/", "/chat"].map(|nsp| SocketId::derived(connection.expose(), nsp));
        assert_eq!(main.as_str(), connection.expose());
        assert_eq!(chat.as_str(), format!("/chat#{}", connection.expose()));
        for id in [main, chat, SocketId::derived("made", "/"), SocketId::random()] {
            let known = std::collections::HashSet::from([id.clone()]);
            assert!(known.contains(id.as_str()), "{id}");
            assert_eq!(SocketId::parse(id.as_str()).is_some(), id.as_str() != "made");
        }
    }

    #[test]
    fn an_id_takes_no_more_room_than_its_text_and_a_word() {
        assert!(std::mem::size_of::<SocketId>() <= 24);
    }

    #[test]
    fn a_connection_id_does_not_show_in_logs() {
        let id = ConnectionId::random();
        assert!(!format!("{id:?}").contains(id.expose()));
    }
}
