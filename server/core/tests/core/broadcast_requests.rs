//! Asking many clients at once.

use std::time::Duration;

use roomful_core::{Broadcast, Limits, RequestError, Responses, Server, SocketId};
use roomful_protocol::link::TransportEnd;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::support::{Client, Flow, cluster, server, server_with, settle};

type Heard = Result<Responses<u32>, RequestError>;

fn ask(broadcast: &Broadcast) -> JoinHandle<Heard> {
    tokio::spawn(broadcast.request_raw("question", "?").timeout(Duration::from_secs(10)).into_future())
}

/// Takes the question from the wire; the id that it has there.
async fn asked(client: &mut Client) -> String {
    let packet = client.next().await;
    let id = packet.strip_prefix("42").and_then(|rest| rest.strip_suffix(r#"["question","?"]"#));
    id.unwrap_or_else(|| panic!("no question but {packet}")).to_owned()
}

async fn answer(client: &mut Client, answer: &str) {
    let id = asked(client).await;
    client.send(&format!("3{id}[{answer}]"));
}

fn values(responses: &Responses<u32>) -> Vec<u32> {
    let mut values: Vec<_> = responses.values().copied().collect();
    values.sort_unstable();
    values
}

async fn three() -> (Server, [Client; 3]) {
    let (server, _) = server(|main| main);
    let clients = [Client::join(&server).await, Client::join(&server).await, Client::join(&server).await];
    (server, clients)
}

#[tokio::test(start_paused = true)]
async fn it_ends_when_everybody_has_answered() {
    let (server, mut clients) = three().await;
    let began = Instant::now();
    let asking = ask(&server.main().everyone());
    for (n, client) in clients.iter_mut().enumerate() {
        answer(client, &n.to_string()).await;
    }
    let responses = asking.await.unwrap().unwrap();
    assert_eq!(values(&responses), [0, 1, 2]);
    assert_eq!(responses.asked, 3);
    assert!(responses.is_complete());
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn an_answer_says_whose_it_is() {
    let (server, mut clients) = three().await;
    let asking = ask(&server.main().to(SocketId::parse(clients[1].sid()).unwrap()));
    answer(&mut clients[1], "7").await;
    let responses = asking.await.unwrap().unwrap();
    assert_eq!(responses.answers[0].socket.as_ref().map(|id| id.as_str()), Some(clients[1].sid()));
    assert_eq!(responses.answers[0].node, server.node());
}

#[tokio::test(start_paused = true)]
async fn everybody_is_asked_under_one_id() {
    let (server, mut clients) = three().await;
    let _asking = ask(&server.main().everyone());
    let first = asked(&mut clients[0]).await;
    assert_eq!(asked(&mut clients[1]).await, first);
    assert_eq!(asked(&mut clients[2]).await, first);
}

#[tokio::test(start_paused = true)]
async fn when_the_time_is_up_it_gives_what_has_come() {
    let (server, mut clients) = three().await;
    let began = Instant::now();
    let asking = ask(&server.main().everyone());
    answer(&mut clients[0], "1").await;
    let responses = asking.await.unwrap().unwrap();
    assert_eq!(began.elapsed().as_secs(), 10);
    assert_eq!((values(&responses), responses.asked), (vec![1], 3));
    assert!(!responses.is_complete());
}

#[tokio::test(start_paused = true)]
async fn a_client_counts_once_however_often_it_answers() {
    let (server, mut clients) = three().await;
    let asking = ask(&server.main().everyone());
    let id = asked(&mut clients[0]).await;
    for n in 1..=3 {
        clients[0].send(&format!("3{id}[{n}]"));
    }
    answer(&mut clients[1], "8").await;
    answer(&mut clients[2], "9").await;
    assert_eq!(values(&asking.await.unwrap().unwrap()), [1, 8, 9]);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_was_not_asked_cannot_answer() {
    let (server, mut clients) = three().await;
    let [first, second, _] = &mut clients;
    let asking = ask(&server.main().to(SocketId::parse(first.sid()).unwrap()));
    let id = asked(first).await;
    second.send(&format!("3{id}[666]"));
    settle().await;
    first.send(&format!("3{id}[1]"));
    assert_eq!(values(&asking.await.unwrap().unwrap()), [1]);
}

#[tokio::test(start_paused = true)]
async fn the_first_argument_of_an_answer_counts() {
    let (server, mut clients) = three().await;
    let asking = ask(&server.main().to(SocketId::parse(clients[0].sid()).unwrap()));
    answer(&mut clients[0], "1,2,3").await;
    assert_eq!(values(&asking.await.unwrap().unwrap()), [1]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_fit_is_an_answer_all_the_same() {
    let (server, mut clients) = three().await;
    let asking = ask(&server.main().to(SocketId::parse(clients[0].sid()).unwrap()));
    answer(&mut clients[0], r#""text""#).await;
    let responses = asking.await.unwrap().unwrap();
    assert!(responses.answers[0].answer.is_err());
    assert!(responses.is_complete());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_disconnects_is_not_waited_for() {
    let (server, mut clients) = three().await;
    let began = Instant::now();
    let asking = ask(&server.main().everyone());
    answer(&mut clients[0], "1").await;
    clients[1].hang_up(TransportEnd::Closed);
    answer(&mut clients[2], "3").await;
    let responses = asking.await.unwrap().unwrap();
    assert!(began.elapsed() < Duration::from_secs(1));
    assert_eq!((values(&responses), responses.asked), (vec![1, 3], 3));
    assert!(!responses.is_complete());
}

#[tokio::test(start_paused = true)]
async fn a_client_whose_question_was_dropped_is_not_waited_for() {
    let (server, mut clients) = three().await;
    clients[0].set_flow(Flow::Stopped);
    clients[0].socket().emit_raw("fills", ());
    settle().await;
    let asking = ask(&server.main().everyone().volatile());
    answer(&mut clients[1], "1").await;
    answer(&mut clients[2], "2").await;
    let responses = asking.await.unwrap().unwrap();
    assert_eq!((values(&responses), responses.asked), (vec![1, 2], 2));
}

#[tokio::test(start_paused = true)]
async fn asking_nobody_ends_at_once() {
    let (server, _) = server(|main| main);
    let responses = ask(&server.main().to("empty")).await.unwrap().unwrap();
    assert_eq!(responses.asked, 0);
    assert!(responses.is_complete());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_before_it_is_awaited() {
    let (server, mut clients) = three().await;
    drop(server.main().request_raw::<u32>("question", ()));
    assert!(clients[0].heard().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_one_who_asks_for_others_is_not_asked() {
    let (_server, mut clients) = three().await;
    let asking = ask(&clients[0].socket().broadcast());
    answer(&mut clients[1], "1").await;
    answer(&mut clients[2], "2").await;
    assert_eq!(values(&asking.await.unwrap().unwrap()), [1, 2]);
    assert!(clients[0].heard().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_event_with_a_reserved_name_asks_nobody() {
    let (server, _) = server(|main| main);
    let asked = server.main().request_raw::<u32>("disconnect", ()).await;
    assert!(matches!(asked, Err(RequestError::ReservedName)));
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_to_many_does_no_harm() {
    let limits = Limits { ping_interval: Duration::from_secs(300), ..Limits::default() };
    let (server, _) = server_with(limits, |main| main);
    let mut client = Client::join(&server).await;
    let asking = ask(&server.main().everyone());
    let id = asked(&mut client).await;
    assert_eq!(asking.await.unwrap().unwrap().answers.len(), 0);
    client.send(&format!("3{id}[1]"));
    settle().await;
    assert!(!client.has_ended());
}

// --- on several nodes ---

#[tokio::test(start_paused = true)]
async fn clients_of_every_node_answer() {
    let (_bus, servers, mut clients) = cluster().await;
    let began = Instant::now();
    let asking = ask(&servers[0].main().everyone());
    for (n, client) in clients.iter_mut().enumerate() {
        answer(client, &n.to_string()).await;
    }
    let responses = asking.await.unwrap().unwrap();
    assert_eq!(values(&responses), [0, 1, 2]);
    assert!(responses.is_complete());
    assert!(began.elapsed() < Duration::from_secs(1));
    let third = responses.answers.iter().find(|answer| answer.node == servers[2].node()).unwrap();
    assert_eq!(third.socket.as_ref().map(|id| id.as_str()), Some(clients[2].sid()));
}

#[tokio::test(start_paused = true)]
async fn nodes_without_names_are_counted() {
    let (bus, servers, mut clients) = cluster().await;
    bus.set_nameless();
    let asking = ask(&servers[0].main().everyone());
    for client in &mut clients {
        answer(client, "1").await;
    }
    assert!(asking.await.unwrap().unwrap().is_complete());
}

#[tokio::test(start_paused = true)]
async fn a_node_that_does_not_answer_is_named() {
    let (bus, servers, mut clients) = cluster().await;
    bus.cut_off(&servers[2]);
    let asking = ask(&servers[0].main().everyone());
    answer(&mut clients[0], "0").await;
    answer(&mut clients[1], "1").await;
    let responses = asking.await.unwrap().unwrap();
    assert_eq!(values(&responses), [0, 1]);
    assert_eq!(responses.missing.named, [servers[2].node()]);
    assert!(!responses.is_complete());
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_fails_leaves_the_answers_of_this_node() {
    let (bus, servers, mut clients) = cluster().await;
    bus.set_failing(true);
    let asking = ask(&servers[0].main().everyone());
    answer(&mut clients[0], "0").await;
    let responses = asking.await.unwrap().unwrap();
    assert_eq!((values(&responses), responses.missing.unnamed), (vec![0], 1));
}

#[tokio::test(start_paused = true)]
async fn a_client_of_another_node_that_disconnects_is_not_waited_for() {
    let (_bus, servers, mut clients) = cluster().await;
    let began = Instant::now();
    let asking = ask(&servers[0].main().everyone());
    answer(&mut clients[0], "0").await;
    answer(&mut clients[1], "1").await;
    clients[2].hang_up(TransportEnd::Closed);
    assert_eq!(values(&asking.await.unwrap().unwrap()), [0, 1]);
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_local_question_asks_no_other_node() {
    let (bus, servers, mut clients) = cluster().await;
    let asking = ask(&servers[0].main().everyone().local());
    answer(&mut clients[0], "0").await;
    assert!(asking.await.unwrap().unwrap().is_complete());
    assert_eq!(bus.published(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_namespace_that_another_node_does_not_have_asks_nobody_there() {
    let (_bus, servers) = crate::support::servers(|| roomful_core::Namespace::new("/game/*")).await;
    let mut client = Client::join_namespace(&servers[0], "/game/1").await;
    let asking = ask(&servers[0].namespace("/game/1").unwrap().everyone());
    let question = client.next().await;
    assert_eq!(question, r#"42/game/1,0["question","?"]"#);
    client.send("3/game/1,0[1]");
    assert!(asking.await.unwrap().unwrap().is_complete());
}
