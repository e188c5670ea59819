//! Channels in both directions.

use super::*;

fn messages() -> MultiplexMessages {
    let mut channels = Channels::default();
    channels.insert("ann", "/ann".into());
    channels.insert("bob,smith", "/bob".into());
    MultiplexMessages::new(Arc::new(channels))
}

fn read(text: &'static str) -> Option<Packet> {
    let whole = ByteString::from_static(text);
    match messages().text(Instant::now(), &whole, &whole, &Limits::default()).unwrap() {
        Read::Packet(packet) => Some(packet),
        _ => None,
    }
}

#[test]
fn a_channel_is_a_namespace_that_is_entered_and_left() {
    let enters = read("sub,bob%2Csmith").unwrap();
    assert_eq!((&*enters.namespace, enters.lane.as_deref()), ("/bob", Some("bob%2Csmith")));
    assert_eq!(enters.body, Body::Connect { auth: None });
    assert_eq!(read("uns,ann").unwrap().body, Body::Disconnect);
}

#[test]
fn the_commas_of_a_message_are_its_own() {
    let Body::Event { name, args, ack: None } = read("msg,ann,a,b,,c").unwrap().body else { panic!() };
    assert_eq!((&*name, args.elements().to_string()), ("message", r#""a,b,,c""#.to_owned()));
    let Body::Event { args, .. } = read("msg,ann").unwrap().body else { panic!() };
    assert_eq!(args.elements().to_string(), r#""""#);
}

#[test]
fn what_makes_no_sense_means_nothing() {
    for odd in ["", ",", "sub", "sub,", "sub,nobody", "msg,nobody,x", "SUB,ann", "ack,ann,1", "sub,bob,smith"]
    {
        assert_eq!(read(odd), None, "{odd}");
    }
    let binary = messages().binary(Instant::now(), Bytes::from_static(b"x"), &Limits::default());
    assert!(matches!(binary, Ok(Read::Unreadable(_))), "{binary:?}");
}

#[test]
fn a_message_is_made_once_and_put_into_each_channel() {
    let args = Args::single("hi, \"all\"").unwrap();
    let event = Outbound::Event { name: "message", args: &args, ack: None, offset: None };
    let shared = Wire::Multiplex.encode("/ann", &event).unwrap();
    let told = |unit: Unit| String::from_utf8(unit.frames()[0].payload().to_vec()).unwrap();
    assert_eq!(told(Wire::Multiplex.in_lane(&"ann".into(), &shared).unwrap()), "msg,ann,hi, \"all\"");
    assert_eq!(
        told(Wire::Multiplex.encode_in_lane(&"x".into(), "/x", &Outbound::Disconnect).unwrap()),
        "uns,x"
    );
    let connected = Outbound::Connected { sid: "id", pid: None };
    assert!(Wire::Multiplex.encode_in_lane(&"x".into(), "/x", &connected).is_none());
}

#[test]
fn what_is_no_text_cannot_be_said_in_a_channel() {
    for args in [
        Args::single(&7).unwrap(),
        Args::new(&("a", "b")).unwrap(),
        Args::single(&Bytes::from_static(b"x")).unwrap(),
    ] {
        let event = Outbound::Event { name: "message", args: &args, ack: None, offset: None };
        assert!(Wire::Multiplex.encode("/ann", &event).is_none(), "{args:?}");
    }
    let args = Args::single("x").unwrap();
    let other = Outbound::Event { name: "other", args: &args, ack: None, offset: None };
    assert!(Wire::Multiplex.encode("/ann", &other).is_none());
}
