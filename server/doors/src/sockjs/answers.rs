//! What the door says that has nothing to do with a session, and the headers of all answers.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, SystemTime};

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, ALLOW,
    CACHE_CONTROL, CONTENT_TYPE, ETAG, EXPIRES, IF_NONE_MATCH, ORIGIN, SET_COOKIE, VARY,
};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use super::options::{Options, session_cookie};
use crate::http::{Body, answer, empty};

const TEXT: &str = "text/plain; charset=UTF-8";
const YEAR: u64 = 365 * 24 * 60 * 60;
const NO_CACHE: &str = "no-store, no-cache, no-transform, must-revalidate, max-age=0";

/// An answer which says nothing of caches yet.
pub(super) fn plain(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<bytes::Bytes>,
) -> Response<Body> {
    let mut response = answer(status, content_type, body);
    response.headers_mut().remove(CACHE_CONTROL);
    response
}

pub(super) fn greeting() -> Response<Body> {
    plain(StatusCode::OK, TEXT, "Welcome to SockJS!\n")
}

pub(super) fn not_found() -> Response<Body> {
    plain(StatusCode::NOT_FOUND, TEXT, "404 Error: Page not found\n")
}

/// A request that cannot be handled, with the protocol's words.
pub(super) fn failed(why: impl ToString) -> Response<Body> {
    plain(StatusCode::INTERNAL_SERVER_ERROR, TEXT, why.to_string())
}

pub(super) fn method_not_allowed(allowed: &'static str) -> Response<Body> {
    let mut response = empty(StatusCode::METHOD_NOT_ALLOWED);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    response
}

/// What clients ask before they choose a transport.
pub(super) fn info(options: &Options) -> Response<Body> {
    let entropy = uuid::Uuid::new_v4().as_u128() as u32;
    let (websocket, cookie) = (options.websocket, options.cookie);
    let info = format!(
        r#"{{"websocket":{websocket},"origins":["*:*"],"cookie_needed":{cookie},"entropy":{entropy}}}"#
    );
    let mut response = plain(StatusCode::OK, "application/json; charset=UTF-8", info);
    forbid_caching(response.headers_mut());
    response
}

/// The answer to a preflight request.
pub(super) fn preflight(request: &HeaderMap, methods: &'static str) -> Response<Body> {
    let mut response = empty(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    allow_origin(request, headers);
    allow_caching(headers);
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from(YEAR));
    response
}

/// The page in which clients of other origins run.
pub(super) fn iframe(request: &HeaderMap, client_url: &str) -> Response<Body> {
    let page = include_str!("iframe.html").trim_end().replace("SOCKJS_URL", client_url);
    let mut hasher = DefaultHasher::new();
    page.hash(&mut hasher);
    let tag = HeaderValue::try_from(format!("\"{:016x}\"", hasher.finish())).ok();
    let is_known = tag.is_some() && request.get(IF_NONE_MATCH) == tag.as_ref();
    let mut response = match is_known {
        true => empty(StatusCode::NOT_MODIFIED),
        false => plain(StatusCode::OK, "text/html; charset=UTF-8", page),
    };
    if let Some(tag) = tag.filter(|_| !is_known) {
        response.headers_mut().insert(ETAG, tag);
    }
    allow_caching(response.headers_mut());
    response
}

pub(super) fn forbid_caching(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(NO_CACHE));
}

pub(super) fn allow_caching(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000"));
    let expires = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(YEAR));
    if let Ok(expires) = HeaderValue::try_from(expires) {
        headers.insert(EXPIRES, expires);
    }
}

/// The protocol's policy: every page may read every answer, with cookies.
pub(super) fn allow_origin(request: &HeaderMap, answer: &mut HeaderMap) {
    let origin = request.get(ORIGIN);
    answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.cloned().unwrap_or(HeaderValue::from_static("*")));
    if origin.is_some() {
        answer.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    answer.append(VARY, HeaderValue::from_static("Origin"));
    if let Some(wanted) = request.get(ACCESS_CONTROL_REQUEST_HEADERS).filter(|wanted| !wanted.is_empty()) {
        answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
}

/// Sets the cookie where the door does so.
pub(super) fn set_cookie(options: &Options, request: &HeaderMap, answer: &mut HeaderMap) {
    if let Some(cookie) = options.cookie.then(|| session_cookie(request)).flatten() {
        answer.append(SET_COOKIE, cookie);
    }
}

/// The answer to messages that have been handled.
pub(super) fn sent() -> Response<Body> {
    let mut response = empty(StatusCode::NO_CONTENT);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(TEXT));
    response
}

/// An answer that goes on.
pub(super) fn streaming(content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
