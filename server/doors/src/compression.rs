//! Compressed answers over HTTP.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use crate::http::{Body, answer};

/// Which answers over HTTP are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpCompression {
    threshold: usize,
}

impl Default for HttpCompression {
    fn default() -> Self {
        Self { threshold: 1024 }
    }
}

impl HttpCompression {
    /// Answers below this length are sent as they are. In bytes, default 1024.
    #[must_use]
    pub fn threshold(mut self, bytes: usize) -> Self {
        self.threshold = bytes;
        self
    }

    /// An answer with this body, compressed where the client takes that and it becomes shorter.
    pub(crate) fn answer(
        self,
        request: &HeaderMap,
        content_type: &'static str,
        body: Bytes,
    ) -> Response<Body> {
        let coding = (body.len() >= self.threshold).then(|| Coding::choose(request)).flatten();
        let compressed = coding.and_then(|coding| Some((coding, coding.encode(&body).ok()?)));
        match compressed.filter(|(_, compressed)| compressed.len() < body.len()) {
            Some((coding, compressed)) => {
                let mut answer = answer(StatusCode::OK, content_type, compressed);
                answer.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
                answer
            }
            None => answer(StatusCode::OK, content_type, body),
        }
    }
}

/// A content coding of HTTP (RFC 9110, section 8.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Gzip,
    Deflate,
}

impl Coding {
    /// The one that a request's `Accept-Encoding` likes best; gzip, where it likes both as much.
    pub(crate) fn choose(request: &HeaderMap) -> Option<Self> {
        let accepted = request.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        let (mut gzip, mut deflate, mut any) = (None, None, None);
        for item in accepted.flat_map(|value| value.split(',')) {
            let mut parts = item.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default();
            let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok());
            let place = match name {
                _ if name.eq_ignore_ascii_case("gzip") => &mut gzip,
                _ if name.eq_ignore_ascii_case("deflate") => &mut deflate,
                "*" => &mut any,
                _ => continue,
            };
            *place = weight;
        }
        let weight = |named: Option<f32>| named.or(any).unwrap_or(0.0);
        match (weight(gzip), weight(deflate)) {
            (gzip, deflate) if gzip > 0.0 && gzip >= deflate => Some(Self::Gzip),
            (_, deflate) if deflate > 0.0 => Some(Self::Deflate),
            _ => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }

    pub(crate) fn encode(self, body: &[u8]) -> io::Result<Vec<u8>> {
        let into = Vec::with_capacity(body.len() / 2);
        match self {
            Self::Gzip => {
                let mut encoder = GzEncoder::new(into, Compression::default());
                encoder.write_all(body)?;
                encoder.finish()
            }
            Self::Deflate => {
                let mut encoder = ZlibEncoder::new(into, Compression::default());
                encoder.write_all(body)?;
                encoder.finish()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &[&'static str]) -> Option<Coding> {
        let mut headers = HeaderMap::new();
        for value in accept {
            headers.append(ACCEPT_ENCODING, HeaderValue::from_static(value));
        }
        Coding::choose(&headers)
    }

    #[test]
    fn the_coding_is_the_one_that_the_client_likes_best() {
        assert_eq!(chosen(&["gzip, deflate, br, zstd"]), Some(Coding::Gzip));
        assert_eq!(chosen(&["deflate", "GZIP"]), Some(Coding::Gzip));
        assert_eq!(chosen(&["gzip;q=0.5, deflate ; q=0.8"]), Some(Coding::Deflate));
        assert_eq!(chosen(&["br, *;q=0.1"]), Some(Coding::Gzip));
        assert_eq!(chosen(&["gzip;q=0, *"]), Some(Coding::Deflate));
    }

    #[test]
    fn a_client_that_takes_none_gets_none() {
        for accept in ["", "br", "identity", "gzip;q=0", "*;q=0", "gzip;q=x, deflate;q=nan"] {
            assert_eq!(chosen(&[accept]), None, "{accept}");
        }
        assert_eq!(chosen(&[]), None);
    }

    #[test]
    fn a_body_is_compressed_only_where_it_becomes_shorter() {
        let mut accepts = HeaderMap::new();
        accepts.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        let answer = |body: &str| {
            HttpCompression::default().threshold(4).answer(&accepts, "text/plain", body.to_owned().into())
        };
        let is_compressed = |body: &str| answer(body).headers().contains_key(CONTENT_ENCODING);
        assert!(is_compressed(&"x".repeat(100)));
        assert!(!is_compressed("short"), "longer with its header");
        assert!(!is_compressed("xxx"), "below the threshold");
    }
}
