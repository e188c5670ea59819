//! The handshake of a WebSocket over HTTP/2: an extended CONNECT (RFC 8441) instead of an upgrade.

#[cfg(feature = "http2")]
use hyper::ext::Protocol;
#[cfg(not(feature = "http2"))]
use never::Protocol;

use http::header::SEC_WEBSOCKET_VERSION;
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode};

use crate::http::{Body, Outcome, answer, empty};

/// The protocol to which an extended CONNECT wants to switch its stream: its `:protocol`.
fn protocol(parts: &Parts) -> Option<&str> {
    // Nearly all requests have another method and are not looked at any further.
    if parts.method != Method::CONNECT {
        return None;
    }
    parts.extensions.get::<Protocol>().map(Protocol::as_str)
}

/// Whether a request is an extended CONNECT that asks for a WebSocket.
pub(crate) fn wants_websocket(parts: &Parts) -> bool {
    protocol(parts) == Some("websocket")
}

/// Whether a request is an extended CONNECT that asks for something else.
pub(crate) fn wants_something_else(parts: &Parts) -> bool {
    protocol(parts).is_some_and(|protocol| protocol != "websocket")
}

/// The answer to a protocol that is not spoken here (RFC 9220, section 3).
pub(crate) fn unknown_protocol() -> Response<Body> {
    answer(StatusCode::NOT_IMPLEMENTED, "text/plain; charset=UTF-8", "The only :protocol here is websocket")
}

/// Checks a handshake and answers it: 200, or what was wrong with it. There is no key to be answered: that nobody
/// mistakes this for something else is clear from `:protocol`.
pub(super) fn check(parts: &Parts) -> Outcome {
    if parts.headers.get(SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13") {
        return Ok(empty(StatusCode::OK));
    }
    let message = "The only sec-websocket-version here is 13";
    let mut refusal = answer(StatusCode::BAD_REQUEST, "text/plain; charset=UTF-8", message);
    refusal.headers_mut().insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    Err(Box::new(refusal))
}

/// Without HTTP/2 no request names a protocol.
#[cfg(not(feature = "http2"))]
mod never {
    pub(super) enum Protocol {}

    impl Protocol {
        pub(super) fn as_str(&self) -> &str {
            match *self {}
        }
    }
}
