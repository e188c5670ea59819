//! Nothing is lost and nothing is overtaken on a multi-thread runtime, whichever threads emit.
//!
//! `LONG=1` plays it in full: a million acknowledgements, a million broadcasts, a hundred thousand first events. The
//! short form is a twentieth of that.

use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};
use futures_util::stream::SplitStream;
use futures_util::{SinkExt, StreamExt};
use roomful::Limits;
use roomful::prelude::*;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{How, Serving, WebSocket};

const WORKERS: usize = 4;
const PATIENCE: Duration = Duration::from_secs(30);

fn in_full_or_a_twentieth(count: usize) -> usize {
    if std::env::var_os("LONG").is_some() { count } else { count / 20 }
}

/// A server on a multi-thread runtime; no heartbeat gets between the messages.
fn serve() -> (Serving, Server) {
    let main = Namespace::main()
        // A hook that has to wait: what comes meanwhile waits too.
        .on_connect(async |_: Socket| tokio::task::yield_now().await)
        .on_raw("echo", async |args: RawArgs| args)
        .on_raw("join", async |socket: Socket| {
            socket.join("room");
            Args(())
        });
    let limits = Limits { ping_interval: Duration::from_secs(3600), ..Limits::default() };
    let server = Server::builder::<()>().limits(limits).namespace(main).build().expect("a server");
    (Serving::start(How::Axum(WORKERS), server.router()), server)
}

/// A runtime for the clients.
fn clients() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

fn say(what: &str, count: usize, begun: Instant) {
    println!("{count} {what}, 0 lost, 0 out of order, in {:.1} s", begun.elapsed().as_secs_f64());
}

async fn hear(stream: &mut SplitStream<WebSocketStream<TcpStream>>) -> String {
    let message = timeout(PATIENCE, stream.next()).await.expect("a message, before the patience ends");
    message.expect("the connection lives").expect("a frame").into_text().expect("a text").to_string()
}

/// Sends `count` events without waiting, and hears their answers one after another.
async fn ask(address: SocketAddr, count: usize) {
    let (mut sink, mut stream) = WebSocket::join(address).await.split();
    let asking = async {
        for id in 0..count {
            sink.feed(Message::text(format!(r#"42{id}["echo",{id}]"#))).await.expect("it takes an event");
        }
        sink.flush().await.expect("it takes the last event");
    };
    let hearing = async {
        for id in 0..count {
            assert_eq!(hear(&mut stream).await, format!("43{id}[{id}]"));
        }
    };
    join(asking, hearing).await;
}

#[test]
fn no_ack_is_lost_and_none_overtakes_another() {
    const CLIENTS: usize = 20;
    let count = in_full_or_a_twentieth(1_000_000);
    let (serving, _server) = serve();
    let begun = Instant::now();
    clients().block_on(async {
        let asking = (0..CLIENTS).map(|_| tokio::spawn(ask(serving.address, count / CLIENTS)));
        for client in join_all(asking).await {
            client.expect("a client hears all its answers in order");
        }
    });
    say("acks", count, begun);
}

/// How much each member has heard, so that emitters do not run away from the slowest.
struct Progress {
    heard: Mutex<Vec<usize>>,
    changed: Condvar,
}

impl Progress {
    fn new(members: usize) -> Self {
        Self { heard: Mutex::new(vec![0; members]), changed: Condvar::new() }
    }

    fn report(&self, member: usize, heard: usize) {
        self.heard.lock().expect("no member has panicked")[member] = heard;
        self.changed.notify_all();
    }

    /// Waits until every member has heard `wanted` broadcasts.
    fn wait(&self, wanted: usize) {
        let heard = self.heard.lock().expect("no member has panicked");
        let late = |heard: &mut Vec<usize>| heard.iter().any(|&heard| heard < wanted);
        let waited = self.changed.wait_timeout_while(heard, PATIENCE, late).expect("no member has panicked");
        assert!(!waited.1.timed_out(), "a member has not heard {wanted} broadcasts");
    }
}

const EMITTERS: usize = 4;
const MEMBERS: usize = 4;
/// Broadcasts that an emitter makes before it looks how far the members are.
const BATCH: usize = 250;

/// Hears `count` broadcasts of each emitter, each emitter's in order, and answers the order of them all.
async fn listen(address: SocketAddr, count: usize, member: usize, progress: Arc<Progress>) -> Vec<u8> {
    let (mut sink, mut stream) = WebSocket::join(address).await.split();
    sink.send(Message::text(r#"420["join"]"#)).await.expect("it takes an event");
    assert_eq!(hear(&mut stream).await, "430[]");
    progress.report(member, 1);
    let mut next = [0; EMITTERS];
    let mut order = Vec::with_capacity(count * EMITTERS);
    while order.len() < count * EMITTERS {
        let text = hear(&mut stream).await;
        let (name, emitter, number): (String, usize, usize) =
            serde_json::from_str(text.strip_prefix("42").expect("an event")).expect("a name and two numbers");
        assert_eq!((name.as_str(), number), ("said", next[emitter]), "of the emitter {emitter}");
        next[emitter] += 1;
        order.push(u8::try_from(emitter).expect("few emitters"));
        if order.len() % BATCH == 0 {
            progress.report(member, order.len());
        }
    }
    order
}

fn emit(server: &Server, emitter: usize, count: usize, progress: &Progress) {
    let room = server.main().to("room");
    for number in 0..count {
        if number % BATCH == 0 {
            // All emitters together may be so far ahead of the slowest member.
            progress.wait((number.saturating_sub(4 * BATCH)) * EMITTERS);
        }
        let _ = room.emit_raw("said", (emitter, number));
    }
}

#[test]
fn no_broadcast_is_lost_and_all_members_hear_them_in_one_order_from_threads_that_are_no_runtimes() {
    let count = in_full_or_a_twentieth(1_000_000);
    let (serving, server) = serve();
    let progress = Arc::new(Progress::new(MEMBERS));
    let runtime = clients();
    let listening: Vec<_> = (0..MEMBERS)
        .map(|member| runtime.spawn(listen(serving.address, count / EMITTERS, member, progress.clone())))
        .collect();
    progress.wait(1);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for emitter in 0..EMITTERS {
            let (server, progress) = (&server, &progress);
            scope.spawn(move || emit(server, emitter, count / EMITTERS, progress));
        }
    });
    let orders = runtime.block_on(join_all(listening));
    let mut orders = orders.into_iter().map(|order| order.expect("a member hears every emitter in order"));
    let first = orders.next().expect("a member");
    assert!(orders.all(|order| order == first), "the members have heard different orders");
    say("broadcasts to 4 members", count, begun);
}

/// Joins and leaves again and again; an event follows each CONNECT, with it or right behind its answer.
async fn rejoin(address: SocketAddr, count: usize) {
    let mut client = WebSocket::open(address, "").await;
    assert!(client.next().await.starts_with("0{"));
    for id in 0..count {
        let event = format!(r#"42{id}["echo",{id}]"#);
        let with_it = id % 2 == 0;
        client.send("40").await;
        if with_it {
            client.send(&event).await;
        }
        assert!(client.next().await.starts_with("40{"));
        if !with_it {
            client.send(&event).await;
        }
        assert_eq!(client.next().await, format!("43{id}[{id}]"));
        client.send("41").await;
    }
}

#[test]
fn no_first_event_after_a_connect_is_lost() {
    const CLIENTS: usize = 50;
    let count = in_full_or_a_twentieth(100_000);
    let (serving, _server) = serve();
    let begun = Instant::now();
    clients().block_on(async {
        let joining = (0..CLIENTS).map(|_| tokio::spawn(rejoin(serving.address, count / CLIENTS)));
        for client in join_all(joining).await {
            client.expect("every first event is answered");
        }
    });
    say("first events", count, begun);
}
