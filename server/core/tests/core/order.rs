//! In which order things are heard.

use roomful_core::{AckSender, Args, EventName, RawArgs, Socket, State};
use roomful_protocol::link::{Frame, TransportId};

use crate::support::{Client, Feed, Flow, Probe, server, settle};

#[tokio::test(start_paused = true)]
async fn what_one_task_emits_to_one_socket_arrives_in_that_order() {
    let (server, _) = server(|main| {
        main.on_raw("go", async |socket: Socket, ack: AckSender| {
            socket.join("room");
            socket.emit_raw("one", ());
            socket.within("room").emit_raw("two", ());
            ack.send_args(&RawArgs::default());
            socket.namespace().emit_raw("three", ());
            socket.emit_raw_volatile("four", ());
            socket.within(["room", "other"]).emit_raw("five", ());
            socket.disconnect();
        })
    });
    let mut client = Client::join(&server).await;
    client.send(r#"27["go"]"#);
    let wanted =
        [r#"42["one"]"#, r#"42["two"]"#, "437[]", r#"42["three"]"#, r#"42["four"]"#, r#"42["five"]"#, "41"];
    assert_eq!(client.heard().await, wanted);
}

#[tokio::test(start_paused = true)]
async fn order_holds_across_an_upgrade() {
    let (server, _) = server(|main| {
        main.on_connect(async |socket: Socket| {
            socket.emit_raw("before", ());
        })
    });
    let mut client = Client::open_polling(&server);
    client.send("0");
    settle().await;
    server.main().emit_raw("while polling", ());
    let websocket = TransportId(1);
    client.feed(Feed::Opened(websocket));
    client.feed(Feed::Frame(websocket, Frame::Text("2probe".into())));
    settle().await;
    server.main().emit_raw("while probing", ());
    client.feed(Feed::Frame(websocket, Frame::Text("5".into())));
    settle().await;
    server.main().emit_raw("after", ());
    client.expect("0open").await;
    client.joined("40").await;
    let wanted = [r#"42["before"]"#, r#"42["while polling"]"#, r#"42["while probing"]"#, r#"42["after"]"#];
    assert_eq!(client.heard().await, wanted);
}

#[tokio::test(start_paused = true)]
async fn connect_comes_before_anything_broadcast_to_the_socket() {
    let (server, probe) = server(|main| {
        main.guard(async |State(probe): State<Probe>| {
            probe.wait().await;
            Ok::<_, roomful_core::ConnectError>(())
        })
    });
    let mut client = Client::open(&server).await;
    client.send("0");
    settle().await;
    assert_eq!(server.main().emit_raw("early", ()).matched, 0);
    probe.let_through(1);
    client.joined("40").await;
    server.main().emit_raw("late", ());
    client.expect(r#"42["late"]"#).await;
}

#[tokio::test(start_paused = true)]
async fn a_guard_can_send_before_connect() {
    let (server, _) = server(|main| {
        main.guard(async |socket: Socket| {
            socket.emit_raw("from the guard", ());
            Ok::<_, roomful_core::ConnectError>(())
        })
    });
    let mut client = Client::open(&server).await;
    client.send("0");
    client.expect(r#"42["from the guard"]"#).await;
    client.joined("40").await;
}

#[tokio::test(start_paused = true)]
async fn handlers_start_in_the_order_of_arrival_and_may_finish_in_any() {
    let (server, probe) = server(|main| {
        main.on_fallback(async |EventName(name): EventName, State(probe): State<Probe>| {
            probe.note(format!("{name} starts"));
            if &*name == "slow" {
                probe.wait().await;
            }
            probe.note(format!("{name} ends"));
        })
    });
    let client = Client::join(&server).await;
    for name in ["slow", "a", "b"] {
        client.send(&format!(r#"2["{name}"]"#));
    }
    settle().await;
    probe.let_through(1);
    settle().await;
    let wanted = ["slow starts", "a starts", "a ends", "b starts", "b ends", "slow ends"];
    assert_eq!(probe.notes(), wanted);
}

#[tokio::test(start_paused = true)]
async fn two_thousand_handlers_start_and_answer_in_the_order_of_arrival() {
    let (server, probe) = server(|main| {
        main.on_raw("n", async |Args((n,)): Args<(u32,)>, State(probe): State<Probe>| {
            probe.note(n.to_string());
            Args((n,))
        })
    });
    let mut client = Client::join(&server).await;
    for n in 0..2000 {
        client.send(&format!(r#"2{n}["n",{n}]"#));
    }
    let answers: Vec<_> = (0..2000).map(|n| format!("43{n}[{n}]")).collect();
    assert_eq!(client.heard().await, answers);
    assert_eq!(probe.notes(), (0..2000).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn events_wait_until_the_connect_hook_has_ended() {
    let (server, probe) = server(|main| {
        main.on_connect(async |State(probe): State<Probe>| {
            probe.wait().await;
            probe.note("connected");
        })
        .on_raw("event", async |State(probe): State<Probe>| probe.note("event"))
    });
    let client = Client::join(&server).await;
    client.send(r#"2["event"]"#);
    settle().await;
    assert!(probe.notes().is_empty());
    probe.let_through(1);
    settle().await;
    assert_eq!(probe.notes(), ["connected", "event"]);
}

#[tokio::test(start_paused = true)]
async fn an_event_right_behind_connect_is_handled() {
    let (server, probe) =
        server(|main| main.on_raw("event", async |State(probe): State<Probe>| probe.note("event")));
    for _ in 0..500 {
        let client = Client::open(&server).await;
        client.send("0");
        client.send(r#"2["event"]"#);
    }
    settle().await;
    assert_eq!(probe.notes().len(), 500);
}

#[tokio::test(start_paused = true)]
async fn a_packet_and_its_attachments_stay_together_while_others_are_queued() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    client.set_flow(Flow::Trickle);
    let socket = client.socket();
    for n in 0..20_u8 {
        let attachment = bytes::Bytes::from(vec![n; 3]);
        socket.emit_raw("two", (&attachment, &attachment));
        server.main().emit_raw("text", n);
        tokio::task::yield_now().await;
    }
    let mut wanted = Vec::new();
    for n in 0..20 {
        let placeholder = |n| format!(r#"{{"_placeholder":true,"num":{n}}}"#);
        wanted.push(format!(r#"452-["two",{},{}]"#, placeholder(0), placeholder(1)));
        wanted.extend([format!("b[{n}, {n}, {n}]"), format!("b[{n}, {n}, {n}]")]);
        wanted.push(format!(r#"42["text",{n}]"#));
    }
    assert_eq!(client.heard().await, wanted);
}
