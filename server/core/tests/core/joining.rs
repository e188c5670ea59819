//! Protocols whose clients come into namespaces otherwise than Socket.IO's.

use std::time::{Duration, Instant};

use bytes::Bytes;
use bytestring::ByteString;
use roomful_core::{Limits, Namespace, Server, Socket};
use roomful_protocol::link::{Joining, Violation};
use roomful_protocol::messages::{Messages, Read};
use roomful_protocol::socketio::SocketIoMessages;
use roomful_protocol::wire::Wire;
use tokio::time::sleep;

use crate::support::{Client, settle};

/// Socket.IO's packets from clients that join when they like.
struct AtWill {
    packets: SocketIoMessages,
    home: Option<ByteString>,
}

impl Messages for AtWill {
    fn text(
        &mut self,
        now: Instant,
        text: &str,
        whole: &ByteString,
        limits: &Limits,
    ) -> Result<Read, Violation> {
        self.packets.text(now, text, whole, limits)
    }

    fn binary(&mut self, now: Instant, data: Bytes, limits: &Limits) -> Result<Read, Violation> {
        self.packets.binary(now, data, limits)
    }

    fn wire(&self) -> Wire {
        self.packets.wire()
    }

    fn joining(&self) -> Joining {
        Joining::AtWill
    }

    fn home(&self) -> Option<ByteString> {
        self.home.clone()
    }
}

fn echoes() -> Server {
    let echo = async |socket: Socket| {
        socket.emit_raw("echo", ());
    };
    let [home, other] = [Namespace::new("/home"), Namespace::new("/other")].map(|it| it.on_raw("say", echo));
    Server::builder().namespace(home).namespace(other).build().unwrap()
}

async fn open(server: &Server, home: Option<&'static str>) -> Client {
    let messages = AtWill { packets: SocketIoMessages::default(), home: home.map(ByteString::from_static) };
    Client::open_as(server, messages).await
}

#[tokio::test(start_paused = true)]
async fn a_client_that_joins_at_will_may_be_in_no_namespace_at_all() {
    let server = echoes();
    let mut client = open(&server, None).await;
    // Longer than Socket.IO's clients have.
    for _ in 0..6 {
        sleep(Duration::from_secs(20)).await;
        client.raw("3");
    }
    client.send("0/other,");
    while !client.next().await.starts_with("40/other,") {}
    client.send("1/other,");
    client.send("0/other,");
    while !client.next().await.starts_with("40/other,") {}
}

#[tokio::test(start_paused = true)]
async fn what_makes_no_sense_from_such_a_client_is_counted_and_dropped() {
    let server = echoes();
    let mut client = open(&server, None).await;
    client.send(r#"2/other,["say"]"#);
    client.send("1/other,");
    client.send("0/other,");
    client.joined("40/other,").await;
    client.send("0/other,");
    client.send(r#"2/other,["say"]"#);
    client.expect(r#"42/other,["echo"]"#).await;
    assert_eq!(server.metrics().events_dropped, 3);
    assert_eq!(server.metrics().violations, 0);
}

#[tokio::test(start_paused = true)]
async fn a_connection_ends_with_its_home_and_with_no_other_namespace() {
    let server = echoes();
    let mut client = open(&server, Some("/home")).await;
    client.joined("40/home,").await;
    client.send("0/other,");
    client.joined("40/other,").await;
    client.send("1/other,");
    client.send(r#"2/home,["say"]"#);
    client.expect(r#"42/home,["echo"]"#).await;
    client.send("0/other,");
    client.joined("40/other,").await;
    client.send("1/home,");
    client.ended().await;
    settle().await;
    assert_eq!(server.namespace("/other").map(|other| other.socket_count()), Some(0));
}
