//! The bodies with which clients send.

use bytestring::ByteString;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use roomful_protocol::sockjs::{BadBody, read_messages};

use crate::http::parse_query;

/// The content type without its parameters.
fn content_type(headers: &HeaderMap) -> &str {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default()
}

/// The messages of an `xhr_send`.
pub(super) fn of_xhr(headers: &HeaderMap, body: &[u8]) -> Result<Vec<ByteString>, BadBody> {
    match content_type(headers) {
        "text/plain" | "T" | "application/json" | "application/xml" | "text/xml" | "" => {
            read_messages(&String::from_utf8_lossy(body))
        }
        _ => Err(BadBody::NoMessages),
    }
}

/// The messages of a `jsonp_send`: as text, or as the field `d` of a form.
pub(super) fn of_jsonp(headers: &HeaderMap, body: &[u8]) -> Result<Vec<ByteString>, BadBody> {
    let body = String::from_utf8_lossy(body);
    match content_type(headers) {
        "application/x-www-form-urlencoded" => {
            let form = parse_query(&body).into_iter();
            let data = form.filter(|(name, _)| name == "d").map(|(_, value)| value).next();
            read_messages(&data.unwrap_or_default())
        }
        "text/plain" | "" => read_messages(&body),
        _ => Err(BadBody::NoMessages),
    }
}
