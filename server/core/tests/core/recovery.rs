//! Clients that lose their connection and go on where they were.

mod guards;
mod refused;
mod restart;
mod taken_over;

use std::time::Duration;

use bytes::Bytes;
use roomful_core::{Broadcast, Limits, Namespace, Recovered, Recovery, Server, Socket};
use roomful_protocol::link::TransportEnd;
use serde_json::Value;
use tokio::time::sleep;

use crate::support::{Client, Probe, settle};

/// A client as the official one behaves: it keeps the id of its session and the last offset, and names both when
/// it comes back.
struct Visitor {
    client: Client,
    namespace: &'static str,
    sid: String,
    pid: String,
    offset: Option<String>,
    recovered: bool,
}

impl Visitor {
    async fn come(server: &Server) -> Self {
        Self::come_to(server, "").await
    }

    /// `namespace` with its comma; empty for the main one.
    async fn come_to(server: &Server, namespace: &'static str) -> Self {
        let client = Client::open(server).await;
        client.send(&format!("0{namespace}"));
        let (sid, pid) = (String::new(), String::new());
        let mut visitor = Self { client, namespace, sid, pid, offset: None, recovered: false };
        assert!(visitor.listen().await.is_empty());
        visitor
    }

    /// Loses its connection without a word.
    async fn vanish(&mut self) {
        self.client.hang_up(TransportEnd::Failed);
        self.client.ended().await;
    }

    /// Comes back by another connection; what it hears.
    async fn come_back(&mut self, server: &Server) -> Vec<Value> {
        self.reconnect(server).await;
        self.listen().await
    }

    async fn reconnect(&mut self, server: &Server) {
        self.client = Client::open(server).await;
        let offset = self.offset.as_ref().map(|offset| format!(r#","offset":"{offset}""#));
        let (namespace, pid) = (self.namespace, &self.pid);
        self.client.send(&format!(r#"0{namespace}{{"pid":"{pid}"{}}}"#, offset.unwrap_or_default()));
        self.recovered = false;
    }

    /// The events that have come, without their offsets.
    async fn listen(&mut self) -> Vec<Value> {
        let mut events = Vec::new();
        for message in self.client.heard().await {
            let text = message.strip_prefix('4').unwrap_or_default();
            let (kind, rest) = text.split_at_checked(1).unwrap_or_default();
            let body = rest.trim_start_matches(|c: char| c != '{' && c != '[');
            match kind {
                "0" => self.connected(&serde_json::from_str(body).expect("an object")),
                "2" | "5" => events.push(self.event(serde_json::from_str(body).expect("an array"))),
                _ => events.push(Value::from(message)),
            }
        }
        events
    }

    fn connected(&mut self, answer: &Value) {
        let text = |name| answer[name].as_str().expect("text").to_owned();
        self.recovered = self.pid == text("pid");
        (self.sid, self.pid) = (text("sid"), text("pid"));
    }

    fn event(&mut self, mut event: Vec<Value>) -> Value {
        if let Some(Value::String(offset)) = event.last() {
            self.offset = Some(offset.clone());
            event.pop();
        }
        event.into()
    }

    fn socket(&self, server: &Server) -> Socket {
        let sid = roomful_core::SocketId::parse(&self.sid).expect("an id");
        server.main().socket(sid).expect("it is there")
    }
}

fn recovering(options: Recovery, main: Namespace<Probe>) -> (Server, Probe) {
    recovering_with(Limits::default(), options, main)
}

fn recovering_with(limits: Limits, options: Recovery, main: Namespace<Probe>) -> (Server, Probe) {
    let probe = Probe::default();
    let server = Server::builder().limits(limits).namespace(main).recovery(options);
    (server.build_with(probe.clone()).expect("a server that can be built"), probe)
}

fn plain() -> Server {
    recovering(Recovery::default(), Namespace::main()).0
}

fn say(to: &Broadcast, number: u32) {
    to.emit_raw("said", (number,));
}

fn said(numbers: impl IntoIterator<Item = u32>) -> Vec<Value> {
    numbers.into_iter().map(|number| serde_json::json!(["said", number])).collect()
}

#[tokio::test(start_paused = true)]
async fn a_client_gets_what_it_missed_in_order_and_once_before_it_is_told_that_it_is_back() {
    let server = plain();
    let mut visitor = Visitor::come(&server).await;
    say(&server.main().everyone(), 1);
    assert_eq!(visitor.listen().await, said([1]));
    let sid = visitor.sid.clone();
    visitor.vanish().await;
    say(&server.main().everyone(), 2);
    say(&server.main().everyone(), 3);
    visitor.reconnect(&server).await;
    let heard = visitor.client.heard().await;
    assert!(heard[0].starts_with(r#"42["said",2,"#) && heard[1].starts_with(r#"42["said",3,"#), "{heard:?}");
    assert!(heard[2].starts_with("40{") && heard[2].contains(&sid), "{heard:?}");
    assert_eq!(heard.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_has_received_nothing_goes_on_from_the_beginning_of_its_session() {
    let server = plain();
    say(&server.main().everyone(), 0);
    let mut visitor = Visitor::come(&server).await;
    visitor.vanish().await;
    say(&server.main().everyone(), 1);
    assert_eq!(visitor.come_back(&server).await, said([1]));
    assert!(visitor.recovered);
}

#[tokio::test(start_paused = true)]
async fn a_client_comes_back_as_often_as_it_likes() {
    let server = plain();
    let mut visitor = Visitor::come(&server).await;
    for number in 0..5 {
        visitor.vanish().await;
        say(&server.main().everyone(), 2 * number);
        assert_eq!(visitor.come_back(&server).await, said([2 * number]));
        say(&server.main().everyone(), 2 * number + 1);
        assert_eq!(visitor.listen().await, said([2 * number + 1]));
    }
    assert_eq!(server.metrics().recovered, 5);
    assert_eq!(server.metrics().events_replayed, 5);
}

#[tokio::test(start_paused = true)]
async fn what_was_queued_when_the_connection_broke_is_not_lost() {
    let server = plain();
    let mut visitor = Visitor::come(&server).await;
    visitor.client.set_flow(crate::support::Flow::Stopped);
    say(&server.main().everyone(), 1);
    visitor.socket(&server).emit_raw("said", (2,));
    settle().await;
    visitor.vanish().await;
    assert_eq!(visitor.come_back(&server).await, said([1, 2]));
}

#[tokio::test(start_paused = true)]
async fn a_socket_is_in_its_rooms_again() {
    let server = plain();
    let mut visitor = Visitor::come(&server).await;
    visitor.socket(&server).join(["a", "b"]);
    visitor.socket(&server).leave("b");
    visitor.vanish().await;
    say(&server.main().to("a"), 1);
    say(&server.main().to("b"), 2);
    say(&server.main().to(&visitor.sid), 3);
    say(&server.main().except("a"), 4);
    assert_eq!(visitor.come_back(&server).await, said([1, 3]));
    let mut rooms = visitor.socket(&server).rooms();
    rooms.sort();
    let mut wanted = vec!["a".to_owned(), visitor.sid.clone()];
    wanted.sort();
    assert_eq!(rooms, wanted);
    say(&server.main().to("a"), 5);
    assert_eq!(visitor.listen().await, said([5]));
}

#[tokio::test(start_paused = true)]
async fn what_was_said_to_a_room_before_the_join_or_after_the_leave_is_not_replayed() {
    let server = plain();
    let mut visitor = Visitor::come(&server).await;
    let socket = visitor.socket(&server);
    visitor.client.set_flow(crate::support::Flow::Stopped);
    say(&server.main().to("a"), 1);
    socket.join("a");
    say(&server.main().to("a"), 2);
    socket.leave("a");
    say(&server.main().to("a"), 3);
    visitor.vanish().await;
    assert_eq!(visitor.come_back(&server).await, said([2]));
}

#[tokio::test(start_paused = true)]
async fn a_sender_does_not_hear_itself_when_it_comes_back() {
    let server = plain();
    let mut visitor = Visitor::come(&server).await;
    let socket = visitor.socket(&server);
    visitor.client.set_flow(crate::support::Flow::Stopped);
    say(&socket.broadcast(), 1);
    visitor.vanish().await;
    assert!(visitor.come_back(&server).await.is_empty());
    assert!(visitor.recovered);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_outlives_the_connection_does_not_speak_to_its_own_client() {
    let server = plain();
    let mut visitor = Visitor::come(&server).await;
    let old = visitor.socket(&server);
    visitor.vanish().await;
    visitor.come_back(&server).await;
    say(&old.broadcast(), 1);
    assert!(visitor.listen().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_socket_handle_reaches_its_client_also_while_it_is_away_and_when_it_is_back() {
    let server = plain();
    let mut visitor = Visitor::come(&server).await;
    let old = visitor.socket(&server);
    visitor.vanish().await;
    let away = old.emit_raw("said", (1,));
    assert_eq!((away.queued, away.dropped), (1, 0));
    assert_eq!(visitor.come_back(&server).await, said([1]));
    old.emit_raw("said", (2,));
    assert_eq!(visitor.listen().await, said([2]));
}

#[tokio::test(start_paused = true)]
async fn volatile_events_and_requests_are_not_kept() {
    let server = plain();
    let mut visitor = Visitor::come(&server).await;
    let socket = visitor.socket(&server);
    visitor.client.set_flow(crate::support::Flow::Stopped);
    socket.emit_raw_volatile("said", (1,));
    let request = socket.request_raw::<()>("ask", (2,));
    let asked = tokio::spawn(async move { request.await });
    settle().await;
    visitor.vanish().await;
    assert!(asked.await.expect("no panic").is_err());
    assert!(visitor.come_back(&server).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_volatile_event_that_ends_in_text_names_the_place_of_the_log_and_disturbs_nothing() {
    let server = plain();
    let mut visitor = Visitor::come(&server).await;
    say(&server.main().everyone(), 1);
    server.main().everyone().volatile().emit_raw("typing", ("ada",));
    visitor.socket(&server).emit_raw_volatile("typing", ("bob",));
    server.main().everyone().volatile().emit_raw("progress", (50,));
    let heard = visitor.listen().await;
    assert_eq!(heard[1], serde_json::json!(["typing", "ada"]));
    assert_eq!(heard[2], serde_json::json!(["typing", "bob"]));
    assert_eq!(heard[3], serde_json::json!(["progress", 50]), "without an offset");
    visitor.vanish().await;
    say(&server.main().everyone(), 2);
    assert_eq!(visitor.come_back(&server).await, said([2]));
}

#[tokio::test(start_paused = true)]
async fn a_binary_event_is_replayed_whole() {
    let server = plain();
    let mut visitor = Visitor::come(&server).await;
    visitor.vanish().await;
    server.main().emit_raw("image", (Bytes::from_static(&[1, 2]), "png"));
    visitor.reconnect(&server).await;
    let heard = visitor.client.heard().await;
    assert!(heard[0].starts_with(r#"451-["image",{"_placeholder":true,"num":0},"png","#), "{heard:?}");
    assert_eq!(heard[1], format!("b{:?}", [1u8, 2]));
}

#[tokio::test(start_paused = true)]
async fn what_a_disconnect_hook_says_to_its_client_is_kept_for_it() {
    let main = Namespace::main().on_disconnect(async |socket: Socket| {
        socket.emit_raw("said", (1,));
    });
    let (server, _) = recovering(Recovery::default(), main);
    let mut visitor = Visitor::come(&server).await;
    visitor.vanish().await;
    assert_eq!(visitor.come_back(&server).await, said([1]));
}

#[tokio::test(start_paused = true)]
async fn handlers_and_hooks_know_how_a_socket_came_back() {
    let main = Namespace::main().on_connect(
        async |socket: Socket, roomful_core::State(probe): roomful_core::State<Probe>| {
            probe.note(format!("{:?}", socket.recovered()));
        },
    );
    let (server, probe) = recovering(Recovery::default(), main);
    let mut visitor = Visitor::come(&server).await;
    visitor.vanish().await;
    say(&server.main().everyone(), 1);
    visitor.come_back(&server).await;
    assert_eq!(probe.notes(), ["NotAsked", "Yes { replayed: 1 }"]);
    assert_eq!(visitor.socket(&server).recovered(), Recovered::Yes { replayed: 1 });
}

#[tokio::test(start_paused = true)]
async fn a_dynamic_namespace_that_went_with_its_last_client_is_there_again() {
    let server = Server::builder::<()>()
        .namespace(Namespace::new("/room-*"))
        .recovery(Recovery::default())
        .build()
        .expect("a server that can be built");
    let mut visitor = Visitor::come_to(&server, "/room-1,").await;
    server.namespace("/room-1").expect("it exists").emit_raw("said", (1,));
    visitor.vanish().await;
    assert!(server.namespace("/room-1").is_none());
    assert_eq!(visitor.come_back(&server).await, said([1]));
    assert!(visitor.recovered);
}

#[tokio::test(start_paused = true)]
async fn without_recovery_nothing_is_added_to_what_clients_hear() {
    let server = Server::builder::<()>().build().expect("a server that can be built");
    let mut client = Client::open(&server).await;
    client.send(r#"0{"pid":"x","offset":"y"}"#);
    let answer = client.next().await;
    assert!(!answer.contains("pid"), "{answer}");
    server.main().emit_raw("said", ("text",));
    client.expect(r#"42["said","text"]"#).await;
}

#[tokio::test(start_paused = true)]
async fn a_session_is_not_kept_for_longer_than_was_said() {
    let server = plain();
    let mut visitor = Visitor::come(&server).await;
    visitor.vanish().await;
    sleep(Duration::from_secs(119)).await;
    visitor.come_back(&server).await;
    assert!(visitor.recovered);
    visitor.vanish().await;
    sleep(Duration::from_secs(121)).await;
    visitor.come_back(&server).await;
    assert!(!visitor.recovered);
}
