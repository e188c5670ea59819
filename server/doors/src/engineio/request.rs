//! What a request asks for, read from its query and headers.

use http::header::{CONTENT_TYPE, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use roomful_core::{ConnectionId, TransportKind};
use roomful_protocol::engineio::Refusal;

use crate::http::{Body, answer};
use crate::ws;

/// A request's question.
pub(super) struct Ask<'a> {
    pub(super) transport: Option<TransportKind>,
    pub(super) is_version_4: bool,
    /// To a WebSocket, by an upgrade (HTTP/1.1) or an extended CONNECT (HTTP/2).
    pub(super) wants_upgrade: bool,
    sid: Option<&'a str>,
}

/// Whom it is for.
pub(super) enum Target {
    /// A connection is to be opened.
    New,
    /// A session with this id, if there is one.
    Session(ConnectionId),
    /// An id that no session can have.
    Unknown,
}

impl<'a> Ask<'a> {
    pub(super) fn read(parts: &Parts, query: &'a [(String, String)]) -> Self {
        let value =
            |name: &str| query.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let kinds = [TransportKind::Polling, TransportKind::WebSocket];
        let transport =
            value("transport").and_then(|name| kinds.into_iter().find(|kind| kind.as_str() == name));
        Self {
            transport,
            is_version_4: value("EIO") == Some("4"),
            wants_upgrade: ws::is_asked_for(parts),
            sid: value("sid"),
        }
    }

    pub(super) fn target(&self) -> Target {
        match self.sid {
            None => Target::New,
            Some(sid) => ConnectionId::parse(sid).map_or(Target::Unknown, Target::Session),
        }
    }

    /// A refusal as the reference gives it: JSON, or plain words where a WebSocket was asked for.
    pub(super) fn refuse(&self, refusal: Refusal) -> Response<Body> {
        if self.wants_upgrade {
            return answer(StatusCode::BAD_REQUEST, "text/html", refusal.message());
        }
        let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
        answer(status, "application/json", refusal.body())
    }
}

/// Whether an `Origin` has characters that no origin has.
pub(super) fn has_bad_origin(headers: &HeaderMap) -> bool {
    headers.get(ORIGIN).is_some_and(|origin| origin.to_str().is_err())
}

/// Whether a body is said to be binary.
pub(super) fn is_binary(headers: &HeaderMap) -> bool {
    let is_octets = |value: &HeaderValue| value.as_bytes().starts_with(b"application/octet-stream");
    headers.get(CONTENT_TYPE).is_some_and(is_octets)
}
