//! A WebSocket client: tungstenite's.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct WebSocket {
    stream: WebSocketStream<TcpStream>,
}

impl WebSocket {
    /// Opens one; `query` begins with `&` or is empty.
    pub(crate) async fn open(address: SocketAddr, query: &str) -> Self {
        Self::open_from(address, query, None).await.expect("a WebSocket")
    }

    /// Opens one as a page of this origin does.
    pub(crate) async fn open_from(
        address: SocketAddr,
        query: &str,
        origin: Option<&str>,
    ) -> Result<Self, Error> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let mut request = tokio_tungstenite::tungstenite::client::IntoClientRequest::into_client_request(
            format!("ws://{address}/socket.io/?EIO=4&transport=websocket{query}"),
        )?;
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().expect("a header's value"));
        }
        let (stream, _) = client_async(request, stream).await?;
        Ok(Self { stream })
    }

    /// Opens a plain one at a path.
    pub(crate) async fn plain(address: SocketAddr, path: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        let (stream, _) = client_async(format!("ws://{address}{path}"), stream).await.expect("a WebSocket");
        Self { stream }
    }

    /// Opens a connection and joins the main namespace.
    pub(crate) async fn join(address: SocketAddr) -> Self {
        let mut client = Self::open(address, "").await;
        assert!(client.next().await.starts_with("0{"));
        client.send("40").await;
        assert!(client.next().await.starts_with(r#"40{"sid":"#));
        client
    }

    /// Its writing and its reading half, for what goes both ways at once.
    pub(crate) fn split(
        self,
    ) -> (SplitSink<WebSocketStream<TcpStream>, Message>, SplitStream<WebSocketStream<TcpStream>>) {
        self.stream.split()
    }

    /// The next text, however long it takes; `None` when the connection has ended.
    pub(crate) async fn listen(&mut self) -> Option<String> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => return Some(text.to_string()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                _ => return None,
            }
        }
    }

    /// Sends, if the connection has not ended.
    pub(crate) async fn try_send(&mut self, text: &str) -> Result<(), Error> {
        self.stream.send(Message::text(text)).await
    }

    pub(crate) async fn send(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.expect("it is open");
    }

    /// The next message: text as it is, binary data as `b` and its bytes, Close as `close`.
    pub(crate) async fn next(&mut self) -> String {
        match timeout(PATIENCE, self.stream.next()).await.expect("a message in time") {
            Some(Ok(Message::Text(text))) => text.to_string(),
            Some(Ok(Message::Binary(data))) => format!("b{:?}", &*data),
            Some(Ok(Message::Close(_))) | None => "close".to_owned(),
            other => panic!("{other:?}"),
        }
    }

    /// The code of the server's Close, which comes next.
    pub(crate) async fn close_code(&mut self) -> u16 {
        match timeout(PATIENCE, self.stream.next()).await.expect("a Close in time") {
            Some(Ok(Message::Close(Some(frame)))) => frame.code.into(),
            other => panic!("no Close with a code but {other:?}"),
        }
    }

    /// Closes with a code.
    pub(crate) async fn close(&mut self, code: u16) {
        let frame = CloseFrame { code: code.into(), reason: "".into() };
        self.stream.close(Some(frame)).await.expect("it is open");
    }

    pub(crate) async fn send_binary(&mut self, data: &'static [u8]) {
        self.stream.send(Message::binary(data)).await.expect("it is open");
    }

    pub(crate) async fn expect(&mut self, wanted: &str) {
        assert_eq!(self.next().await, wanted);
    }

    /// Sends an event and waits for its answer.
    pub(crate) async fn call(&mut self, packet: &str, answer: &str) {
        self.send(packet).await;
        self.expect(answer).await;
    }
}
