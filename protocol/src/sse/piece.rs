//! What goes through the outbox, and what becomes of it in the stream of one client.

use std::fmt::Write as _;

use crate::wire::{TextFrame, Unit, WireFrame};

/// A step of a stream, before it is a client's own. In a frame, a letter says which of these it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// The client has been let in. Where it can be recovered, this is the secret id of its session.
    Opened(Option<&'a str>),
    /// The client may not come in: why, as JSON.
    Refused(&'a str),
    /// An event: its place in the log, where there is one, and its lines.
    Event {
        /// The place in the log of the namespace.
        offset: Option<&'a str>,
        /// The lines of the event, all but its id, and the empty one at the end.
        lines: &'a str,
    },
    /// Nothing but a sign that the server is there.
    KeepAlive,
}

const OPENED: u8 = b'o';
const REFUSED: u8 = b'r';
const EVENT: u8 = b'e';
const KEEP_ALIVE: u8 = b'k';

impl<'a> Piece<'a> {
    /// The piece as it lies in the outbox.
    pub fn unit(self) -> Unit {
        let (kind, head, rest) = match self {
            Self::Opened(session) => (OPENED, session, ""),
            Self::Refused(why) => (REFUSED, None, why),
            Self::Event { offset, lines } => (EVENT, offset, lines),
            Self::KeepAlive => (KEEP_ALIVE, None, ""),
        };
        let head = head.unwrap_or_default();
        let mut frame = TextFrame::with_capacity(head.len() + rest.len() + 2);
        frame.push(kind);
        frame.push_str(head);
        frame.push(b'\n');
        frame.push_str(rest);
        Unit::One(frame.finish())
    }

    /// The piece that lies in a frame's payload; `None` when it is none.
    pub fn read(payload: &'a [u8]) -> Option<Self> {
        let (kind, text) = payload.split_first()?;
        let (head, rest) = std::str::from_utf8(text).ok()?.split_once('\n')?;
        let head = Some(head).filter(|head| !head.is_empty());
        match *kind {
            OPENED => Some(Self::Opened(head)),
            REFUSED => Some(Self::Refused(rest)),
            EVENT => Some(Self::Event { offset: head, lines: rest }),
            KEEP_ALIVE => Some(Self::KeepAlive),
            _ => None,
        }
    }

    /// The piece that lies in a frame.
    pub fn with<T>(frame: &WireFrame, look: impl FnOnce(Piece<'_>) -> T) -> Option<T> {
        Piece::read(&frame.payload()).map(look)
    }
}

/// How the events of one client's stream are called.
///
/// Where sessions are recovered, by the session's secret id and the place in the log: with the last one of these a client
/// says all that is needed to go on there. Otherwise they are counted, so that the program can tell how far the stream
/// before this one has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ids {
    /// By the session with this secret id.
    Session(Box<str>),
    /// By their number; this is the last one's.
    Count(u64),
}

impl Ids {
    /// Those of a client that has come with this `Last-Event-ID`.
    pub fn after(last: Option<&str>) -> Self {
        match last.and_then(Self::split) {
            Some((session, _)) => Self::Session(session.into()),
            None => Self::Count(0),
        }
    }

    /// What a client claims with its `Last-Event-ID`, in the form in which others say it in their CONNECT.
    pub fn claim(last: &str) -> Option<String> {
        let (session, offset) = Self::split(last)?;
        let claim = match offset {
            "" => serde_json::json!({ "pid": session }),
            offset => serde_json::json!({ "pid": session, "offset": offset }),
        };
        Some(claim.to_string())
    }

    /// The session and the place in the log, which is empty where the client has had no event.
    fn split(last: &str) -> Option<(&str, &str)> {
        last.split_once('.').filter(|(session, _)| !session.is_empty())
    }

    /// Writes a piece as it stands in the stream.
    pub fn write(&mut self, piece: Piece<'_>, into: &mut String) {
        // Writing to a string cannot fail.
        match (piece, self) {
            (Piece::Opened(Some(session)), ids) => {
                _ = write!(into, "id: {session}.\r\n\r\n");
                *ids = Self::Session(session.into());
            }
            (Piece::Opened(None), ids) => *ids = Self::Count(0),
            (Piece::Event { offset, lines }, Self::Session(session)) => {
                if let Some(offset) = offset {
                    _ = write!(into, "id: {session}.{offset}\r\n");
                }
                into.push_str(lines);
            }
            (Piece::Event { lines, .. }, Self::Count(number)) => {
                *number += 1;
                _ = write!(into, "id: {number}\r\n{lines}");
            }
            (Piece::KeepAlive, _) => into.push_str(":\r\n\r\n"),
            (Piece::Refused(_), _) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: Piece<'_> = Piece::Event { offset: Some("AAH_.1f"), lines: "data: x\r\n\r\n" };

    fn written(ids: &mut Ids, pieces: &[Piece<'_>]) -> String {
        let mut stream = String::new();
        pieces.iter().for_each(|piece| ids.write(*piece, &mut stream));
        stream
    }

    #[test]
    fn a_piece_is_read_again() {
        for piece in [
            Piece::Opened(None),
            Piece::Opened(Some("secret")),
            Piece::Refused(r#"{"message":"no\n"}"#),
            EVENT,
            Piece::Event { offset: None, lines: "data: a\r\ndata: b\r\n\r\n" },
            Piece::KeepAlive,
        ] {
            let unit = piece.unit();
            assert_eq!(Piece::with(&unit.frames()[0], |read| assert_eq!(read, piece)), Some(()));
        }
        for garbage in [&b""[..], b"e", b"x\n", b"e\xff\n"] {
            assert_eq!(Piece::read(garbage), None);
        }
    }

    #[test]
    fn where_sessions_are_recovered_an_id_says_which_one_and_where() {
        let mut ids = Ids::after(None);
        let pieces = [Piece::Opened(Some("secret")), EVENT, Piece::KeepAlive];
        let stream = written(&mut ids, &pieces);
        assert_eq!(stream, "id: secret.\r\n\r\nid: secret.AAH_.1f\r\ndata: x\r\n\r\n:\r\n\r\n");
    }

    #[test]
    fn elsewhere_events_are_counted() {
        let event = Piece::Event { offset: None, lines: "data: x\r\n\r\n" };
        let stream = written(&mut Ids::after(Some("17")), &[Piece::Opened(None), event, event]);
        assert_eq!(stream, "id: 1\r\ndata: x\r\n\r\nid: 2\r\ndata: x\r\n\r\n");
    }

    #[test]
    fn what_was_missed_is_called_as_before() {
        let stream = written(&mut Ids::after(Some("secret.AAH_.1e")), &[EVENT]);
        assert_eq!(stream, "id: secret.AAH_.1f\r\ndata: x\r\n\r\n");
    }

    #[test]
    fn a_client_claims_a_session_by_the_last_id_that_it_has() {
        assert_eq!(Ids::claim("secret.AAH_.1f").unwrap(), r#"{"offset":"AAH_.1f","pid":"secret"}"#);
        assert_eq!(Ids::claim("secret.").unwrap(), r#"{"pid":"secret"}"#);
        for other in ["", "17", ".", ".x"] {
            assert_eq!(Ids::claim(other), None, "{other}");
        }
    }
}
