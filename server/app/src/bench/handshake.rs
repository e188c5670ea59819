//! The HTTP request that makes a connection a WebSocket.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::failure::Failure;
use super::target::Target;

/// The longest answer that is read, in bytes.
const LONGEST: usize = 16 << 10;

/// How long the words behind a refusal are waited for: they are only for the message.
const WORDS: Duration = Duration::from_millis(200);

/// Asks for a WebSocket: what the server sent behind its consent.
///
/// # Errors
/// When the server refuses, or is none.
pub(crate) async fn upgrade(stream: &mut TcpStream, target: &Target) -> Result<Vec<u8>, Failure> {
    let key = generate_key();
    let Target { resource, authority, .. } = target;
    let request = format!(
        "GET {resource} HTTP/1.1\r\nHost: {authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    );
    let broken = |error| Failure::of_connecting(target, &error);
    stream.write_all(request.as_bytes()).await.map_err(broken)?;
    let mut answer = Vec::with_capacity(1024);
    loop {
        if stream.read_buf(&mut answer).await.map_err(broken)? == 0 {
            return Err(Failure::of_answer(target, "ends the connection without an answer"));
        }
        if let Some((head, rest)) = split(&answer) {
            return match consent(head, &key) {
                Ok(()) => Ok(rest.to_vec()),
                Err(Refusal::Status(status)) => {
                    let mut words = rest.to_vec();
                    if words.is_empty() {
                        let _ = timeout(WORDS, stream.read_buf(&mut words)).await;
                    }
                    Err(Failure::of_status(target, status, &String::from_utf8_lossy(&words)))
                }
                Err(Refusal::NoWebSocket) => Err(Failure::of_answer(target, "is no WebSocket")),
            };
        }
        if answer.len() > LONGEST {
            return Err(Failure::of_answer(target, "does not speak HTTP"));
        }
    }
}

/// Why it is no WebSocket.
#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    /// The status of HTTP.
    Status(u16),
    /// It is no HTTP, or the key is not the one that belongs to ours.
    NoWebSocket,
}

/// The head of an answer, once it is complete, and what comes behind.
fn split(answer: &[u8]) -> Option<(&str, &[u8])> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(answer.get(..end)?).unwrap_or_default();
    Some((head, answer.get(end + 4..)?))
}

fn consent(head: &str, key: &str) -> Result<(), Refusal> {
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok());
    match status {
        Some(101) => {}
        Some(status) => return Err(Refusal::Status(status)),
        None => return Err(Refusal::NoWebSocket),
    }
    let accepted = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-accept"))
        .is_some_and(|(_, value)| value.trim() == derive_accept_key(key.as_bytes()));
    if accepted { Ok(()) } else { Err(Refusal::NoWebSocket) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consent_has_the_key_that_belongs_to_ours() {
        // The example of RFC 6455.
        let key = "dGhlIHNhbXBsZSBub25jZQ==";
        let answer =
            b"HTTP/1.1 101 Switching\r\nsec-WebSocket-accept:  s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nrest";
        let (head, rest) = split(answer).unwrap();
        assert_eq!((consent(head, key), rest), (Ok(()), &b"rest"[..]));
        assert_eq!(consent(head, "another"), Err(Refusal::NoWebSocket));
        assert_eq!(consent("HTTP/1.1 404 Not Found", key), Err(Refusal::Status(404)));
        assert_eq!(consent("SSH-2.0", key), Err(Refusal::NoWebSocket));
        assert!(split(b"HTTP/1.1 101\r\n").is_none());
    }
}
