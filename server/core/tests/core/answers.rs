//! How events are answered.

use roomful_core::{
    AckSender, Args, Event, EventError, EventName, Namespace, NoAck, RawArgs, Server, Socket, State,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::{Client, Probe, server, settle};

#[derive(Serialize, Deserialize)]
struct Say {
    text: String,
}

/// By hand, as the derive macro is in another crate.
impl Event for Say {
    const NAME: &'static str = "say";
    const ACK: bool = true;
    const MANY: bool = false;
    type Ack = usize;
}

#[derive(Serialize, Deserialize)]
struct Moved(u32, u32);

impl Event for Moved {
    const NAME: &'static str = "moved";
    const ACK: bool = false;
    const MANY: bool = true;
    type Ack = ();
}

async fn say(say: Say) -> Result<usize, EventError> {
    if say.text.is_empty() {
        return Err(EventError::new("nothing to say").with_data(json!({"code": 1})));
    }
    Ok(say.text.len())
}

#[tokio::test(start_paused = true)]
async fn what_a_typed_handler_returns_is_its_answer() {
    let (server, _) = server(|main| main.on(say));
    let mut client = Client::join(&server).await;
    client.send(r#"21["say",{"text":"hello"}]"#);
    client.expect("431[5]").await;
}

#[tokio::test(start_paused = true)]
async fn an_error_is_answered_with_its_message_and_details() {
    let (server, _) = server(|main| main.on(say));
    let mut client = Client::join(&server).await;
    client.send(r#"21["say",{"text":""}]"#);
    client.expect(r#"431[{"error":"nothing to say","data":{"code":1}}]"#).await;
}

#[tokio::test(start_paused = true)]
async fn arguments_that_do_not_fit_are_answered_with_an_error_and_counted() {
    let (server, _) = server(|main| main.on(say));
    let mut client = Client::join(&server).await;
    client.send(r#"21["say",7]"#);
    let answer = client.next().await;
    assert!(answer.starts_with(r#"431[{"error":""#), "{answer}");
    client.send(r#"2["say",7]"#);
    assert!(client.heard().await.is_empty());
    assert_eq!(server.metrics().rejected_events, 2);
    assert!(!client.has_ended());
}

#[tokio::test(start_paused = true)]
async fn an_event_that_asks_for_no_answer_gets_none() {
    let (server, _) = server(|main| main.on(say));
    let mut client = Client::join(&server).await;
    client.send(r#"2["say",{"text":"hello"}]"#);
    client.send(r#"2["say",{"text":""}]"#);
    assert!(client.heard().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_event_that_declares_no_answer_gives_none() {
    let (server, probe) = server(|main| {
        main.on(async |State(probe): State<Probe>, Moved(x, y): Moved| probe.note(format!("{x} {y}")))
    });
    let mut client = Client::join(&server).await;
    client.send(r#"21["moved",1,2]"#);
    assert!(client.heard().await.is_empty());
    assert_eq!(probe.notes(), ["1 2"]);
}

#[tokio::test(start_paused = true)]
async fn typed_events_are_emitted_as_they_are_declared() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    client.socket().emit(Moved(1, 2));
    server.main().emit(Say { text: "hello".into() });
    assert_eq!(client.heard().await, [r#"42["moved",1,2]"#, r#"42["say",{"text":"hello"}]"#]);
}

#[tokio::test(start_paused = true)]
async fn a_raw_handler_answers_with_what_it_returns() {
    let (server, _) = server(|main| {
        main.on_raw("two", async || Args((1, "b")))
            .on_raw("same", async |args: RawArgs| args)
            .on_raw("none", async || {})
            .on_raw("maybe", async |Args((yes,)): Args<(bool,)>| yes.then_some(Args(("yes",))))
            .on_raw("failed", async || Err::<(), _>("no"))
    });
    let mut client = Client::join(&server).await;
    for packet in [
        r#"21["two"]"#,
        r#"22["same",{"a":[1]},"b"]"#,
        r#"23["none"]"#,
        r#"24["maybe",true]"#,
        r#"25["maybe",false]"#,
        r#"26["failed"]"#,
    ] {
        client.send(packet);
    }
    let wanted = [r#"431[1,"b"]"#, r#"432[{"a":[1]},"b"]"#, r#"434["yes"]"#, r#"436[{"error":"no"}]"#];
    assert_eq!(client.heard().await, wanted);
}

#[tokio::test(start_paused = true)]
async fn binary_arguments_come_back_as_attachments() {
    let (server, _) = server(|main| main.on_raw("same", async |args: RawArgs| args));
    let mut client = Client::join(&server).await;
    client.send(r#"51-7["same",{"_placeholder":true,"num":0}]"#);
    client.send_binary(&[1, 2]);
    assert_eq!(client.heard().await, [r#"461-7[{"_placeholder":true,"num":0}]"#, "b[1, 2]"]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_can_be_given_later_or_never() {
    let (server, probe) = server(|main| {
        main.on_raw("later", async |ack: AckSender, State(probe): State<Probe>| {
            assert!(ack.is_expected());
            tokio::spawn(async move {
                probe.wait().await;
                ack.send("now").expect("text is JSON");
            });
            NoAck
        })
        .on_raw("never", async || NoAck)
    });
    let mut client = Client::join(&server).await;
    client.send(r#"21["later"]"#);
    client.send(r#"22["never"]"#);
    assert!(client.heard().await.is_empty());
    probe.let_through(1);
    client.expect(r#"431["now"]"#).await;
}

#[tokio::test(start_paused = true)]
async fn a_sender_of_answers_knows_whether_one_is_expected() {
    let (server, probe) = server(|main| {
        main.on_raw("event", async |ack: AckSender, State(probe): State<Probe>| {
            probe.note(ack.is_expected().to_string());
        })
    });
    let client = Client::join(&server).await;
    client.send(r#"2["event"]"#);
    client.send(r#"21["event"]"#);
    settle().await;
    assert_eq!(probe.notes(), ["false", "true"]);
}

#[tokio::test(start_paused = true)]
async fn with_several_listeners_the_first_answer_counts() {
    let (server, probe) = server(|main| {
        main.on_raw("event", async |State(probe): State<Probe>| {
            probe.wait().await;
            Args(("slow",))
        })
        .on_raw("event", async |ack: AckSender| ack.send("sent").expect("text is JSON"))
        .on_raw("event", async || Args(("returned",)))
    });
    let mut client = Client::join(&server).await;
    client.send(r#"21["event"]"#);
    assert_eq!(client.heard().await, [r#"431["sent"]"#]);
    probe.let_through(1);
    assert!(client.heard().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_namespace_can_acknowledge_all_events_when_their_handlers_have_ended() {
    let (server, probe) = server(|main| {
        main.acknowledge_all()
            .on_raw("quiet", async |State(probe): State<Probe>| probe.wait().await)
            .on_raw("loud", async || Args(("loud",)))
    });
    let mut client = Client::join(&server).await;
    client.send(r#"21["quiet"]"#);
    client.send(r#"22["loud"]"#);
    client.send(r#"23["nobody"]"#);
    assert_eq!(client.heard().await, [r#"432["loud"]"#, "433[]"]);
    probe.let_through(1);
    client.expect("431[]").await;
}

#[tokio::test(start_paused = true)]
async fn a_fallback_handles_what_nobody_else_does() {
    let (server, _) = server(|main| {
        main.on_raw("known", async || Args(("known",)))
            .on_fallback(async |EventName(name): EventName| Args((name.to_string(),)))
    });
    let mut client = Client::join(&server).await;
    client.send(r#"21["known"]"#);
    client.send(r#"22["unknown"]"#);
    client.send(r#"23["error"]"#);
    assert_eq!(client.heard().await, [r#"431["known"]"#, r#"432["unknown"]"#, r#"433["error"]"#]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_cannot_be_json_is_counted_and_not_sent() {
    let (server, _) = server(|main| {
        main.on_raw("event", async || Args((std::collections::HashMap::from([(vec![1], 1)]),)))
    });
    let mut client = Client::join(&server).await;
    client.send(r#"21["event"]"#);
    assert!(client.heard().await.is_empty());
    assert_eq!(server.metrics().unserialisable, 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_goes_to_the_namespace_of_its_event() {
    let echo = Namespace::new("/echo").on_raw("event", async |_: Socket, args: RawArgs| args);
    let server = Server::builder::<()>().namespace(echo).build().unwrap();
    let mut client = Client::join_namespace(&server, "/echo").await;
    client.send(r#"2/echo,9["event",1]"#);
    client.expect("43/echo,9[1]").await;
}

#[tokio::test(start_paused = true)]
async fn json_that_is_nested_very_deeply_does_no_harm() {
    let (server, _) = server(|main| {
        main.on_raw("same", async |args: RawArgs| args)
            .on_raw("value", async |Args((value,)): Args<(serde_json::Value,)>| Args((value,)))
    });
    let client = Client::join(&server).await;
    const DEPTH: usize = 200_000;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}0{}", open.repeat(DEPTH), close.repeat(DEPTH));
        for event in ["same", "value"] {
            client.send(&format!(r#"21["{event}",{deep}]"#));
        }
    }
    settle().await;
    let mut next = Client::join(&server).await;
    next.send(r#"21["same",1]"#);
    next.expect("431[1]").await;
}
