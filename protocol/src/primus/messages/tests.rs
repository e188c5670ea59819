//! What clients say, under virtual time.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn client(events: Events) -> PrimusMessages {
    let channels = [("a".into(), "/channel".into())].into();
    let options = Options { namespace: "/home".into(), events, channels, ..Options::default() };
    PrimusMessages::new(Instant::now(), Duration::ZERO, Arc::new(options), ClientId::Public("id-1".into()))
}

fn read_as(events: Events, text: &str) -> String {
    let mut client = client(events);
    let whole = ByteString::from(text);
    told(client.text(Instant::now(), &whole, &whole, &Limits::default()).unwrap())
}

fn told(read: Read) -> String {
    match read {
        Read::Packet(Packet { namespace, lane, body }) => {
            let lane = lane.map(|lane| format!(" <{lane}>")).unwrap_or_default();
            match body {
                Body::Event { name, args, ack } => {
                    format!("{namespace}{lane} {name}({}) {ack:?}", args.elements())
                }
                Body::Ack { id, args } => format!("{namespace}{lane} ack {id}({})", args.elements()),
                Body::Connect { .. } => format!("{namespace}{lane} connect"),
                Body::Disconnect => format!("{namespace}{lane} disconnect"),
            }
        }
        Read::Reply(unit) => format!("reply {}", std::str::from_utf8(&unit.frames()[0].payload()).unwrap()),
        Read::Unreadable(violation) => format!("unreadable: {violation}"),
        Read::Nothing => "nothing".to_owned(),
    }
}

#[test]
fn every_document_is_a_message() {
    for document in [r#""str""#, "42", "null", "[]", r#"[1,2,"x",4,5]"#, r#"{"type":0,"data":["a"]}"#] {
        assert_eq!(read_as(Events::No, document), format!("/home message({document}) None"));
    }
    assert_eq!(read_as(Events::No, r#""cut \ud83d""#), r#"/home message("cut \ufffd") None"#);
}

#[test]
fn what_is_no_document_is_dropped_and_the_connection_goes_on() {
    for odd in ["", "x", "{", "[1,]", "\"a", "1 2", r#""primus::id"#] {
        assert_eq!(read_as(Events::Emitter, odd), "unreadable: a message that is no JSON", "{odd}");
    }
}

#[test]
fn the_protocols_own_messages_are_answered_or_swallowed() {
    assert_eq!(read_as(Events::No, r#""primus::id::""#), r#"reply "primus::id::id-1""#);
    assert_eq!(read_as(Events::No, r#""primus::ping::17""#), r#"reply "primus::pong::17""#);
    for own in
        [r#""primus::pong::17""#, r#""primus::server::close""#, r#""primus::new::kind""#, r#""primus::""#]
    {
        assert_eq!(read_as(Events::No, own), "nothing", "{own}");
    }
    let long = format!(r#""primus::ping::{}""#, "x".repeat(1000));
    assert_eq!(read_as(Events::No, &long), "nothing");
}

#[test]
fn events_are_those_of_the_plugin_where_it_is_in_use() {
    let read = |text| read_as(Events::Emitter, text);
    assert_eq!(
        read(r#"{"type":0,"data":["hello",1,{"x":"y"}],"id":1}"#),
        r#"/home hello(1,{"x":"y"}) Some(0)"#
    );
    assert_eq!(read(r#"{"type":0,"data":["hello"]}"#), "/home hello() None");
    assert_eq!(read(r#"{"id":0,"data":["hello"],"type":0}"#), "/home hello() None");
    assert_eq!(read(r#"{"type":1,"data":["acked",1],"id":1}"#), r#"/home ack 0("acked",1)"#);
    for data in [
        r#"{"type":2,"data":["a"]}"#,
        r#"{"type":0,"data":"a"}"#,
        r#"{"type":0,"data":[]}"#,
        r#"{"a":1}"#,
        "7",
    ] {
        assert_eq!(read(data), format!("/home message({data}) None"));
    }
}

#[test]
fn names_that_mean_something_to_primus_are_not_for_clients() {
    for name in ["end", "data", "error", "disconnect", "incoming::data", "outgoing::end", "readyStateChange"]
    {
        let event = format!(r#"{{"type":0,"data":["{name}"]}}"#);
        assert_eq!(read_as(Events::Emitter, &event), "unreadable: an event that is not for clients");
    }
}

#[test]
fn a_client_may_be_in_a_channel_several_times() {
    let read = |text| read_as(Events::Emitter, text);
    assert_eq!(read(r#"[1,"71t4","a"]"#), r#"/channel <"71t4","a"> connect"#);
    assert_eq!(read(r#"[0,"71t4","a",{"hi":1}]"#), r#"/channel <"71t4","a"> message({"hi":1}) None"#);
    assert_eq!(
        read(r#"[0,"71t4","a",{"type":0,"data":["ev",1],"id":2}]"#),
        r#"/channel <"71t4","a"> ev(1) Some(1)"#
    );
    assert_eq!(read(r#"[2,"71t4","a"]"#), r#"/channel <"71t4","a"> disconnect"#);
    assert_eq!(read(r#"[0,7,"a",0]"#), r#"/channel <7,"a"> message(0) None"#);
}

#[test]
fn channels_that_nobody_has_made_mean_nothing() {
    for text in [r#"[1,"id","nobody"]"#, r#"[0,"id","__proto__",1]"#, r#"[0,"id","a"]"#] {
        assert_eq!(read_as(Events::No, text), "nothing", "{text}");
    }
    let long = format!(r#"[1,"{}","a"]"#, "x".repeat(100));
    assert!(read_as(Events::No, &long).starts_with("/home message"), "data like any other");
}

#[test]
fn a_ping_goes_out_every_interval_and_silence_until_the_next_ends_the_connection() {
    let now = Instant::now();
    let secret = ClientId::Secret("secret".into());
    let mut client = PrimusMessages::new(now, 1_000_000 * SECOND, Arc::default(), secret);
    let sent = |due| match due {
        Due::Send(unit) => String::from_utf8(unit.frames()[0].payload().to_vec()).unwrap(),
        other => format!("{other:?}"),
    };
    assert_eq!(client.deadline(), Some(now + 30 * SECOND));
    assert_eq!(client.handle_timeout(now + 29 * SECOND), Due::Nothing);
    assert_eq!(sent(client.handle_timeout(now + 30 * SECOND)), r#""primus::ping::1000030000""#);
    let pong = ByteString::from_static(r#""primus::pong::1000030000""#);
    client.text(now + 31 * SECOND, &pong, &pong, &Limits::default()).unwrap();
    assert_eq!(sent(client.handle_timeout(now + 60 * SECOND)), r#""primus::ping::1000060000""#);
    client.extend(5 * SECOND);
    assert_eq!(client.handle_timeout(now + 90 * SECOND), Due::Nothing);
    assert_eq!(client.handle_timeout(now + 95 * SECOND), Due::Close(CloseReason::PingTimeout));
}

#[test]
fn a_secret_id_is_told_to_its_client_and_to_no_other() {
    let secret = ClientId::Secret("secret".into());
    let mut client = PrimusMessages::new(Instant::now(), Duration::ZERO, Arc::default(), secret);
    let asks = ByteString::from_static(r#""primus::id::""#);
    let told = told(client.text(Instant::now(), &asks, &asks, &Limits::default()).unwrap());
    assert_eq!((&*told, client.public_id()), (r#"reply "primus::id::secret""#, None));
}
