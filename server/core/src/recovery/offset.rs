//! The names that a client has for its session and for its place in the log.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::id::ConnectionId;

/// The secret id of a session: whoever has it can become that socket. It is never logged.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Pid(Box<str>);

impl Pid {
    /// A new one, as secret as the id of a connection.
    pub(crate) fn random() -> Self {
        Self(ConnectionId::random().expose().into())
    }

    /// The id as text, for the client it belongs to and nobody else.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pid(…)")
    }
}

/// Tells the log of a namespace from one that was there before it: a client may still name a place in that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Epoch([u8; 3]);

impl Epoch {
    pub(crate) fn random() -> Self {
        let [a, b, c, ..] = uuid::Uuid::new_v4().into_bytes();
        Self([a, b, c])
    }

    /// A place in this log, as clients know it.
    pub(crate) fn offset(self, position: u64) -> String {
        format!("{}.{position:x}", URL_SAFE_NO_PAD.encode(self.0))
    }

    /// The place that a client has named: `Ok(None)` if it is in another log, an error if it is none at all.
    pub(crate) fn read(self, offset: &str) -> Result<Option<u64>, Unreadable> {
        let (epoch, position) = offset.split_once('.').ok_or(Unreadable)?;
        let position = u64::from_str_radix(position, 16).map_err(|_| Unreadable)?;
        Ok((epoch == URL_SAFE_NO_PAD.encode(self.0)).then_some(position))
    }
}

/// Text that is no offset of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// What a client says of its session, among the members of its auth payload.
#[derive(Debug, Deserialize)]
pub(crate) struct Claimed {
    pub(crate) pid: Pid,
    /// Missing when it has received no event yet.
    #[serde(default)]
    pub(crate) offset: Option<String>,
}

impl Claimed {
    /// What the payload of a CONNECT says; `None` when it names no session.
    pub(crate) fn read(auth: Option<&str>) -> Option<Self> {
        serde_json::from_str(auth?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_read_again() {
        let epoch = Epoch([0, 1, 0xff]);
        assert_eq!(epoch.offset(0x1f), "AAH_.1f");
        assert_eq!(epoch.read("AAH_.1f"), Ok(Some(0x1f)));
    }

    #[test]
    fn an_offset_of_another_log_is_no_place_in_this_one() {
        assert_eq!(Epoch([0, 1, 2]).read(&Epoch([0, 1, 3]).offset(7)), Ok(None));
    }

    #[test]
    fn other_text_is_no_offset() {
        for text in ["", ".", "x", "AAEC.", "AAEC.g", "AAEC.-1", "AAEC.1ffffffffffffffff"] {
            assert_eq!(Epoch([0, 1, 2]).read(text), Err(Unreadable), "{text}");
        }
    }

    #[test]
    fn a_session_is_claimed_by_text_with_or_without_an_offset() {
        let claimed = Claimed::read(Some(r#"{"token":1,"pid":"p","offset":"o"}"#)).unwrap();
        assert_eq!((claimed.pid.expose(), claimed.offset.as_deref()), ("p", Some("o")));
        assert!(Claimed::read(Some(r#"{"pid":"p"}"#)).unwrap().offset.is_none());
        for auth in [None, Some("{}"), Some(r#"{"pid":1}"#), Some(r#"{"pid":"p","offset":1}"#)] {
            assert!(Claimed::read(auth).is_none(), "{auth:?}");
        }
    }
}
