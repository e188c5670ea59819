//! What the kit promises to the tests of others.

use std::time::Duration;

use bytes::Bytes;
use roomful_core::{
    Args, Auth, ConnectError, DisconnectReason, EventError, Limits, Namespace, RawArgs, Recovered, Recovery,
    Server, Socket, State,
};
use roomful_test::{Flow, TestClient, assert_ack, assert_push, refute_push, settle};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

type Notes = UnboundedSender<String>;

async fn only_ann(socket: Socket, auth: Option<Auth<Credentials>>) -> Result<(), ConnectError> {
    match auth {
        Some(Auth(Credentials { name })) if name == "ann" => Ok(()),
        _ => Err(ConnectError::new("who are you?").with_data(socket.handshake().url())),
    }
}

#[derive(Deserialize)]
struct Credentials {
    name: String,
}

/// A server that does a bit of everything, and what it notes.
fn server() -> (Server, UnboundedReceiver<String>) {
    let (notes, noted) = unbounded_channel();
    let main = Namespace::<Notes>::main()
        .on_raw("echo", async |socket: Socket, args: RawArgs| {
            socket.emit_args("echo", &args);
        })
        .on_raw("add", async |Args((a, b)): Args<(i32, i32)>| Args((a + b,)))
        .on_raw("fail", async || -> Result<(), EventError> { Err("no".into()) })
        .on_raw("count", async |socket: Socket, Args((n,)): Args<(u32,)>| {
            (0..n).for_each(|i| drop(socket.emit_raw("n", (i,))));
        })
        .on_raw("join", async |socket: Socket, Args((room,)): Args<(String,)>| {
            tokio::time::sleep(Duration::from_secs(1)).await;
            socket.join(room);
        })
        .on_raw("leave", async |socket: Socket, Args((room,)): Args<(String,)>| socket.leave(room))
        .on_raw("ask", async |socket: Socket, State(notes): State<Notes>| {
            let answer = socket.request_raw::<(u32, String)>("question", (41,)).await;
            let _ = notes.send(format!("{answer:?}"));
        })
        .on_raw("kick", async |socket: Socket| socket.disconnect())
        .on_raw("close", async |socket: Socket| socket.disconnect_connection())
        .on_raw("who", async |socket: Socket| {
            let handshake = socket.handshake();
            let agent = handshake.headers().get("user-agent").unwrap_or_default().to_owned();
            let token = handshake.query_value("token").unwrap_or_default().to_owned();
            Args((agent, token, handshake.address().map(|address| address.to_string())))
        })
        .on_disconnect(async |State(notes): State<Notes>, reason: DisconnectReason| {
            let _ = notes.send(reason.to_string());
        });
    let server = Server::builder()
        .namespace(main)
        .namespace(Namespace::new("/private").guard(only_ann))
        .build_with(notes)
        .unwrap();
    (server, noted)
}

/// What a test that fails says.
async fn failure(test: impl Future<Output = ()> + Send + 'static) -> String {
    let panic = tokio::spawn(test).await.expect_err("it fails").into_panic();
    *panic.downcast::<String>().expect("with a message of its own")
}

#[tokio::test(start_paused = true)]
async fn a_client_joins_says_and_hears() {
    let (server, _noted) = server();
    let client = TestClient::join(&server).await;
    assert_eq!(client.socket().id(), client.id());
    client.emit("echo", (1, "two", json!({ "three": [null] })));
    assert_push!(client, "echo", (1, "two", json!({ "three": [null] })));
    refute_push!(client);
}

#[tokio::test(start_paused = true)]
async fn binary_data_goes_both_ways() {
    let (server, _noted) = server();
    let client = TestClient::join(&server).await;
    let data = || (Bytes::from_static(b"abc"), [Bytes::from_static(b"d")]);
    client.emit("echo", data());
    let push = assert_push!(client, "echo", data());
    assert_eq!(push.parse::<(Bytes, Vec<Bytes>)>().1, ["d"]);
}

#[tokio::test(start_paused = true)]
async fn what_a_client_says_of_itself_is_what_handlers_see() {
    let (server, _noted) = server();
    let joining = TestClient::of(&server).header("user-agent", "test").query("token", "secret");
    let client = joining.address("192.0.2.1:7".parse().unwrap()).join().await;
    assert_ack!(client, "who", () => ("test", "secret", "192.0.2.1:7"));
}

#[tokio::test(start_paused = true)]
async fn a_guard_lets_in_or_refuses() {
    let (server, _noted) = server();
    let private = || TestClient::of(&server).namespace("/private");
    let refused = private().refused().await;
    assert_eq!(refused.message, "who are you?");
    assert!(refused.data.is_some_and(|url| url.as_str().is_some_and(|url| url.starts_with("/socket.io/"))));
    assert_eq!(private().auth(json!({ "name": "bob" })).refused().await.message, "who are you?");
    let ann = private().auth(json!({ "name": "ann" })).join().await;
    assert_eq!(ann.namespace(), "/private");
    assert_eq!(TestClient::of(&server).namespace("/x").refused().await.message, "Invalid namespace");
}

#[tokio::test(start_paused = true)]
async fn events_of_one_name_are_taken_in_order_and_others_stay() {
    let (server, _noted) = server();
    let client = TestClient::join(&server).await;
    client.emit("count", (3,));
    client.emit("echo", ("x",));
    assert_push!(client, "echo");
    assert_push!(client, "n", (0,));
    let rest: Vec<u32> = client.pushes().await.iter().map(roomful_test::Push::parse).collect();
    assert_eq!(rest, [1, 2]);
    refute_push!(client, "n");
}

#[tokio::test(start_paused = true)]
async fn arguments_are_matched_by_a_pattern() {
    let (server, _noted) = server();
    let client = TestClient::join(&server).await;
    client.emit("echo", (7, "seven"));
    let (number, _) = assert_push!(client, "echo", as (u32, String) => (7, text) if text.len() == 5);
    assert_eq!(number, 7);
    client.emit("echo", json!({ "name": "ann" }));
    let credentials = assert_push!(client, "echo", as Credentials => Credentials { name } if name == "ann");
    assert_eq!(credentials.name.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn acknowledgements_are_checked() {
    let (server, _noted) = server();
    let client = TestClient::join(&server).await;
    assert_ack!(client, "add", (1, 2) => (3,));
    let sum = assert_ack!(client, "add", (20, 22) => as i32 => sum if *sum > 40);
    assert_eq!(sum, 42);
    let answer = assert_ack!(client, "fail", ());
    assert_eq!(answer.parse_first::<serde_json::Value>().unwrap()["error"], "no");
}

#[tokio::test(start_paused = true)]
async fn what_a_handler_asks_is_answered() {
    let (server, mut noted) = server();
    let client = TestClient::join(&server).await;
    client.emit("ask", ());
    let question = assert_push!(client, "question", (41,));
    assert!(question.wants_answer());
    question.answer((42, "why"));
    assert_eq!(noted.recv().await.unwrap(), r#"Ok((42, "why"))"#);
}

#[tokio::test(start_paused = true)]
async fn rooms_are_waited_for() {
    let (server, _noted) = server();
    let client = TestClient::join(&server).await;
    client.emit("join", "tea");
    settle().await;
    assert!(client.rooms().is_empty(), "its handler still waits");
    client.in_room("tea").await;
    assert_eq!(client.rooms(), ["tea"]);
    client.emit("leave", "tea");
    client.out_of_room("tea").await;
    assert!(client.rooms().is_empty());
}

#[tokio::test(start_paused = true)]
async fn every_end_has_its_reason() {
    let (server, mut noted) = server();
    let mut reason = async |end: fn(&TestClient)| {
        let client = TestClient::of(&server).patience(Duration::from_secs(60)).join().await;
        end(&client);
        noted.recv().await.unwrap()
    };
    assert_eq!(reason(TestClient::leave).await, "client namespace disconnect");
    assert_eq!(reason(TestClient::hang_up).await, "transport close");
    assert_eq!(reason(TestClient::break_off).await, "transport error");
    assert_eq!(reason(TestClient::fall_silent).await, "ping timeout");
    assert_eq!(reason(|client| client.emit("kick", ())).await, "server namespace disconnect");
    drop(TestClient::join(&server).await);
    assert_eq!(noted.recv().await.unwrap(), "transport close");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_thrown_out_knows() {
    let (server, _noted) = server();
    let client = TestClient::join(&server).await;
    client.emit("kick", ());
    client.kicked().await;
    let client = TestClient::join(&server).await;
    client.emit("close", ());
    client.closed().await;
    settle().await;
    assert_eq!(server.connection_count(), 1, "the one that was only kicked");
}

#[tokio::test(start_paused = true)]
async fn heartbeats_are_answered_for_as_long_as_it_lives() {
    let (server, _noted) = server();
    let client = TestClient::join(&server).await;
    tokio::time::sleep(Duration::from_secs(3600)).await;
    assert_ack!(client, "add", (1, 1) => 2);
}

#[tokio::test(start_paused = true)]
async fn a_client_may_be_slow() {
    let limits = Limits { outbox_soft: 1 << 10, outbox_budget: 0, ..Limits::default() };
    let server = Server::builder::<()>().limits(limits).build().unwrap();
    let client = TestClient::join(&server).await;
    client.set_flow(Flow::Stopped);
    for _ in 0..10 {
        server.main().everyone().emit_raw("news", "x".repeat(1000));
    }
    client.set_flow(Flow::Open);
    client.closed().await;
}

/// A server that recovers sessions, for a minute.
fn recovering() -> Server {
    let recovery = Recovery::default().max_age(Duration::from_secs(60));
    Server::builder::<()>().recovery(recovery).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_client_goes_on_where_it_was_and_hears_what_it_missed() {
    let server = recovering();
    let everyone = || server.main().everyone();
    let client = TestClient::join(&server).await;
    let id = client.id();
    everyone().emit_raw("news", ("first", "AAAA.z"));
    assert_push!(client, "news", ("first", "AAAA.z"));
    everyone().emit_raw("news", ());
    assert_push!(client, "news", ());
    let place = client.lose_connection().await;
    everyone().emit_raw("news", ("missed", Bytes::from_static(b"x")));
    let client = TestClient::of(&server).back_at(place).join().await;
    assert_eq!(client.id(), id);
    assert_eq!(client.socket().recovered(), Recovered::Yes { replayed: 1 });
    assert_push!(client, "news", ("missed", Bytes::from_static(b"x")));
    refute_push!(client);
    // Its place has moved on.
    let client = TestClient::of(&server).back_at(client.lose_connection().await).join().await;
    assert_eq!(client.socket().recovered(), Recovered::Yes { replayed: 0 });
}

#[tokio::test(start_paused = true)]
async fn a_client_that_was_away_for_too_long_is_a_new_one() {
    let server = recovering();
    let client = TestClient::join(&server).await;
    let id = client.id();
    let place = client.lose_connection().await;
    tokio::time::sleep(Duration::from_secs(120)).await;
    let client = TestClient::of(&server).back_at(place).join().await;
    assert_ne!(client.id(), id);
    assert!(matches!(client.socket().recovered(), Recovered::No(_)));
}

// --- what a test that fails says ---

#[tokio::test(start_paused = true)]
async fn a_place_needs_a_server_that_recovers() {
    let (server, _noted) = server();
    let told = failure(async move {
        TestClient::join(&server).await.lose_connection().await;
    });
    assert!(told.await.contains("the server does not recover sessions"));
}

#[tokio::test(start_paused = true)]
async fn an_event_that_does_not_come_fails_with_what_came_instead() {
    let (server, _noted) = server();
    let told = failure(async move {
        let client = TestClient::join(&server).await;
        client.emit("echo", "hello");
        assert_push!(client, "said");
    });
    let told = told.await;
    assert!(told.contains(r#"waited in vain for the event "said""#), "{told}");
    assert!(told.contains(r#"the event "echo" with ["hello"]"#) && told.contains("kit.rs:"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn other_arguments_fail_with_both() {
    let (server, _noted) = server();
    let told = failure(async move {
        let client = TestClient::join(&server).await;
        client.emit("echo", ("a", 1));
        assert_push!(client, "echo", ("a", 2));
    });
    assert!(told.await.contains(r#"has ["a",1] [] instead of ["a",2] []"#));
}

#[tokio::test(start_paused = true)]
async fn other_binary_data_fails() {
    let (server, _noted) = server();
    let told = failure(async move {
        let client = TestClient::join(&server).await;
        client.emit("echo", Bytes::from_static(b"a"));
        assert_push!(client, "echo", Bytes::from_static(b"b"));
    });
    assert!(told.await.contains("instead of"));
}

#[tokio::test(start_paused = true)]
async fn a_pattern_that_does_not_fit_fails() {
    let (server, _noted) = server();
    let told = failure(async move {
        let client = TestClient::join(&server).await;
        client.emit("echo", 7);
        assert_push!(client, "echo", as u32 => 8);
    });
    assert!(told.await.contains("does not match 8"));
}

#[tokio::test(start_paused = true)]
async fn an_event_that_should_not_come_fails_when_it_does() {
    let (server, _noted) = server();
    let told = failure(async move {
        let client = TestClient::join(&server).await;
        client.emit("echo", ());
        refute_push!(client, "echo");
    });
    assert!(told.await.contains(r#"the event "echo" with [] should not have come"#));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_come_or_is_another_one_fails() {
    let (server, _noted) = server();
    let twin = server.clone();
    let told = failure(async move {
        let client = TestClient::join(&twin).await;
        client.request("nobody listens", ()).await;
    });
    assert!(told.await.contains("waited in vain for an answer to \"nobody listens\""));
    let told = failure(async move {
        let client = TestClient::join(&server).await;
        assert_ack!(client, "add", (1, 1) => 3);
    });
    assert!(told.await.contains("the answer to \"add\" has [2] [] instead of [3] []"));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_refused_fails_to_join() {
    let (server, _noted) = server();
    let told = failure(async move {
        TestClient::of(&server).namespace("/private").join().await;
    });
    assert!(told.await.contains("/private was not joined: Refused { message: \"who are you?\""));
}
