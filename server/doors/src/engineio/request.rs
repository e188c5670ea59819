//! What a request asks for, read from its query and headers.

use bytestring::ByteString;
use http::header::{CONTENT_TYPE, COOKIE, ORIGIN, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, Response, StatusCode};
use roomful_core::TransportKind;
use roomful_protocol::engineio::{Framing, Refusal, Version};

use super::body::BodyKind;
use crate::http::{Body, answer};
use crate::ws;

/// A request's question.
pub(super) struct Ask {
    pub(super) transport: Option<TransportKind>,
    pub(super) framing: Framing,
    /// The index of a function of the page, where a script asks instead of a request.
    pub(super) jsonp: Option<String>,
    /// To a WebSocket, by an upgrade (HTTP/1.1) or an extended CONNECT (HTTP/2).
    pub(super) wants_upgrade: bool,
    /// The id of a session; without one, a connection is to be opened.
    pub(super) sid: Option<String>,
}

impl Ask {
    pub(super) fn read(parts: &Parts, query: &[(String, String)]) -> Self {
        let value =
            |name: &str| query.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let kinds = [TransportKind::Polling, TransportKind::WebSocket];
        let transport =
            value("transport").and_then(|name| kinds.into_iter().find(|kind| kind.as_str() == name));
        let version = Version::of_query(value("EIO"));
        // Only clients of version 3 were ever in need of scripts.
        let jsonp =
            value("j").filter(|_| version == Version::V3 && transport == Some(TransportKind::Polling));
        let base64 = jsonp.is_some() || value("b64").is_some_and(|value| !value.is_empty());
        Self {
            transport,
            framing: Framing { version, base64, ..Framing::default() },
            jsonp: jsonp.map(str::to_owned),
            wants_upgrade: ws::is_asked_for(parts),
            sid: value("sid").map(str::to_owned),
        }
    }

    /// A refusal as the reference gives it: JSON, or plain words where a WebSocket was asked for.
    pub(super) fn refuse(&self, refusal: Refusal, message: &str) -> Response<Body> {
        if self.wants_upgrade {
            return answer(StatusCode::BAD_REQUEST, "text/html", message.to_owned());
        }
        let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
        answer(status, "application/json", refusal.body_with(message))
    }
}

/// Whether a browser sends it: those take any number of packets at a time.
pub(super) fn is_from_browser(headers: &HeaderMap) -> bool {
    headers.get(USER_AGENT).is_some_and(|agent| agent.as_bytes().starts_with(b"Mozilla/"))
}

/// Whether an `Origin` has characters that no origin has.
pub(super) fn has_bad_origin(headers: &HeaderMap) -> bool {
    headers.get(ORIGIN).is_some_and(|origin| origin.to_str().is_err())
}

/// What a body is said to be.
pub(super) fn body_kind(headers: &HeaderMap, jsonp: Option<&str>) -> BodyKind {
    let content_type = headers.get(CONTENT_TYPE).map_or(&[][..], |value| value.as_bytes());
    match jsonp {
        _ if content_type.starts_with(b"application/octet-stream") => BodyKind::Binary,
        Some(_) => BodyKind::Form,
        None => BodyKind::Text,
    }
}

/// Headers as JSON text of an object, names in lower case; the values of one name are joined as HTTP says (RFC 9110,
/// section 5.2, and RFC 9113, section 8.2.3).
pub(super) fn headers_as_json(headers: &HeaderMap) -> ByteString {
    let mut object = serde_json::Map::new();
    for name in headers.keys() {
        let separator = if name == COOKIE { "; " } else { ", " };
        let values: Vec<_> =
            headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        object.insert(name.as_str().to_owned(), values.join(separator).into());
    }
    serde_json::Value::Object(object).to_string().into()
}
