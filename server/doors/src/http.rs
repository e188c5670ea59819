//! What all doors need of HTTP: answers, bodies with bounds, queries, the handshake.

mod body;

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST};
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode, Version};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use roomful_core::{Handshake, Headers};

use crate::proxy::TrustedProxies;

pub use body::Body;
pub(crate) use body::StreamWriter;

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

/// An answer that no cache may keep. A refusal does not say so, as with the reference: no cache keeps a 400.
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
    if status.is_success() {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    *response.body_mut() = Body::new(body);
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
    parse_query(parts.uri.query().unwrap_or_default())
}

/// The parameters of a query in order, percent-decoded.
pub fn parse_query(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// Copies what is kept of a request.
pub(crate) fn handshake(
    parts: &Parts,
    query: Vec<(String, String)>,
    proxies: Option<&TrustedProxies>,
) -> Handshake {
    let headers = match parts.version {
        Version::HTTP_2 => headers_of_http2(parts),
        _ => Headers::collect(parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()))),
    };
    let url = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let address = parts.extensions.get::<PeerAddr>().map(|peer| peer.0);
    let secure = parts.uri.scheme() == Some(&http::uri::Scheme::HTTPS);
    let (address, secure) = match proxies {
        Some(proxies) => proxies.resolve(&parts.headers, address, secure),
        None => (address, secure),
    };
    Handshake::new(headers, url, query, address, secure)
}

/// Headers as handlers know them from HTTP/1.1: the authority is the host (RFC 9113, section 8.3.1), and cookies
/// that came in pieces are one header again (section 8.2.3).
fn headers_of_http2(parts: &Parts) -> Headers {
    let authority = parts.uri.authority().filter(|_| !parts.headers.contains_key(HOST));
    let host = authority.map(|authority| (HOST.as_str(), authority.as_str().as_bytes()));
    let cookies: Vec<_> = parts.headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
    let cookies = cookies.join(&b"; "[..]);
    let cookie = (!cookies.is_empty()).then_some((COOKIE.as_str(), &*cookies));
    let others = parts.headers.iter().filter(|(name, _)| **name != COOKIE);
    let others = others.map(|(name, value)| (name.as_str(), value.as_bytes()));
    Headers::collect(host.into_iter().chain(others).chain(cookie))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_over_http2_are_those_that_handlers_know() {
        let request = http::Request::builder()
            .version(Version::HTTP_2)
            .uri("http://chat.example:3000/socket.io/?EIO=4")
            .header(COOKIE, "a=1")
            .header("x-name", "Ann")
            .header(COOKIE, "b=2");
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let handshake = handshake(&parts, query(&parts), None);
        assert_eq!(handshake.headers().get("host"), Some("chat.example:3000"));
        assert_eq!(handshake.headers().get("cookie"), Some("a=1; b=2"));
        assert_eq!(handshake.headers().get("x-name"), Some("Ann"));
        assert_eq!(handshake.url(), "/socket.io/?EIO=4");
    }
}
