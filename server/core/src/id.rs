//! Ids: public ones of sockets, secret ones of connections. Two types, so that they cannot be mixed up.

use std::borrow::Borrow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const LEN: usize = 20;

/// 20 characters of `A-Z a-z 0-9 - _`: 15 bytes from the operating system's random source.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Id([u8; LEN]);

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
        Self(text)
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; LEN] = text.as_bytes().try_into().ok()?;
        let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        bytes.iter().all(allowed).then_some(Self(bytes))
    }
}

/// The public id of a socket: a client in one namespace. Other clients may see it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(Id);

impl SocketId {
    pub(crate) fn random() -> Self {
        Self(Id::random())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Reads an id; `None` when the text does not have the shape of one.
    pub fn parse(text: &str) -> Option<Self> {
        Id::parse(text).map(Self)
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

/// The secret id of a connection: whoever has it can speak as that client. It is never logged.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
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

    /// Reads an id; `None` when the text does not have the shape of one.
    pub fn parse(text: &str) -> Option<Self> {
        Id::parse(text).map(Self)
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
        assert_eq!(SocketId::parse(a.as_str()), Some(a));
    }

    #[test]
    fn text_of_another_shape_is_no_id() {
        for text in
            ["", "__proto__", "aaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaa\u{e9}", "aaaaaaaaaaaaaaaaaaa."]
        {
            assert!(ConnectionId::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_connection_id_does_not_show_in_logs() {
        let id = ConnectionId::random();
        assert!(!format!("{id:?}").contains(id.expose()));
    }
}
