//! What all doors need of HTTP: answers, bodies with bounds, queries, the handshake.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use roomful_core::{Handshake, Headers};

/// The body of a door's answer.
pub type Body = Full<Bytes>;

/// An answer, or the one with which a request is refused.
pub(crate) type Outcome = Result<Response<Body>, Refused>;

/// Boxed: refusals are rare, and an answer is large.
pub(crate) type Refused = Box<Response<Body>>;

/// The peer's address, as an extension of a request. Servers that know it put it there; handlers see it in the
/// handshake.
#[derive(Clone, Copy, Debug)]
pub struct PeerAddr(pub SocketAddr);

/// How long a client may take to send a body.
const BODY_DEADLINE: Duration = Duration::from_secs(30);

/// An answer that no cache may keep.
pub(crate) fn answer(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<Body> {
    let body = body.into();
    let mut response = empty(status);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    *response.body_mut() = Full::new(body);
    response
}

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::default());
    *response.status_mut() = status;
    response
}

/// A refusal without a body.
pub(crate) fn refused(status: StatusCode) -> Refused {
    Box::new(empty(status))
}

/// Why a body was not read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BodyError {
    TooLarge,
    TooSlow,
    Broken,
}

impl BodyError {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Broken => StatusCode::BAD_REQUEST,
        }
    }
}

/// Reads a body of at most `limit` bytes.
pub(crate) async fn read_body<B>(body: B, limit: usize) -> Result<Bytes, BodyError>
where
    B: http_body::Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if body.size_hint().lower() > limit as u64 {
        return Err(BodyError::TooLarge);
    }
    match tokio::time::timeout(BODY_DEADLINE, Limited::new(body, limit).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(BodyError::TooLarge),
        Ok(Err(_)) => Err(BodyError::Broken),
        Err(_) => Err(BodyError::TooSlow),
    }
}

/// The query's parameters in order, percent-decoded.
pub(crate) fn query(parts: &Parts) -> Vec<(String, String)> {
    form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect()
}

/// Copies what is kept of a request.
pub(crate) fn handshake(parts: &Parts, query: Vec<(String, String)>) -> Handshake {
    let headers =
        Headers::collect(parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())));
    let url = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let address = parts.extensions.get::<PeerAddr>().map(|peer| peer.0);
    let secure = parts.uri.scheme() == Some(&http::uri::Scheme::HTTPS);
    Handshake::new(headers, url, query, address, secure)
}
