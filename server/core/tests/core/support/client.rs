//! A client: it says what it is told to say and reads what comes.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use roomful_core::door::{drive, limits, outbox};
use roomful_core::{Handshake, Headers, Server, Socket, SocketId, TransportKind};
use roomful_protocol::engineio::{EngineLink, Framing, Start, Version};
use roomful_protocol::link::{Frame, TransportEnd, TransportId};
use roomful_protocol::messages::Messages;
use roomful_protocol::socketio::SocketIoMessages;
use roomful_protocol::socketio::v2::SocketIo2Messages;
use roomful_protocol::websocket::Opcode;
use roomful_test::{Arrived, Flow, Memory, Pipe};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::Feed;

/// Longer than anything takes that does not wait for time; shorter than a heartbeat.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until nothing happens any more without time passing: a stopped clock moves only then.
pub(crate) async fn settle() {
    sleep(Duration::from_millis(1)).await;
}

pub(crate) struct Client {
    feed: UnboundedSender<Feed>,
    pub(crate) pipe: Arc<Pipe>,
    task: JoinHandle<()>,
    server: Server,
    sid: String,
}

impl Client {
    /// Opens a connection, which is in no namespace yet.
    pub(crate) async fn open(server: &Server) -> Self {
        let mut client =
            Self::start(server, TransportKind::WebSocket, Framing::default(), SocketIoMessages::default());
        client.expect("0open").await;
        client
    }

    /// Opens a connection whose messages mean what `messages` says.
    pub(crate) async fn open_as(server: &Server, messages: impl Messages) -> Self {
        let mut client = Self::start(server, TransportKind::WebSocket, Framing::default(), messages);
        client.expect("0open").await;
        client
    }

    /// Opens a connection whose polls never come until a WebSocket takes over.
    pub(crate) fn open_polling(server: &Server) -> Self {
        Self::start(server, TransportKind::Polling, Framing::default(), SocketIoMessages::default())
    }

    /// Opens a connection of Engine.IO 3 with this id.
    pub(crate) async fn open_v3(server: &Server, id: &str, base64: bool) -> Self {
        let framing = Framing { version: Version::V3, base64, ..Framing::default() };
        let mut client = Self::start(
            server,
            TransportKind::WebSocket,
            framing,
            SocketIo2Messages::new(SocketIoMessages::default(), id),
        );
        client.expect("0open").await;
        client
    }

    fn start(server: &Server, kind: TransportKind, framing: Framing, messages: impl Messages) -> Self {
        let pipe = Arc::new(Pipe::default());
        let (feed, fed) = unbounded_channel();
        let transports = Memory::new(outbox(server), pipe.clone(), fed, kind);
        let open = Start {
            transport: TransportId(0),
            kind,
            open: "0open".to_owned(),
            allow_upgrades: true,
            framing,
        };
        let now = tokio::time::Instant::now().into_std();
        let link = EngineLink::new(now, open, messages, limits(server));
        let query = vec![("token".to_owned(), "secret".to_owned())];
        let headers = Headers::collect([("user-agent", &b"test"[..])].into_iter());
        let handshake = Handshake::new(headers, "/socket.io/?token=secret", query, None, false);
        let task = tokio::spawn(drive(server.clone(), link, transports, handshake));
        Self { feed, pipe, task, server: server.clone(), sid: String::new() }
    }

    /// Opens a connection and joins the main namespace.
    pub(crate) async fn join(server: &Server) -> Self {
        let mut client = Self::open(server).await;
        client.send("0");
        client.joined("40").await;
        client
    }

    /// Opens a connection and joins a namespace, `/` included in its name.
    pub(crate) async fn join_namespace(server: &Server, name: &str) -> Self {
        let mut client = Self::open(server).await;
        client.send(&format!("0{name},"));
        client.joined(&format!("40{name},")).await;
        client
    }

    /// Waits for the answer to a CONNECT and keeps the id that it brings.
    pub(crate) async fn joined(&mut self, prefix: &str) {
        let answer = self.next().await;
        let id = answer.strip_prefix(prefix).and_then(|rest| rest.strip_prefix(r#"{"sid":""#));
        let id = id.and_then(|rest| rest.strip_suffix(r#""}"#));
        id.unwrap_or_else(|| panic!("no CONNECT but {answer}")).clone_into(&mut self.sid);
    }

    // --- saying ---

    /// Sends a Socket.IO packet.
    pub(crate) fn send(&self, packet: &str) {
        self.raw(&format!("4{packet}"));
    }

    /// Sends an Engine.IO packet.
    pub(crate) fn raw(&self, packet: &str) {
        self.feed(Feed::Frame(TransportId(0), Frame::Text(packet.into())));
    }

    pub(crate) fn send_binary(&self, data: &'static [u8]) {
        self.feed(Feed::Frame(TransportId(0), Frame::Binary(Bytes::from_static(data))));
    }

    /// Lets something happen on the transport. A connection that has ended does not hear it.
    pub(crate) fn feed(&self, event: Feed) {
        let _ = self.feed.send(event);
    }

    /// The transport ends.
    pub(crate) fn hang_up(&self, how: TransportEnd) {
        self.feed(Feed::Closed(TransportId(0), how));
    }

    // --- hearing ---

    /// The next message: text as it is, binary data as `b` and its bytes, Close as `close`.
    pub(crate) async fn next(&mut self) -> String {
        let next = timeout(PATIENCE, self.pipe.next()).await.expect("a message comes");
        told(next.expect("the connection has not ended"))
    }

    #[track_caller]
    pub(crate) fn expect(&mut self, wanted: &str) -> impl Future<Output = ()> {
        let (wanted, caller) = (wanted.to_owned(), std::panic::Location::caller());
        async move {
            let came = self.next().await;
            assert_eq!(came, wanted, "expected at {caller}");
        }
    }

    /// All that has come and comes without time passing.
    pub(crate) async fn heard(&mut self) -> Vec<String> {
        settle().await;
        let mut heard = Vec::new();
        while let Some(arrived) = self.pipe.frame() {
            heard.push(told(arrived));
        }
        heard
    }

    // --- the rest ---

    pub(crate) fn set_flow(&self, flow: Flow) {
        self.pipe.set_flow(flow);
    }

    /// The public id of its socket in the namespace that it joined last.
    pub(crate) fn sid(&self) -> &str {
        &self.sid
    }

    /// Its socket in the main namespace.
    pub(crate) fn socket(&self) -> Socket {
        let id = SocketId::parse(&self.sid).expect("it has joined");
        self.server.main().socket(id).expect("it is still there")
    }

    /// Whether its connection's task has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.task.is_finished()
    }

    /// Waits until its connection's task has ended.
    pub(crate) async fn ended(&mut self) {
        timeout(Duration::from_secs(120), &mut self.task).await.expect("it ends").expect("without a panic");
    }

    /// Ends the connection's task from outside, as a runtime that stops does.
    pub(crate) async fn abort(&mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

/// Text as it is, binary data as `b` and its bytes, Close as `close`.
fn told((opcode, payload): Arrived) -> String {
    match opcode {
        Opcode::Text => String::from_utf8(payload.into()).expect("text is UTF-8"),
        Opcode::Close => "close".to_owned(),
        _ => format!("b{:?}", Vec::from(payload)),
    }
}
