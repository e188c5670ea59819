//! The chat's handlers, tested with clients that need no network.

use roomful_test::{TestClient, assert_ack, assert_push, refute_push};
use serde_json::json;

use super::*;

fn server() -> Server {
    Server::builder().namespace(chat()).build().expect("the chat can be built")
}

async fn joined(server: &Server, name: &str) -> TestClient {
    TestClient::of(server).auth(json!({ "name": name })).join().await
}

#[tokio::test(start_paused = true)]
async fn nobody_comes_in_without_a_name() {
    let refused = TestClient::of(&server()).auth(json!({ "name": "  " })).refused().await;
    assert_eq!(refused.message, "choose a name");
}

#[tokio::test(start_paused = true)]
async fn who_is_there_hears_who_comes_and_who_goes() {
    let server = server();
    let ann = joined(&server, "Ann").await;
    let bob = joined(&server, " Bob ").await;
    assert_push!(ann, "said", json!({ "name": "Bob", "text": "has joined" }));
    refute_push!(bob);
    bob.hang_up();
    assert_push!(ann, "said", json!({ "name": "Bob", "text": "has left" }));
}

#[tokio::test(start_paused = true)]
async fn what_one_says_the_others_hear() {
    let server = server();
    let (ann, bob) = (joined(&server, "Ann").await, joined(&server, "Bob").await);
    ann.pushes().await;
    assert_ack!(ann, "say", "hello" => ());
    assert_push!(bob, "said", json!({ "name": "Ann", "text": "hello" }));
    refute_push!(ann, "said");
}

#[tokio::test(start_paused = true)]
async fn who_types_is_shown_to_the_others() {
    let server = server();
    let (ann, bob) = (joined(&server, "Ann").await, joined(&server, "Bob").await);
    bob.emit("typing", ());
    assert_push!(ann, "isTyping", json!({ "name": "Bob" }));
    refute_push!(bob);
}
