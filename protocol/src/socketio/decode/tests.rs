//! Texts as they stand behind Engine.IO's type `4`.

mod attacks;
mod controls;
mod events;
mod head;
mod refused;

use super::*;

fn decoded(text: &str) -> Result<Decoded, DecodeError> {
    decode(&text.to_owned().into(), &Limits::default())
}

/// The packet of a text that is whole.
fn packet(text: &str) -> Packet {
    match decoded(text) {
        Ok(Decoded::Packet(packet)) => packet,
        other => panic!("{text}: {other:?}"),
    }
}

/// The packet of a text that announces attachments, and how many.
fn announced(text: &str) -> (Packet, usize) {
    match decoded(text) {
        Ok(Decoded::Announced(packet, announced)) => (packet, announced),
        other => panic!("{text}: {other:?}"),
    }
}

/// The message of a text that is refused.
fn refusal(text: &str) -> &'static str {
    match decoded(text) {
        Err(error) => error.0,
        other => panic!("{text}: {other:?}"),
    }
}

fn args(elements: &str) -> Args {
    Args::from_raw(elements.to_owned().into(), Vec::new())
}

/// What the text of an event in the main namespace says.
fn event(text: &str) -> (String, Args, Option<u64>) {
    let packet = packet(text);
    assert_eq!(packet.namespace, MAIN, "{text}");
    match packet.body {
        Body::Event { name, args, ack } => (name.to_string(), args, ack),
        other => panic!("{text}: {other:?}"),
    }
}

/// An array inside arrays, that many times.
fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}
