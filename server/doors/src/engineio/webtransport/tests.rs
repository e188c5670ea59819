use std::future::pending;
use std::net::SocketAddr;
use std::sync::Weak;

use roomful_core::{Args, Handshake, Headers, Namespace, RawArgs, Server, Socket, TransportKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf, duplex, split};

use super::*;
use crate::{EngineIo, Origins};

/// A session in memory, with a stream that is there at once or never.
struct InMemory {
    stream: Option<DuplexStream>,
    _alive: Arc<()>,
}

impl Session for InMemory {
    type Reader = ReadHalf<DuplexStream>;
    type Writer = WriteHalf<DuplexStream>;

    async fn accept_stream(&mut self) -> io::Result<(Self::Reader, Self::Writer)> {
        match self.stream.take() {
            Some(stream) => Ok(split(stream)),
            None => pending().await,
        }
    }
}

/// A session, and what tells whether it is still held.
fn session(stream: Option<DuplexStream>) -> (InMemory, Weak<()>) {
    let alive = Arc::new(());
    let held = Arc::downgrade(&alive);
    (InMemory { stream, _alive: alive }, held)
}

fn handshake(headers: &[(&str, &str)]) -> Handshake {
    let headers = headers.iter().map(|(name, value)| (*name, value.as_bytes()));
    let address: SocketAddr = ([127, 0, 0, 1], 9).into();
    Handshake::new(Headers::collect(headers), "/socket.io/", Vec::new(), Some(address), true)
}

/// A door whose server answers each message by as many numbered ones as it says.
fn door() -> (EngineIo, Server) {
    let main =
        Namespace::main().on_raw("message", async |socket: Socket, Args((count,)): Args<(String,)>| {
            for i in 0..count.parse().unwrap_or(0) {
                socket.emit_args("message", &RawArgs::single(&format!("{i} {}", "x".repeat(500))).unwrap());
            }
        });
    let server = Server::builder::<()>().namespace(main).build().unwrap();
    (EngineIo::bare(server.clone()).transports([TransportKind::WebTransport]), server)
}

struct Client {
    stream: DuplexStream,
    decoder: FrameDecoder,
}

impl Client {
    /// A client whose connection is open. Its stream holds only a few bytes at a time.
    async fn open(door: &EngineIo) -> (Self, Weak<()>) {
        let (ours, theirs) = duplex(100);
        let (session, held) = session(Some(theirs));
        let mut client = Self { stream: ours, decoder: FrameDecoder::new(10_000) };
        client.say("0").await;
        door.webtransport(session, handshake(&[])).await;
        assert!(client.hear().await.unwrap().starts_with("0{\"sid\""));
        (client, held)
    }

    async fn say(&mut self, text: &str) {
        let mut bytes = BytesMut::new();
        encode(false, text.as_bytes(), &mut bytes);
        self.stream.write_all(&bytes).await.unwrap();
    }

    /// The next text; `None` at the end.
    async fn hear(&mut self) -> Option<String> {
        loop {
            let mut byte = [0];
            if self.stream.read(&mut byte).await.unwrap() == 0 {
                return None;
            }
            if let Some(Frame::Text(text)) = self.decoder.decode(&mut &byte[..]).unwrap() {
                return Some(text.to_string());
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_without_a_stream_is_let_go_after_the_upgrade_timeout() {
    let (door, server) = door();
    let (session, held) = session(None);
    let begun = tokio::time::Instant::now();
    door.webtransport(session, handshake(&[])).await;
    assert_eq!(begun.elapsed(), server.limits().upgrade_timeout);
    assert!(held.upgrade().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_stops_inside_its_first_frame_is_let_go_after_the_upgrade_timeout() {
    let (door, server) = door();
    let (mut ours, theirs) = duplex(100);
    let (session, held) = session(Some(theirs));
    ours.write_all(&[5, b'0']).await.unwrap();
    let begun = tokio::time::Instant::now();
    door.webtransport(session, handshake(&[])).await;
    assert_eq!(begun.elapsed(), server.limits().upgrade_timeout);
    assert!(held.upgrade().is_none());
}

#[tokio::test]
async fn a_client_that_reads_slowly_gets_everything_in_order() {
    let (door, _server) = door();
    let (mut client, _) = Client::open(&door).await;
    client.say("4200").await;
    for i in 0..200 {
        assert!(client.hear().await.unwrap().starts_with(&format!("4{i} x")));
    }
}

#[tokio::test]
async fn what_is_queued_is_delivered_before_the_session_ends() {
    let (door, server) = door();
    let (mut client, held) = Client::open(&door).await;
    client.say("4500").await;
    assert!(client.hear().await.unwrap().starts_with("40 x"));
    let closing = tokio::spawn(async move { server.close(Duration::from_secs(10)).await });
    for i in 1..500 {
        assert!(client.hear().await.unwrap().starts_with(&format!("4{i} x")));
        // Of the last one the stream takes all while it is being read.
        assert!(i == 499 || held.upgrade().is_some());
    }
    assert_eq!(client.hear().await, None);
    assert!(closing.await.unwrap());
    assert!(held.upgrade().is_none());
}

#[tokio::test]
async fn a_session_that_ends_ends_its_connection() {
    let (door, server) = door();
    let (client, _) = Client::open(&door).await;
    assert_eq!(server.connection_count(), 1);
    drop(client);
    let ended = async {
        while server.connection_count() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), ended).await.unwrap();
}

#[tokio::test]
async fn a_session_is_admitted_where_it_is_offered_to_its_origin() {
    let (door, server) = door();
    let (from_a, from_b) = ([("origin", "https://a.example")], [("origin", "https://b.example")]);
    assert!(door.admits_webtransport(&handshake(&from_b)));
    let only_a = door.clone().only_origins(Origins::list(["https://a.example"]));
    assert!(only_a.admits_webtransport(&handshake(&from_a)));
    assert!(only_a.admits_webtransport(&handshake(&[])));
    assert!(!only_a.admits_webtransport(&handshake(&from_b)));
    assert!(!door.clone().transports([TransportKind::WebSocket]).admits_webtransport(&handshake(&from_a)));
    server.close(Duration::ZERO).await;
    assert!(!door.admits_webtransport(&handshake(&from_a)));
}
