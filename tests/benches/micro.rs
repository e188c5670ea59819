//! The parts of a message's way, each by itself: `cargo bench -p roomful-tests`, and `tests/load/instructions` for
//! figures that do not depend on who else uses the machine.

#[path = "../tests/support/links.rs"]
mod links;

use std::time::Instant;

use bytestring::ByteString;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use links::Client;
use roomful::prelude::*;
use roomful_protocol::limits::Limits;
use roomful_protocol::messages::Messages;
use roomful_protocol::packet::Outbound;
use roomful_protocol::socketio::SocketIoMessages;
use roomful_protocol::websocket::{Decoder, PerMessageDeflate};
use roomful_protocol::wire::Wire;
use tokio::runtime::{Builder, Runtime};

/// What a chat message looks like.
const EVENT: ByteString = ByteString::from_static(
    r#"4217["say","lobby",{"from":"Ada","text":"What a fine day it is in the neighbourhood.","at":1763856000}]"#,
);

fn main() {
    divan::main();
}

// --- protocol ---

#[divan::bench]
fn decode_websocket_frame(bencher: Bencher) {
    // Masked with zeros, which costs the same.
    let mut frame = vec![0x81, 0x80 | EVENT.len() as u8, 0, 0, 0, 0];
    frame.extend_from_slice(EVENT.as_bytes());
    let mut decoder = Decoder::new(1_000_000);
    bencher.bench_local(|| decoder.decode(&mut black_box(&*frame)));
}

#[divan::bench]
fn decode_event(bencher: Bencher) {
    let (now, limits) = (Instant::now(), Limits::default());
    let mut messages = SocketIoMessages::default();
    bencher.bench_local(|| {
        // As from a network: a message has memory of its own.
        let text = ByteString::from(black_box(&*EVENT));
        messages.text(now, text.get(1..).unwrap_or_default(), &text, &limits)
    });
}

#[divan::bench]
fn encode_event(bencher: Bencher) {
    let args =
        RawArgs::new(&("lobby", "What a fine day it is in the neighbourhood.", 1_763_856_000)).unwrap();
    bencher.bench_local(|| {
        let packet = Outbound::Event { name: "said", args: black_box(&args), ack: None, offset: None };
        Wire::SocketIo.encode("/", &packet)
    });
}

#[divan::bench]
fn compress_1_kib_of_json(bencher: Bencher) {
    let entry = r#"{"from":"Ada","text":"What a fine day it is.","at":1763856000}"#;
    let message = format!("42[\"said\",{}]", [entry; 17].join(","));
    let options = PerMessageDeflate::default();
    let agreed = options.negotiate(["permessage-deflate"]).unwrap();
    let deflate = options.deflate(&agreed);
    bencher.bench_local(|| deflate.compress(black_box(message.as_bytes()), <[u8]>::len));
}

// --- core ---

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().build().unwrap()
}

/// Lets all tasks run: one turn for each task, one for the flusher, and one more.
async fn turns() {
    for _ in 0..3 {
        tokio::task::yield_now().await;
    }
}

/// Events that are ready at once, from the link to the handler, and their answers back into the stream.
#[divan::bench(args = [1, 16])]
fn dispatch_and_answer(bencher: Bencher, events: usize) {
    let runtime = runtime();
    let echo = Namespace::main().on_raw("say", async |args: RawArgs| args);
    let server = Server::builder().namespace(echo).build().unwrap();
    let client = runtime.block_on(async {
        let client = Client::join(&server);
        turns().await;
        client
    });
    bencher.counter(ItemsCount::new(events)).bench_local(|| {
        client.say(&EVENT, events);
        runtime.block_on(turns());
    });
}

/// A broadcast to everybody in a room, written to all of them.
#[divan::bench(args = [1, 10, 1000])]
fn broadcast_to_a_room(bencher: Bencher, members: usize) {
    let runtime = runtime();
    let server = Server::builder::<()>().build().unwrap();
    runtime.block_on(async {
        (0..members).for_each(|_| drop(Client::join(&server)));
        while server.main().socket_count() < members {
            turns().await;
        }
    });
    server.main().everyone().join("room");
    bencher.counter(ItemsCount::new(members)).bench_local(|| {
        server.main().to("room").emit_raw("said", ("Ada", "What a fine day it is in the neighbourhood."));
        // The flusher writes 512 outboxes a turn.
        runtime.block_on(turns());
    });
}

/// Many packets to one client between two writes: pushes, one joined write.
#[divan::bench(args = [1, 16, 256])]
fn push_and_flush(bencher: Bencher, packets: usize) {
    let runtime = runtime();
    let server = Server::builder::<()>().build().unwrap();
    runtime.block_on(async {
        Client::join(&server);
        turns().await;
    });
    let args = RawArgs::new(&"What a fine day it is in the neighbourhood.").unwrap();
    bencher.counter(ItemsCount::new(packets)).bench_local(|| {
        for _ in 0..packets {
            server.main().everyone().emit_args("said", &args);
        }
        runtime.block_on(turns());
    });
}
