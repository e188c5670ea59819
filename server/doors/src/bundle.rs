//! The browser client, out of the library itself: `/socket.io/socket.io.js` and what belongs to it, so that a page
//! needs nothing but a script tag.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::OnceLock;

use bytes::Bytes;
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};

use crate::compression::Coding;
use crate::http::{Body, empty};

const SCRIPT: &str = "application/javascript; charset=utf-8";
const MAP: &str = "application/json; charset=utf-8";

macro_rules! file {
    ($name:literal, $content_type:expr) => {
        File {
            name: $name,
            content_type: $content_type,
            content: include_bytes!(concat!("../client/", $name)),
            tag: OnceLock::new(),
            gzip: OnceLock::new(),
            deflate: OnceLock::new(),
        }
    };
}

/// Built from `client-js`, where a test compares them with their sources.
static FILES: [File; 6] = [
    file!("socket.io.js", SCRIPT),
    file!("socket.io.js.map", MAP),
    file!("socket.io.min.js", SCRIPT),
    file!("socket.io.min.js.map", MAP),
    file!("socket.io.esm.min.js", SCRIPT),
    file!("socket.io.esm.min.js.map", MAP),
];

/// A file of the client.
pub(crate) struct File {
    name: &'static str,
    content_type: &'static str,
    content: &'static [u8],
    tag: OnceLock<HeaderValue>,
    // Made when first asked for, as files never change.
    gzip: OnceLock<Option<Bytes>>,
    deflate: OnceLock<Option<Bytes>>,
}

impl File {
    /// The file that a request's path ends with, wherever the door is mounted.
    pub(crate) fn at(path: &str) -> Option<&'static Self> {
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        FILES.iter().find(|file| file.name == name)
    }

    /// The answer to a request for it.
    pub(crate) fn answer(&self, request: &Parts, compress: bool) -> Response<Body> {
        if !matches!(request.method, Method::GET | Method::HEAD) {
            let mut response = empty(StatusCode::METHOD_NOT_ALLOWED);
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        let mut response = if self.is_known(&request.headers) {
            empty(StatusCode::NOT_MODIFIED)
        } else {
            self.content(request, compress)
        };
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=0"));
        headers.insert(ETAG, self.tag().clone());
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        response
    }

    fn content(&self, request: &Parts, compress: bool) -> Response<Body> {
        let coding = Coding::choose(&request.headers).filter(|_| compress);
        let coded = coding.and_then(|coding| Some((coding, self.coded(coding)?)));
        let content =
            coded.as_ref().map_or_else(|| Bytes::from_static(self.content), |(_, bytes)| bytes.clone());
        let mut response = empty(StatusCode::OK);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.insert(CONTENT_LENGTH, HeaderValue::from(content.len()));
        if let Some((coding, _)) = coded {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
        }
        if request.method == Method::GET {
            *response.body_mut() = Body::new(content);
        }
        response
    }

    fn coded(&self, coding: Coding) -> Option<Bytes> {
        let made = match coding {
            Coding::Gzip => &self.gzip,
            Coding::Deflate => &self.deflate,
        };
        made.get_or_init(|| coding.encode(self.content).ok().map(Bytes::from)).clone()
    }

    /// Whether the client has this very content already.
    fn is_known(&self, request: &HeaderMap) -> bool {
        let known = request.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        known.flat_map(|value| value.split(',')).map(str::trim).any(|tag| {
            tag == "*" || tag.strip_prefix("W/").unwrap_or(tag).as_bytes() == self.tag().as_bytes()
        })
    }

    /// The version and, as a version is built more than once before it is released, a hash of the content.
    fn tag(&self) -> &HeaderValue {
        self.tag.get_or_init(|| {
            let mut hasher = DefaultHasher::new();
            self.content.hash(&mut hasher);
            let tag = format!("\"{}-{:016x}\"", env!("CARGO_PKG_VERSION"), hasher.finish());
            HeaderValue::try_from(tag).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
        })
    }
}

#[cfg(test)]
mod tests;
