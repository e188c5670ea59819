//! Events that are sent again because no answer came: handled once, answered the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use roomful_core::{Args, MemorySnapshot, Namespace, RawArgs, Recovery, Server, State, last_text};
use roomful_protocol::link::TransportEnd;

use crate::support::{Client, Probe, server, settle};

/// Numbers its orders, so that handling one twice would show.
fn shop(main: Namespace<Probe>) -> Namespace<Probe> {
    let orders = Arc::new(AtomicUsize::new(0));
    let order = move |Args((what,)): Args<(String,)>, State(probe): State<Probe>| {
        probe.note(&what);
        let number = orders.fetch_add(1, Ordering::Relaxed) + 1;
        async move { Args((what, number)) }
    };
    main.handle_once(last_text).on_raw("order", order)
}

async fn ask(client: &mut Client, ack: u32, id: &str) -> String {
    client.send(&format!(r#"2{ack}["order","tea","{id}"]"#));
    client.next().await
}

#[tokio::test(start_paused = true)]
async fn a_retry_gets_the_answer_of_the_first_try_under_its_own_ack_id() {
    let (server, probe) = server(shop);
    let mut client = Client::join(&server).await;
    assert_eq!(ask(&mut client, 0, "a").await, r#"430["tea",1]"#);
    assert_eq!(ask(&mut client, 1, "a").await, r#"431["tea",1]"#);
    assert_eq!(ask(&mut client, 2, "b").await, r#"432["tea",2]"#);
    assert_eq!(probe.notes(), ["tea", "tea"]);
    assert_eq!(server.metrics().repeated_events, 1);
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_comes_while_the_first_try_is_handled_waits_for_its_answer() {
    let slow = async |State(probe): State<Probe>| {
        probe.note("began");
        probe.wait().await;
        Args((7,))
    };
    let (server, probe) = server(|main| main.handle_once(last_text).on_raw("order", slow));
    let mut client = Client::join(&server).await;
    client.send(r#"20["order","a"]"#);
    client.send(r#"21["order","a"]"#);
    settle().await;
    probe.let_through(1);
    let mut answers = client.heard().await;
    answers.sort();
    assert_eq!(answers, ["430[7]", "431[7]"]);
    assert_eq!(probe.notes(), ["began"]);
}

#[tokio::test(start_paused = true)]
async fn one_clients_ids_are_not_anothers() {
    let (server, _) = server(shop);
    let mut one = Client::join(&server).await;
    let mut other = Client::join(&server).await;
    assert_eq!(ask(&mut one, 0, "a").await, r#"430["tea",1]"#);
    assert_eq!(ask(&mut other, 0, "a").await, r#"430["tea",2]"#);
}

#[tokio::test(start_paused = true)]
async fn an_event_without_an_id_is_handled_each_time() {
    let (server, probe) = server(|main| {
        main.handle_once(last_text).on_raw("count", async |State(probe): State<Probe>| probe.note("x"))
    });
    let client = Client::join(&server).await;
    client.send(r#"2["count",1]"#);
    client.send(r#"2["count",1]"#);
    client.send(r#"2["count"]"#);
    settle().await;
    assert_eq!(probe.notes().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_asks_for_no_answer_is_handled_once_too() {
    let (server, probe) = server(shop);
    let client = Client::join(&server).await;
    client.send(r#"2["order","tea","a"]"#);
    client.send(r#"2["order","tea","a"]"#);
    settle().await;
    assert_eq!(probe.notes(), ["tea"]);
}

#[tokio::test(start_paused = true)]
async fn an_event_whose_handler_panicked_is_handled_again() {
    let fails_first = async |State(probe): State<Probe>| {
        assert!(probe.is_open(), "the first try fails");
        Args(("done",))
    };
    let (server, probe) = server(|main| main.handle_once(last_text).on_raw("order", fails_first));
    let mut client = Client::join(&server).await;
    client.send(r#"20["order","a"]"#);
    settle().await;
    probe.let_through(1);
    client.send(r#"21["order","a"]"#);
    client.expect(r#"431["done"]"#).await;
}

#[tokio::test(start_paused = true)]
async fn the_oldest_events_are_forgotten_when_there_are_too_many() {
    let (server, probe) = server(shop);
    let mut client = Client::join(&server).await;
    for id in 0..257 {
        ask(&mut client, id, &id.to_string()).await;
    }
    assert_eq!(ask(&mut client, 300, "1").await, r#"43300["tea",2]"#);
    assert_eq!(ask(&mut client, 301, "0").await, r#"43301["tea",258]"#);
    assert_eq!(probe.notes().len(), 258);
}

#[tokio::test(start_paused = true)]
async fn a_program_finds_its_ids_where_it_puts_them() {
    let id = |_: &str, args: &RawArgs| Some(args.parse_first::<serde_json::Value>().ok()?["id"].to_string());
    let (server, probe) = server(|main| {
        main.handle_once(id).on_raw("order", async |State(probe): State<Probe>| probe.note("order"))
    });
    let client = Client::join(&server).await;
    client.send(r#"2["order",{"id":1}]"#);
    client.send(r#"2["order",{"id":1,"try":2}]"#);
    client.send(r#"2["order",{"id":2}]"#);
    settle().await;
    assert_eq!(probe.notes().len(), 2);
}

// --- over a reconnect ---

fn recovering(main: Namespace<Probe>, recovery: Recovery, probe: &Probe) -> Server {
    let server = Server::builder().namespace(main).recovery(recovery);
    server.build_with(probe.clone()).expect("a server that can be built")
}

/// Comes, and keeps the id of its session.
async fn come(server: &Server) -> (Client, String) {
    let mut client = Client::open(server).await;
    client.send("0");
    let answer = client.next().await;
    let pid = answer.split(r#""pid":""#).nth(1).and_then(|rest| rest.split('"').next()).expect("a session");
    (client, pid.to_owned())
}

async fn come_back(server: &Server, pid: &str) -> Client {
    let mut client = Client::open(server).await;
    client.send(&format!(r#"0{{"pid":"{pid}"}}"#));
    assert!(client.next().await.contains(pid));
    client
}

#[tokio::test(start_paused = true)]
async fn a_retry_by_another_connection_gets_the_same_answer() {
    let probe = Probe::default();
    let server = recovering(shop(Namespace::main()), Recovery::default(), &probe);
    let (mut client, pid) = come(&server).await;
    assert_eq!(ask(&mut client, 0, "a").await, r#"430["tea",1]"#);
    client.hang_up(TransportEnd::Failed);
    client.ended().await;
    let mut client = come_back(&server, &pid).await;
    assert_eq!(ask(&mut client, 1, "a").await, r#"431["tea",1]"#);
    assert_eq!(probe.notes(), ["tea"]);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_ends_after_its_client_came_back_answers_the_retry() {
    let slow = async |State(probe): State<Probe>| {
        probe.note("began");
        probe.wait().await;
        Args((7,))
    };
    let probe = Probe::default();
    let main = Namespace::main().handle_once(last_text).on_raw("order", slow);
    let server = recovering(main, Recovery::default(), &probe);
    let (client, pid) = come(&server).await;
    client.send(r#"20["order","a"]"#);
    settle().await;
    client.hang_up(TransportEnd::Failed);
    settle().await;
    let mut again = come_back(&server, &pid).await;
    again.send(r#"21["order","a"]"#);
    settle().await;
    probe.let_through(1);
    again.expect("431[7]").await;
    assert_eq!(probe.notes(), ["began"]);
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_a_restart_of_the_server_gets_the_same_answer() {
    let (store, probe) = (MemorySnapshot::new(), Probe::default());
    let start = || recovering(shop(Namespace::main()), Recovery::default().store(store.clone()), &probe);
    let server = start();
    let (mut client, pid) = come(&server).await;
    assert_eq!(ask(&mut client, 0, "a").await, r#"430["tea",1]"#);
    assert!(server.close(Duration::from_secs(60)).await);
    let server = start();
    let mut client = come_back(&server, &pid).await;
    assert_eq!(ask(&mut client, 1, "a").await, r#"431["tea",1]"#);
    assert_eq!(probe.notes(), ["tea"]);
}
