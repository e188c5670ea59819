//! Which server is measured.

use std::net::SocketAddr;

use axum::http::Uri;
use tokio::net::lookup_host;

use super::failure::Failure;

/// Where Socket.IO servers answer unless they are told otherwise.
const PATH: &str = "/socket.io/";

/// The address of a server, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// The host to connect to, an IPv6 address without its brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// The URL of the WebSocket, to be named in messages.
    pub(crate) websocket: String,
    /// Host and port as the URL has them.
    pub(crate) authority: String,
    /// Path and query of the WebSocket.
    pub(crate) resource: String,
    /// Where the host is; empty until it was looked up.
    pub(crate) addresses: Vec<SocketAddr>,
}

impl Target {
    /// Reads `http://HOST[:PORT][/PATH][?QUERY]`. The path is that of Socket.IO on the server, and no namespace.
    ///
    /// # Errors
    /// When it is another URL; the message says what would be right.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let right = "give one such as http://127.0.0.1:3000, or http://127.0.0.1:3000/socket.io when the server \
                     has another path than /socket.io";
        let uri: Uri = text.parse().map_err(|_| format!("{text:?} is no URL: {right}"))?;
        match uri.scheme_str() {
            Some("http" | "ws") => {}
            Some("https" | "wss") => {
                return Err(format!(
                    "{text:?} asks for TLS, which this tool does not speak: measure the server itself, behind \
                     the proxy that does TLS, with http://"
                ));
            }
            _ => return Err(format!("{text:?} has no http:// or ws:// in front: {right}")),
        }
        let (Some(host), Some(authority)) = (uri.host().filter(|host| !host.is_empty()), uri.authority())
        else {
            return Err(format!("{text:?} names no host: {right}"));
        };
        if authority.as_str().contains('@') {
            return Err(format!("{text:?} has a user in it: give that to the server with --auth"));
        }
        let port = uri.port_u16().unwrap_or(80);
        let path = match uri.path() {
            "" | "/" => PATH.to_owned(),
            path if path.ends_with('/') => path.to_owned(),
            path => format!("{path}/"),
        };
        let query = uri.query().map(|query| format!("&{query}")).unwrap_or_default();
        let resource = format!("{path}?EIO=4&transport=websocket{query}");
        let authority = authority.to_string();
        let websocket = format!("ws://{authority}{resource}");
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Self { host, port, websocket, authority, resource, addresses: Vec::new() })
    }

    /// Looks the host up: once, since that is nothing that a server can be measured by.
    pub(crate) async fn resolve(&mut self) -> Result<(), Failure> {
        let found = lookup_host((self.host.as_str(), self.port)).await;
        self.addresses = found.map_err(|error| Failure::of_connecting(self, &error))?.collect();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_may_leave_out_the_port_and_the_path() {
        let target = Target::parse("http://localhost").unwrap();
        assert_eq!((target.host.as_str(), target.port), ("localhost", 80));
        assert_eq!(target.websocket, "ws://localhost/socket.io/?EIO=4&transport=websocket");
        let target = Target::parse("ws://[::1]:3000/live?token=a").unwrap();
        assert_eq!((target.host.as_str(), target.port), ("::1", 3000));
        assert_eq!(target.websocket, "ws://[::1]:3000/live/?EIO=4&transport=websocket&token=a");
    }

    #[test]
    fn a_url_that_cannot_be_measured_is_refused_with_what_would_be_right() {
        for wrong in ["", "localhost:3000", "ftp://a", "http://", "http://:80", "/socket.io", "http://a b"] {
            assert!(Target::parse(wrong).unwrap_err().contains("http://127.0.0.1:3000"), "{wrong}");
        }
        assert!(Target::parse("https://example.com").unwrap_err().contains("TLS"));
        assert!(Target::parse("http://me:secret@example.com").unwrap_err().contains("--auth"));
    }
}
