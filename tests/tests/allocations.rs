//! What is allocated for a broadcast and for an echo.

#[path = "support/links.rs"]
mod links;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytestring::ByteString;
use links::Client;
use roomful::Server;
use roomful::prelude::*;
use roomful_protocol::engineio::messages::BareMessages;
use roomful_protocol::engineio::{Framing, Texts, Version};
use roomful_protocol::packet::MAIN;
use roomful_protocol::primus::{ClientId, Events, Options, PrimusMessages};
use roomful_protocol::raw::{Form, RawMessages};

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

/// A client of each kind whose encodings are shared.
fn one_of_each_kind(server: &Server) -> usize {
    let framings = [Texts::AsIs, Texts::SockJs].map(|texts| Framing { texts, ..Framing::default() });
    let older = Framing { version: Version::V3, ..Framing::default() };
    let id = ClientId::Secret("secret".into());
    Client::join(server);
    Client::at_home(server, BareMessages::default(), older);
    for framing in framings {
        for form in [Form::Messages, Form::Events] {
            Client::at_home(server, RawMessages::new(MAIN, form), framing);
        }
        for events in [Events::No, Events::Emitter] {
            let options = Arc::new(Options { events, ..Options::default() });
            Client::at_home(
                server,
                PrimusMessages::new(Instant::now(), Duration::ZERO, options, id.clone()),
                framing,
            );
        }
    }
    10
}

/// Allocations of a broadcast into a room with so many clients of each kind.
async fn allocations_in_a_mixed_room(of_each: usize) -> u64 {
    let server = Server::builder::<()>().build().unwrap();
    let members: usize = (0..of_each).map(|_| one_of_each_kind(&server)).sum();
    while server.main().socket_count() < members {
        tokio::task::yield_now().await;
    }
    server.main().everyone().join("room");
    let broadcast = || server.main().to("room").emit_raw("message", "hello").queued;
    for _ in 0..3 {
        broadcast();
        settle().await;
    }
    let mut reached = 0;
    let counted = allocation_counter::measure(|| reached = broadcast());
    assert_eq!(reached, members);
    counted.count_total
}

#[tokio::test]
async fn a_broadcast_into_a_mixed_room_is_encoded_once_for_each_kind_of_client() {
    let few = allocations_in_a_mixed_room(1).await;
    let many = allocations_in_a_mixed_room(100).await;
    assert!(many <= few + 4, "{few} allocations for one client of each kind, {many} for a hundred");
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
