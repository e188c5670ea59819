//! Asking a client.

use std::time::Duration;

use roomful_core::{Event, RawArgs, Request, RequestError, Socket};
use roomful_protocol::link::TransportEnd;
use serde::Serialize;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::support::{Client, server, settle};

type Answer = Result<(u32,), RequestError>;

fn question(socket: &Socket) -> Request<(u32,)> {
    socket.request_raw("question", "?")
}

/// Asks, and takes the question from the wire; the id that it has there.
async fn ask(client: &mut Client) -> (JoinHandle<Answer>, String) {
    let asking = tokio::spawn(question(&client.socket()).into_future());
    let packet = client.next().await;
    let id = packet.strip_prefix("42").and_then(|rest| rest.strip_suffix(r#"["question","?"]"#));
    (asking, id.unwrap_or_else(|| panic!("no question but {packet}")).to_owned())
}

#[tokio::test(start_paused = true)]
async fn the_answer_of_the_client_is_the_result() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    let (asking, id) = ask(&mut client).await;
    client.send(&format!("3{id}[42]"));
    assert_eq!(asking.await.unwrap().unwrap(), (42,));
}

#[derive(Serialize)]
struct Guess {
    most: u32,
}

/// By hand, as the derive macro is in another crate.
impl Event for Guess {
    const NAME: &'static str = "guess";
    const ACK: bool = true;
    const MANY: bool = false;
    type Ack = Vec<u32>;
}

#[tokio::test(start_paused = true)]
async fn a_typed_question_has_a_typed_answer() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    let asking = tokio::spawn(client.socket().request(Guess { most: 9 }).into_future());
    client.expect(r#"420["guess",{"most":9}]"#).await;
    client.send("30[[1,2]]");
    assert_eq!(asking.await.unwrap().unwrap(), [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_before_it_is_awaited() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    drop(question(&client.socket()));
    assert!(client.heard().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_awaited_for_thirty_seconds() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    let began = Instant::now();
    let (asking, _) = ask(&mut client).await;
    sleep(Duration::from_secs(26)).await;
    client.raw("3");
    assert!(matches!(asking.await.unwrap(), Err(RequestError::Timeout)));
    assert_eq!(began.elapsed().as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn another_timeout_can_be_chosen() {
    let (server, _) = server(|main| main);
    let client = Client::join(&server).await;
    let began = Instant::now();
    let answer = question(&client.socket()).timeout(Duration::from_secs(3)).await;
    assert!(matches!(answer, Err(RequestError::Timeout)));
    assert_eq!(began.elapsed().as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_does_no_harm() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    let (asking, id) = ask(&mut client).await;
    asking.abort();
    settle().await;
    client.send(&format!("3{id}[42]"));
    settle().await;
    assert!(!client.has_ended());
}

#[tokio::test(start_paused = true)]
async fn the_first_of_two_answers_counts() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    let (asking, id) = ask(&mut client).await;
    client.send(&format!("3{id}[1]"));
    client.send(&format!("3{id}[2]"));
    assert_eq!(asking.await.unwrap().unwrap(), (1,));
    settle().await;
    assert!(!client.has_ended());
}

#[tokio::test(start_paused = true)]
async fn nobody_else_can_answer() {
    let (server, _) = server(|main| main);
    let (mut asked, other) = (Client::join(&server).await, Client::join(&server).await);
    let (asking, id) = ask(&mut asked).await;
    other.send(&format!("3{id}[666]"));
    settle().await;
    asked.send(&format!("3{id}[1]"));
    assert_eq!(asking.await.unwrap().unwrap(), (1,));
    assert!(!other.has_ended());
}

#[tokio::test(start_paused = true)]
async fn who_asks_hears_when_the_client_disconnects() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    let (asking, _) = ask(&mut client).await;
    client.hang_up(TransportEnd::Closed);
    assert!(matches!(asking.await.unwrap(), Err(RequestError::Disconnected)));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_has_gone_cannot_be_asked() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    let socket = client.socket();
    client.hang_up(TransportEnd::Closed);
    client.ended().await;
    assert!(matches!(question(&socket).await, Err(RequestError::Disconnected)));
}

#[tokio::test(start_paused = true)]
async fn a_kicked_client_is_not_waited_for() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    let (asking, _) = ask(&mut client).await;
    client.socket().disconnect();
    assert!(matches!(asking.await.unwrap(), Err(RequestError::Disconnected)));
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_another_shape_is_an_error() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    let (asking, id) = ask(&mut client).await;
    client.send(&format!(r#"3{id}["text"]"#));
    assert!(matches!(asking.await.unwrap(), Err(RequestError::Answer(_))));
}

#[tokio::test(start_paused = true)]
async fn a_reserved_name_cannot_be_asked() {
    let (server, _) = server(|main| main);
    let client = Client::join(&server).await;
    let answer = client.socket().request_args("disconnect", &RawArgs::default()).await;
    assert!(matches!(answer, Err(RequestError::ReservedName)));
}

#[tokio::test(start_paused = true)]
async fn ids_of_questions_come_from_one_counter_of_the_namespace() {
    let (server, _) = server(|main| main);
    let (mut first, mut second) = (Client::join(&server).await, Client::join(&server).await);
    let mut ids = Vec::new();
    for client in [&mut first, &mut second] {
        for _ in 0..2 {
            ids.push(ask(client).await.1);
        }
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
}
