//! Bare Engine.IO: every message is a `message` event of the main namespace, with one argument.

use std::time::Instant;

use bytes::Bytes;
use bytestring::ByteString;

use crate::args::Args;
use crate::limits::Limits;
use crate::link::{Joining, Violation};
use crate::messages::{Messages, Read};
use crate::packet::{Body, MAIN, MESSAGE, Outbound, Packet};
use crate::websocket::Opcode;
use crate::wire::{TextFrame, Unit, Wire, WireFrame};

/// Reads messages as events. Where the headers of the request that carried a message are wanted, they are its second
/// argument.
#[derive(Debug, Default)]
pub struct BareMessages {
    headers: Option<ByteString>,
}

impl Messages for BareMessages {
    fn text(&mut self, _: Instant, text: &str, _: &ByteString, _: &Limits) -> Result<Read, Violation> {
        self.event(text)
    }

    fn binary(&mut self, _: Instant, data: Bytes, _: &Limits) -> Result<Read, Violation> {
        self.event(&data)
    }

    fn wire(&self) -> Wire {
        Wire::EngineIo
    }

    fn joining(&self) -> Joining {
        Joining::AtHome
    }

    fn home(&self) -> Option<ByteString> {
        Some(MAIN)
    }

    fn carried_by(&mut self, headers: &ByteString) {
        self.headers = Some(headers.clone());
    }
}

impl BareMessages {
    fn event<T: serde::Serialize + ?Sized>(&self, message: &T) -> Result<Read, Violation> {
        let mut args = Args::single(message).map_err(|_| Violation("a message that is no text"))?;
        if let Some(headers) = &self.headers {
            let elements = format!("{},{headers}", args.elements());
            args = Args::from_raw(elements.into(), args.attachments().to_vec());
        }
        Ok(Read::Packet(Packet::new(MAIN, Body::Event { name: MESSAGE, args, ack: None })))
    }
}

/// Encodes the one argument of a `message` event: a string as text, binary data as such. Nothing else can be
/// said to such a client.
pub fn encode(packet: &Outbound<'_>) -> Option<Unit> {
    let Outbound::Event { name: "message", args, ack: None, .. } = packet else { return None };
    if let [data] = args.attachments() {
        // The only argument is the attachment itself when its placeholder is all there is.
        let bytes = args.parse_first::<Bytes>().ok()?;
        return (bytes == *data).then(|| Unit::One(WireFrame::new(Opcode::Binary, data)));
    }
    let text = args.parse_first::<String>().ok()?;
    let mut frame = TextFrame::with_capacity(text.len() + 1);
    frame.push(b'4');
    frame.push_str(&text);
    Some(Unit::One(frame.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(args: &Args) -> Option<Bytes> {
        let unit = encode(&Outbound::Event { name: "message", args, ack: None, offset: None })?;
        Some(unit.frames()[0].payload())
    }

    #[test]
    fn text_and_binary_come_back_as_they_came() {
        let mut messages = BareMessages::default();
        let now = Instant::now();
        let limits = Limits::default();
        let args = |read| match read {
            Ok(Read::Packet(Packet { body: Body::Event { args, .. }, .. })) => args,
            other => panic!("{other:?}"),
        };
        let whole = ByteString::from_static("4a \"quoted\" text");
        let text = args(messages.text(now, &whole[1..], &whole, &limits));
        assert_eq!(message(&text).unwrap(), "4a \"quoted\" text".as_bytes());
        let binary = args(messages.binary(now, Bytes::from_static(&[1, 2]), &limits));
        assert_eq!(message(&binary).unwrap(), &[1, 2][..]);
    }

    #[test]
    fn the_headers_of_the_request_are_a_second_argument_where_they_are_wanted() {
        let mut messages = BareMessages::default();
        let elements = |messages: &mut BareMessages| match messages.text(
            Instant::now(),
            "hi",
            &ByteString::from_static("4hi"),
            &Limits::default(),
        ) {
            Ok(Read::Packet(Packet { body: Body::Event { args, .. }, .. })) => args.elements().to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(elements(&mut messages), r#""hi""#);
        messages.carried_by(&r#"{"host":"a"}"#.into());
        assert_eq!(elements(&mut messages), r#""hi",{"host":"a"}"#);
    }

    #[test]
    fn what_is_no_message_cannot_be_said() {
        assert!(message(&Args::single(&7).unwrap()).is_none());
        assert!(encode(&Outbound::Disconnect).is_none());
    }
}
