//! Packets as JSON documents.

use super::Events;
use crate::args::Args;
use crate::packet::{Lane, MESSAGE, Outbound};
use crate::wire::{TextFrame, Unit, WireFrame};

/// Tells a client that the server does not want it back.
const SERVER_CLOSE: &str = "\"primus::server::close\"";

/// Line ends of JavaScript that JSON does not escape: old clients read messages as programs.
const LINE_ENDS: [char; 2] = ['\u{2028}', '\u{2029}'];

/// Encodes a packet; `None` for what cannot be said: binary data, and without the plugin for events everything but a
/// `message` event with one argument.
pub fn encode(events: Events, packet: &Outbound<'_>) -> Option<Unit> {
    match *packet {
        Outbound::Disconnect | Outbound::Refused { .. } => Some(Unit::text(SERVER_CLOSE)),
        Outbound::Connected { .. } => None,
        Outbound::Event { name, args, ack, .. } => {
            if !args.attachments().is_empty() {
                return None;
            }
            if ack.is_none()
                && MESSAGE == name
                && let Some(message) = only(args)
            {
                return Some(document(message.elements()));
            }
            (events == Events::Emitter).then(|| event(name, args, ack))
        }
        Outbound::Ack { id, args } if events == Events::Emitter && args.attachments().is_empty() => {
            Some(document(&format!("{{\"id\":{},\"type\":1,\"data\":[{}]}}", id + 1, args.elements())))
        }
        Outbound::Ack { .. } => None,
    }
}

/// The one argument, if there is exactly one.
fn only(args: &Args) -> Option<Args> {
    args.split_first().filter(|(_, rest)| rest.is_empty()).map(|(first, _)| first)
}

/// An id of 0 would ask for no answer, so ids begin with 1.
fn event(name: &str, args: &Args, ack: Option<u64>) -> Unit {
    let name = serde_json::Value::from(name);
    let comma = if args.is_empty() { "" } else { "," };
    let elements = args.elements();
    document(&match ack {
        Some(id) => format!("{{\"type\":0,\"data\":[{name}{comma}{elements}],\"id\":{}}}", id + 1),
        None => format!("{{\"type\":0,\"data\":[{name}{comma}{elements}]}}"),
    })
}

/// A document as it is sent. In JSON these line ends occur inside strings alone.
fn document(json: &str) -> Unit {
    if !json.contains(LINE_ENDS) {
        return Unit::text(json);
    }
    Unit::text(&json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"))
}

/// Data in a channel. A lane is the client's id for the channel and the channel's name, as JSON with a comma between.
pub fn in_lane(lane: &Lane, payload: &WireFrame) -> Unit {
    let payload = payload.payload();
    let text = std::str::from_utf8(&payload).unwrap_or_default();
    let mut frame = TextFrame::with_capacity(lane.len() + text.len() + 5);
    frame.push_str("[0,");
    frame.push_str(lane);
    frame.push(b',');
    frame.push_str(text);
    frame.push(b']');
    Unit::One(frame.finish())
}

/// The end of a channel.
pub fn left(lane: &Lane) -> Unit {
    Unit::text(&format!("[2,{lane}]"))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn told(unit: &Unit) -> String {
        String::from_utf8(unit.frames()[0].payload().to_vec()).unwrap()
    }

    fn said(events: Events, name: &str, args: &Args, ack: Option<u64>) -> Option<String> {
        encode(events, &Outbound::Event { name, args, ack, offset: None }).map(|unit| told(&unit))
    }

    #[test]
    fn a_message_is_a_document_of_its_own() {
        for (args, document) in [
            (Args::single("str").unwrap(), r#""str""#),
            (Args::single(&42).unwrap(), "42"),
            (Args::single(&[1, 2]).unwrap(), "[1,2]"),
            (Args::single("\u{2028}é\u{2029}").unwrap(), r#""\u2028é\u2029""#),
        ] {
            for events in [Events::No, Events::Emitter] {
                assert_eq!(said(events, "message", &args, None).as_deref(), Some(document));
            }
        }
    }

    #[test]
    fn events_need_the_plugin_and_ids_begin_with_1() {
        let args = Args::new(&("a", 1)).unwrap();
        assert_eq!(said(Events::No, "said", &args, None), None);
        assert_eq!(said(Events::No, "message", &args, None), None);
        let plugin = |ack| said(Events::Emitter, "sa\"id", &args, ack).unwrap();
        assert_eq!(plugin(None), r#"{"type":0,"data":["sa\"id","a",1]}"#);
        assert_eq!(plugin(Some(0)), r#"{"type":0,"data":["sa\"id","a",1],"id":1}"#);
        let none = said(Events::Emitter, "ready", &Args::default(), None).unwrap();
        assert_eq!(none, r#"{"type":0,"data":["ready"]}"#);
        let answer = encode(Events::Emitter, &Outbound::Ack { id: 0, args: &args }).unwrap();
        assert_eq!(told(&answer), r#"{"id":1,"type":1,"data":["a",1]}"#);
    }

    #[test]
    fn binary_data_cannot_be_said() {
        let args = Args::single(&Bytes::from_static(b"x")).unwrap();
        for events in [Events::No, Events::Emitter] {
            assert_eq!(said(events, "message", &args, None), None);
            assert!(encode(events, &Outbound::Ack { id: 0, args: &args }).is_none());
        }
    }

    #[test]
    fn a_client_that_is_not_wanted_is_told_so() {
        let unit = encode(Events::No, &Outbound::Disconnect).unwrap();
        assert_eq!(told(&unit), r#""primus::server::close""#);
    }

    #[test]
    fn channels_stand_around_what_is_shared() {
        let lane: Lane = r#""71t4","a""#.into();
        let payload = Unit::text(r#"{"re":1}"#);
        assert_eq!(told(&in_lane(&lane, &payload.frames()[0])), r#"[0,"71t4","a",{"re":1}]"#);
        assert_eq!(told(&left(&lane)), r#"[2,"71t4","a"]"#);
    }
}
