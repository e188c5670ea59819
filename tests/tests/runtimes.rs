//! The same app on every kind of runtime, over real sockets.

use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use roomful::EngineIo;
use roomful::prelude::*;
use tower_service::Service;

use crate::support::{How, Polling, Serving, WebSocket, echo, get};

const ALL: [How; 3] = [How::Workers(1), How::Workers(2), How::Axum(2)];

#[tokio::test]
async fn a_websocket_connects_and_is_answered() {
    for how in ALL {
        let serving = Serving::start(how, echo().router());
        let mut client = WebSocket::join(serving.address).await;
        client.call(r#"421["echo",1,"two"]"#, r#"431[1,"two"]"#).await;
    }
}

#[tokio::test]
async fn a_polling_session_connects_and_is_answered() {
    for how in ALL {
        let serving = Serving::start(how, echo().router());
        let client = Polling::open(serving.address).await;
        client.join().await;
        client.send("421[\"echo\",1]\u{1e}422[\"echo\",2]").await;
        let mut answers = client.poll().await;
        if !answers.contains("432") {
            answers.push('\u{1e}');
            answers.push_str(&client.poll().await);
        }
        assert_eq!(answers, "431[1]\u{1e}432[2]", "{how:?}");
    }
}

#[tokio::test]
async fn members_on_all_runtimes_hear_their_room() {
    for how in ALL {
        let serving = Serving::start(how, echo().router());
        let mut clients = Vec::new();
        for _ in 0..4 {
            let mut client = WebSocket::join(serving.address).await;
            client.call(r#"421["join","room"]"#, "431[]").await;
            clients.push(client);
        }
        clients[0].send(r#"42["say","room","hello"]"#).await;
        for client in &mut clients {
            client.expect(r#"42["said","hello"]"#).await;
        }
    }
}

/// Upgrades a session and sees that nothing said meanwhile is lost.
async fn upgrade(serving: &Serving) {
    let polling = Polling::open(serving.address).await;
    polling.join().await;
    polling.send(r#"42["join","room"]"#).await;
    let mut websocket = WebSocket::open(serving.address, &format!("&sid={}", polling.sid)).await;
    websocket.call("2probe", "3probe").await;
    polling.send("421[\"echo\",\"while probing\"]").await;
    // A poll is answered without delay while an upgrade is under way.
    assert_eq!(polling.poll().await, r#"431["while probing"]"#);
    polling.send("422[\"echo\",\"still probing\"]").await;
    websocket.send("5").await;
    websocket.expect(r#"432["still probing"]"#).await;
    websocket.call(r#"423["echo","after"]"#, r#"433["after"]"#).await;
}

#[tokio::test]
async fn a_session_is_upgraded_and_loses_nothing() {
    for how in ALL {
        upgrade(&Serving::start(how, echo().router())).await;
    }
}

#[tokio::test]
async fn a_session_of_one_runtime_is_upgraded_by_a_stream_of_the_other() {
    let serving = Serving::start(How::Workers(2), echo().router());
    // Streams are dealt out in turn, so one of two neighbours has its WebSocket on the other runtime.
    for _ in 0..2 {
        upgrade(&serving).await;
        drop(tokio::net::TcpStream::connect(serving.address).await.unwrap());
    }
}

#[tokio::test]
async fn a_door_stands_in_plain_hyper_without_axum() {
    let door = EngineIo::socketio(echo());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("it listens");
            let door = door.clone();
            let service = service_fn(move |request| door.clone().call(request));
            let connection =
                http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades();
            tokio::spawn(connection);
        }
    });
    let mut client = WebSocket::join(address).await;
    client.call(r#"421["echo",1]"#, "431[1]").await;
    let polling = Polling::open(address).await;
    polling.join().await;
    serving.abort();
}

#[tokio::test]
async fn two_servers_stand_in_one_app() {
    let (first, second) = (echo(), echo());
    let app = first.router().merge(roomful::MountAt::mount(EngineIo::socketio(second.clone()), "/other"));
    let serving = Serving::start(How::Workers(1), app);
    let mut client = WebSocket::join(serving.address).await;
    second.main().emit_raw("said", "to the other");
    first.main().emit_raw("said", "to this one");
    client.expect(r#"42["said","to this one"]"#).await;
}

#[tokio::test]
async fn a_server_that_closes_ends_its_clients_and_refuses_new_ones() {
    let server = echo();
    let serving = Serving::start(How::Workers(2), server.router());
    let mut client = WebSocket::join(serving.address).await;
    let closing = server.clone();
    let closed = tokio::spawn(async move { closing.close(std::time::Duration::from_secs(5)).await });
    client.expect("close").await;
    assert!(closed.await.unwrap());
    let answer = crate::support::get(serving.address, "/socket.io/?EIO=4&transport=polling", &[]).await;
    assert_eq!(answer.status, 503);
}

#[tokio::test]
async fn a_server_that_closes_still_hands_out_what_is_queued_and_opens_nothing_new() {
    let server = echo();
    let serving = Serving::start(How::Workers(1), server.router());
    let client = Polling::open(serving.address).await;
    client.join().await;
    server.main().emit_raw("last", (1,));
    let closing = tokio::spawn({
        let server = server.clone();
        async move { server.close(Duration::from_secs(10)).await }
    });
    while !server.is_closing() {
        tokio::task::yield_now().await;
    }
    let refused = get(serving.address, "/socket.io/?EIO=4&transport=polling", &[]).await;
    assert_eq!(refused.status, 503);
    assert_eq!(client.poll().await, "42[\"last\",1]\u{1e}1");
    assert!(closing.await.unwrap(), "all connections have ended");
}

#[tokio::test]
async fn handlers_see_the_address_of_the_peer() {
    let tell = async |socket: Socket| {
        let address = socket.handshake().address();
        Args((address.is_some_and(|address| address.ip().is_loopback()),))
    };
    let server = Server::builder().namespace(Namespace::main().on_raw("address", tell)).build().unwrap();
    for how in ALL {
        let serving = Serving::start(how, server.router());
        let mut client = WebSocket::join(serving.address).await;
        client.call(r#"421["address"]"#, "431[true]").await;
    }
}

/// How many packets each poll brings of 40 that are queued.
async fn sizes_of_answers(headers: &[&str]) -> Vec<usize> {
    let server = echo();
    let serving = Serving::start(How::Workers(1), server.router());
    let client = Polling::open_with(serving.address, headers).await;
    client.join().await;
    for n in 0..40 {
        server.main().emit_raw("n", (n,));
    }
    let mut sizes = Vec::new();
    let mut packets = Vec::new();
    while packets.len() < 40 {
        let answer = client.poll().await;
        let before = packets.len();
        packets.extend(answer.split('\u{1e}').map(str::to_owned));
        sizes.push(packets.len() - before);
    }
    assert_eq!(packets, (0..40).map(|n| format!(r#"42["n",{n}]"#)).collect::<Vec<_>>());
    sizes
}

#[tokio::test]
async fn the_answer_to_a_poll_holds_sixteen_packets_and_the_rest_comes_with_the_next() {
    assert_eq!(sizes_of_answers(&["user-agent: python-requests/2.32"]).await, [16, 16, 8]);
    assert_eq!(sizes_of_answers(&[]).await, [16, 16, 8]);
}

#[tokio::test]
async fn a_browser_gets_all_that_is_queued_with_one_poll() {
    let agent = "user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0";
    assert_eq!(sizes_of_answers(&[agent]).await, [40]);
}
