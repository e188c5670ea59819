//! A client comes back while others speak, under a scheduler that decides at every lock who goes on.

use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Instant;

use bytestring::ByteString;
use roomful_protocol::close::DisconnectReason;
use roomful_protocol::engineio::{EngineLink, Framing, Start, TransportKind};
use roomful_protocol::link::{Joining, TransportId};
use roomful_protocol::packet::MAIN;
use roomful_protocol::socketio::SocketIoMessages;

use super::super::{Connection, Dispatch};
use crate::door::{limits, outbox};
use crate::emit::Broadcast;
use crate::handshake::{Handshake, Headers};
use crate::recovery::Recovery;
use crate::server::Server;

/// Schedules that are tried.
const SCHEDULES: usize = 2_000;

/// A client whose transport takes nothing: what it would hear stays in its outbox.
struct Client {
    connection: Arc<Connection>,
    dispatch: Dispatch,
}

impl Client {
    fn open(server: &Server) -> Self {
        let kind = TransportKind::WebSocket;
        let (transport, framing) = (TransportId(0), Framing::default());
        let start = Start { transport, kind, open: String::new(), allow_upgrades: false, framing };
        let link = EngineLink::new(Instant::now(), start, SocketIoMessages::default(), limits(server));
        let handshake = Handshake::new(Headers::default(), "/", Vec::new(), None, false);
        let connection = Connection::new(outbox(server), handshake, &link, kind);
        Self { dispatch: Dispatch::new(server.clone(), connection.clone(), Joining::ByPacket), connection }
    }

    fn join(&mut self, auth: Option<String>) {
        let cx = &mut Context::from_waker(Waker::noop());
        self.dispatch.join(MAIN, None, auth.map(ByteString::from), Instant::now(), cx).expect("it may");
    }

    fn vanish(&mut self) {
        self.dispatch.leave_all(DisconnectReason::TransportError, &mut Context::from_waker(Waker::noop()));
    }

    fn heard(&self) -> Vec<String> {
        let mut heard = Vec::new();
        self.connection.outbox.hand_out(|unit| {
            let payload = unit.frames().first().map(|frame| frame.payload()).unwrap_or_default();
            heard.push(String::from_utf8_lossy(&payload).into_owned());
            true
        });
        heard
    }
}

/// The number of a `said` event, and its offset.
fn said(message: &str) -> Option<(u32, String)> {
    let (_, number, offset): (String, u32, String) =
        serde_json::from_str(message.strip_prefix("42")?).ok()?;
    Some((number, offset))
}

fn say(to: &Broadcast, numbers: std::ops::Range<u32>) {
    for number in numbers {
        to.emit_raw("said", (number,));
    }
}

/// Plays one schedule: a client that knows number 0 comes back while one thread says 1, 2 to everybody and
/// another one 11, 12 to a room.
fn come_back_while_others_speak() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let _entered = runtime.enter();
    let server = Server::builder::<()>().recovery(Recovery::default()).build().expect("a server");
    let mut other = Client::open(&server);
    other.join(None);
    other.dispatch.slots[0].socket.join("room");
    let mut client = Client::open(&server);
    client.join(None);
    let heard = client.heard();
    let pid = heard[0].split('"').nth(7).expect("a session").to_owned();
    client.dispatch.slots[0].socket.join("room");
    say(&server.main().everyone(), 0..1);
    let offset = said(&client.heard()[0]).expect("number 0").1;
    client.vanish();

    let speakers = [(server.main().everyone(), 1..3), (server.main().to("room"), 11..13)];
    let speakers = speakers.map(|(to, numbers)| shuttle::thread::spawn(move || say(&to, numbers)));
    let mut back = Client::open(&server);
    back.join(Some(format!(r#"{{"pid":"{pid}","offset":"{offset}"}}"#)));
    for speaker in speakers {
        speaker.join().expect("no panic");
    }

    let heard = back.heard();
    let numbers: Vec<_> =
        heard.iter().filter_map(|message| said(message)).map(|(number, _)| number).collect();
    let of = |range: std::ops::Range<u32>| numbers.iter().copied().filter(move |n| range.contains(n));
    assert!(of(1..3).eq(1..3) && of(11..13).eq(11..13) && numbers.len() == 4, "{heard:?}");
    assert_eq!(heard.iter().filter(|message| message.starts_with("40")).count(), 1);
    back.vanish();
    other.vanish();
}

#[test]
fn a_broadcast_that_races_a_return_is_neither_lost_nor_doubled() {
    shuttle::check_random(come_back_while_others_speak, SCHEDULES);
}

#[test]
fn nor_is_it_where_few_switches_at_the_right_places_are_enough() {
    shuttle::check_pct(come_back_while_others_speak, SCHEDULES, 3);
}
