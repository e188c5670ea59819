//! Messages in order, and attachments over either transport.

use super::*;

const BINARY: &str = r#"451-["m",{"_placeholder":true,"num":0}]"#;

#[test]
fn a_message_is_handed_on() {
    let mut client = Harness::polling();
    client.text(FIRST, "40/custom,{}").unwrap();
    client.text(FIRST, r#"42["e",1]"#).unwrap();
    client.text(FIRST, "437[2]").unwrap();
    client.text(FIRST, "41").unwrap();
    assert_eq!(client.output(), ["connect /custom", "event e(1)", "ack 7(2)", "disconnect /"]);
}

#[test]
fn a_message_that_means_nothing_is_passed_over() {
    let mut client = Harness::polling();
    client.text(FIRST, "42").unwrap();
    client.text(FIRST, "43[1]").unwrap();
    assert!(client.output().is_empty());
}

#[test]
fn an_attachment_follows_as_binary_data() {
    let mut client = Harness::upgraded();
    client.text(SECOND, BINARY).unwrap();
    client.binary(SECOND, &[0, 1, 2]).unwrap();
    let Some(Output::Inbound(Packet { body: Body::Event { args, .. }, .. })) = client.link.poll_output()
    else {
        panic!()
    };
    assert_eq!(args.attachments(), [Bytes::from_static(&[0, 1, 2])]);
}

#[test]
fn an_attachment_can_follow_as_base64() {
    for transport in [FIRST, SECOND] {
        let mut client = if transport == FIRST { Harness::polling() } else { Harness::upgraded() };
        client.text(transport, BINARY).unwrap();
        client.text(transport, "bAAEC").unwrap();
        let Some(Output::Inbound(Packet { body: Body::Event { args, .. }, .. })) = client.link.poll_output()
        else {
            panic!()
        };
        assert_eq!(args.attachments(), [Bytes::from_static(&[0, 1, 2])]);
    }
}

#[test]
fn an_attachment_may_be_empty() {
    let mut client = Harness::polling();
    client.text(FIRST, BINARY).unwrap();
    client.text(FIRST, "b").unwrap();
    assert_eq!(client.output(), [r#"event m({"_placeholder":true,"num":0})"#]);
}

#[test]
fn heartbeats_may_stand_between_a_packet_and_its_attachment() {
    let mut client = Harness::polling();
    client.advance(25);
    client.text(FIRST, BINARY).unwrap();
    client.text(FIRST, "3").unwrap();
    client.text(FIRST, "6").unwrap();
    client.text(FIRST, "bAAEC").unwrap();
    assert_eq!(client.output().len(), 2);
}

#[test]
fn an_attachment_that_does_not_come_closes_the_connection() {
    let mut client = Harness::polling();
    client.advance(20);
    client.text(FIRST, "3").unwrap();
    client.text(FIRST, r#"452-["m"]"#).unwrap();
    client.advance(10);
    client.text(FIRST, "bAAEC").unwrap();
    client.text(FIRST, "3").unwrap();
    client.advance(29);
    client.text(FIRST, "3").unwrap();
    assert_eq!(client.output(), ["send 0: 2"]);
    client.advance(1);
    assert_eq!(client.output(), ["closed: forced close"]);
}

#[test]
fn a_packet_may_begin_on_the_old_transport_and_end_on_the_new_one() {
    let mut client = Harness::probing();
    client.text(FIRST, BINARY).unwrap();
    client.text(SECOND, "5").unwrap();
    client.binary(SECOND, b"x").unwrap();
    assert_eq!(client.output(), ["switch 1", r#"event m({"_placeholder":true,"num":0})"#]);
}

#[test]
fn what_the_messages_say_of_themselves_is_what_the_link_says() {
    let client = Harness::polling();
    assert_eq!(client.link.wire(), Wire::SocketIo);
    assert_eq!(client.link.joining(), Joining::ByPacket);
}
