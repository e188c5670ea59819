//! What the messages of a plain WebSocket mean, in both directions.

use std::fmt;

use bytestring::ByteString;
use serde::Serialize;
use serde::de::{Deserialize, Deserializer, IgnoredAny, Visitor};

use crate::args::Args;
use crate::link::{Frame, Violation};
use crate::packet::{MESSAGE, Outbound};
use crate::socketio::event;
use crate::websocket::Opcode;
use crate::wire::{TextFrame, Unit, Wire, WireFrame};

/// How events are told apart in the messages of a plain WebSocket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// They are not: each message is a `message` event with one argument, a string or an attachment.
    #[default]
    Messages,
    /// Each text is a JSON array, `["event", ...arguments]`. A binary message is a `message` event with one
    /// attachment, as JSON cannot say it.
    Events,
}

impl Form {
    /// How packets are encoded for such clients.
    pub fn wire(self) -> Wire {
        match self {
            Self::Messages => Wire::RawMessages,
            Self::Events => Wire::RawEvents,
        }
    }

    /// A message as an event: its name and its arguments.
    ///
    /// # Errors
    /// With [`Form::Events`], for a text that is no JSON array with a name that clients may use in front.
    pub fn decode(self, message: Frame) -> Result<(ByteString, Args), Violation> {
        match (self, message) {
            (Self::Events, Frame::Text(text)) => event(&text, &text).map_err(|error| Violation(error.0)),
            (Self::Messages, Frame::Text(text)) => single(&*text),
            (_, Frame::Binary(data)) => single(&data),
        }
    }
}

fn single<T: Serialize + ?Sized>(message: &T) -> Result<(ByteString, Args), Violation> {
    let args = Args::single(message).map_err(|_| Violation("a message that cannot be an argument"))?;
    Ok((MESSAGE, args))
}

/// Encodes an event as a message; `None` for what cannot be said in this form: every packet that is no event,
/// an event that asks for an answer, arguments that are no message, binary data inside JSON.
pub fn encode(form: Form, packet: &Outbound<'_>) -> Option<Unit> {
    let Outbound::Event { name, args, ack: None, .. } = *packet else { return None };
    let is_text = args.attachments().is_empty();
    match form {
        Form::Events if is_text => Some(array(name, args)),
        Form::Messages | Form::Events if MESSAGE == name => {
            // Text beside an attachment to which it does not refer would lose that.
            message(args).filter(|frame| is_text == (frame.opcode() == Opcode::Text)).map(Unit::One)
        }
        Form::Messages | Form::Events => None,
    }
}

/// The one argument, if there is exactly one and it is a message.
fn message(args: &Args) -> Option<WireFrame> {
    match args.parse::<(Message, Option<IgnoredAny>)>() {
        Ok((message, None)) => Some(message.0),
        _ => None,
    }
}

/// A string or an attachment, copied into a frame straight from the arguments.
struct Message(WireFrame);

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MessageVisitor)
    }
}

struct MessageVisitor;

impl Visitor<'_> for MessageVisitor {
    type Value = Message;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or binary data")
    }

    fn visit_str<E>(self, text: &str) -> Result<Message, E> {
        Ok(Message(WireFrame::new(Opcode::Text, text.as_bytes())))
    }

    fn visit_bytes<E>(self, data: &[u8]) -> Result<Message, E> {
        Ok(Message(WireFrame::new(Opcode::Binary, data)))
    }
}

/// `["name",...arguments]`
fn array(name: &str, args: &Args) -> Unit {
    let elements = args.elements();
    // Exact but for a name that needs escapes.
    let len = name.len() + 4 + elements.len() + usize::from(!args.is_empty());
    let mut frame = TextFrame::with_capacity(len);
    frame.push(b'[');
    // A string always serialises.
    let _ = frame.push_json(name);
    if !args.is_empty() {
        frame.push(b',');
    }
    frame.push_str(elements);
    frame.push(b']');
    Unit::One(frame.finish())
}

#[cfg(test)]
mod tests;
