//! HTTP as bytes on a socket: what is sent is what stands here.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longer than any answer takes that is not held back.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a server has answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

/// Sends one request on a connection of its own. `headers` are whole lines.
pub(crate) async fn ask(
    address: SocketAddr,
    method: &str,
    target: &str,
    headers: &[&str],
    body: &str,
) -> Answer {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        let mut request = format!("{method} {target} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
        for header in headers {
            request.push_str(header);
            request.push_str("\r\n");
        }
        if !body.is_empty() {
            request.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        request.push_str(body);
        stream.write_all(request.as_bytes()).await.expect("it reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("it answers");
        String::from_utf8(answer).expect("an answer in UTF-8")
    };
    let answer = timeout(PATIENCE, exchange).await.expect("an answer in time");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

pub(crate) async fn get(address: SocketAddr, target: &str, headers: &[&str]) -> Answer {
    ask(address, "GET", target, headers, "").await
}

pub(crate) async fn post(address: SocketAddr, target: &str, body: &str) -> Answer {
    ask(address, "POST", target, &["content-type: text/plain"], body).await
}

/// A polling session. Each of its requests has a connection of its own.
pub(crate) struct Polling {
    address: SocketAddr,
    pub(crate) sid: String,
}

impl Polling {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        Self::open_with(address, &[]).await
    }

    /// Opens one with these lines in the head of its first request.
    pub(crate) async fn open_with(address: SocketAddr, headers: &[&str]) -> Self {
        let answer = get(address, "/socket.io/?EIO=4&transport=polling", headers).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let open: serde_json::Value =
            serde_json::from_str(answer.body.strip_prefix('0').expect("an open packet")).expect("JSON");
        Self { address, sid: open["sid"].as_str().expect("an id").to_owned() }
    }

    fn target(&self) -> String {
        format!("/socket.io/?EIO=4&transport=polling&sid={}", self.sid)
    }

    pub(crate) async fn poll(&self) -> String {
        let answer = get(self.address, &self.target(), &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }

    pub(crate) async fn send(&self, packets: &str) {
        let answer = post(self.address, &self.target(), packets).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "ok"));
    }

    /// Joins the main namespace.
    pub(crate) async fn join(&self) {
        self.send("40").await;
        let joined = self.poll().await;
        assert!(joined.starts_with(r#"40{"sid":"#), "{joined}");
    }
}
