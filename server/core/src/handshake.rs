//! What is known about a client from the request that opened its connection.

use std::net::SocketAddr;
use std::time::SystemTime;

/// The request that opened a connection. Only what is needed is copied from it: the request itself, with the
/// buffers it holds, is gone.
#[derive(Clone, Debug)]
pub struct Handshake {
    headers: Headers,
    url: Box<str>,
    query: Box<[(String, String)]>,
    address: Option<SocketAddr>,
    issued: SystemTime,
    secure: bool,
}

impl Handshake {
    /// A handshake from the parts of a request. `query` is percent-decoded.
    pub fn new(
        headers: Headers,
        url: &str,
        query: Vec<(String, String)>,
        address: Option<SocketAddr>,
        secure: bool,
    ) -> Self {
        Self {
            headers,
            url: url.into(),
            query: query.into_boxed_slice(),
            address,
            issued: SystemTime::now(),
            secure,
        }
    }

    /// The request's headers.
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The request's path and query, as sent.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The query's parameters in order, percent-decoded.
    pub fn query(&self) -> &[(String, String)] {
        &self.query
    }

    /// The last value of a parameter of the query.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        self.query.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The address of the peer, where the server knows it.
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// When the connection was opened.
    pub fn issued(&self) -> SystemTime {
        self.issued
    }

    /// Whether the connection came over TLS, where the server knows it.
    pub fn secure(&self) -> bool {
        self.secure
    }

    /// Whether the request came from a page of another origin (it had an `Origin`).
    pub fn cross_origin(&self) -> bool {
        self.headers.get("origin").is_some()
    }
}

/// Header names and values in one allocation: a connection keeps them for as long as it lives.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    /// `name NUL value NUL …`; neither names nor values can contain a NUL.
    text: Box<str>,
}

impl Headers {
    /// Collects headers. Values that are not UTF-8 are read as Latin-1, as HTTP once had it.
    pub fn collect<'a>(headers: impl Iterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut text = String::new();
        for (name, value) in headers {
            text.push_str(name);
            text.push('\0');
            match std::str::from_utf8(value) {
                Ok(value) => text.push_str(value),
                Err(_) => text.extend(value.iter().map(|&byte| char::from(byte))),
            }
            text.push('\0');
        }
        Self { text: text.into() }
    }

    /// All headers in order, their names in lower case.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut parts = self.text.split_terminator('\0');
        std::iter::from_fn(move || Some((parts.next()?, parts.next()?)))
    }

    /// The first value of a header; `name` in lower case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_found_again_also_empty_ones_and_those_that_are_not_utf8() {
        let headers = Headers::collect(
            [("a", &b"1"[..]), ("empty", b""), ("latin", b"caf\xe9"), ("a", b"2")].into_iter(),
        );
        assert_eq!(headers.get("a"), Some("1"));
        assert_eq!(headers.get("empty"), Some(""));
        assert_eq!(headers.get("latin"), Some("café"));
        assert_eq!(headers.get("b"), None);
        assert_eq!(headers.iter().count(), 4);
    }
}
