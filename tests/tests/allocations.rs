//! What is allocated for a broadcast and for an echo.

#[path = "support/links.rs"]
mod links;

use bytestring::ByteString;
use links::Client;
use roomful::Server;
use roomful::prelude::*;

/// Lets all tasks run until they have nothing to do.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

/// Allocations of one broadcast to so many idle members of two rooms.
async fn allocations(members: usize, broadcast: impl Fn(&Server) -> usize) -> u64 {
    let server = Server::builder::<()>().build().unwrap();
    for _ in 0..members {
        Client::join(&server);
    }
    while server.main().socket_count() < members {
        tokio::task::yield_now().await;
    }
    server.main().everyone().join(["room", "other"]);
    // The first ones find lists that have not grown yet.
    for _ in 0..3 {
        broadcast(&server);
        settle().await;
    }
    let mut reached = 0;
    let counted = allocation_counter::measure(|| reached = broadcast(&server));
    assert_eq!(reached, members);
    counted.count_total
}

async fn costs_nothing_for_each(broadcast: impl Fn(&Server) -> usize) {
    let few = allocations(10, &broadcast).await;
    let many = allocations(1000, &broadcast).await;
    // The list of outboxes to be written may grow once more.
    assert!(many <= few + 4, "{few} allocations for 10 members, {many} for 1,000");
}

#[tokio::test]
async fn a_broadcast_to_everybody_allocates_nothing_for_each() {
    costs_nothing_for_each(|server| server.main().emit_raw("event", (1, "text")).queued).await;
}

#[tokio::test]
async fn a_broadcast_to_a_room_allocates_nothing_for_each() {
    costs_nothing_for_each(|server| server.main().to("room").emit_raw("event", (1, "text")).queued).await;
}

#[tokio::test]
async fn a_broadcast_to_several_rooms_with_exceptions_allocates_nothing_for_each() {
    costs_nothing_for_each(|server| {
        server.main().to(["room", "other"]).except("nobody").emit_raw("event", (1, "text")).queued
    })
    .await;
}

/// The message, the count of who shares it, the JSON parser's note of where it is in nested values, the handler's
/// future, and the answer's frame.
const ALLOCATIONS_OF_AN_ECHO: u64 = 5;

#[test]
fn an_echo_allocates_its_message_its_handler_and_its_answer() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let echo = Namespace::main().on_raw("echo", async |args: RawArgs| args);
    let server = Server::builder().namespace(echo).build().unwrap();
    let client = runtime.block_on(async {
        let client = Client::join(&server);
        settle().await;
        client
    });
    let text = ByteString::from_static(r#"421["echo",{"a":[1,2,3],"b":"text"}]"#);
    let echoes = |times| {
        let heard = client.heard();
        let counted = allocation_counter::measure(|| {
            runtime.block_on(async {
                client.say(&text, times);
                settle().await;
            });
        });
        assert_eq!((client.heard() - heard) % times, 0);
        assert!(client.heard() > heard, "they were answered");
        counted.count_total
    };
    // The first ones find lists that have not grown yet.
    echoes(32);
    let (few, many) = (echoes(32), echoes(64));
    assert!(many - few <= 32 * ALLOCATIONS_OF_AN_ECHO + 8, "{} for 32 more", many - few);
}
