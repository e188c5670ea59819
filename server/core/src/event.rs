//! Typed events.

use roomful_protocol::args::{Args, DeserializeError, SerializeError};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A type that is an event: its name on the wire, and what it is answered with.
///
/// Derive it: `#[derive(Event)]` takes the type's name in camel case, `#[event(name = "say")]` another one.
/// `#[event(ack = Receipt)]` declares an acknowledgement with one value, `#[event(ack)]` one without.
/// The value is the event's single argument; a unit struct is an event without arguments, and with
/// `#[event(args)]` the fields of a tuple struct are the arguments.
///
/// Handling an event needs `Deserialize`, emitting it `Serialize`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "derive it: `#[derive(Event)]`, or use `emit_raw` with a name and plain arguments"
)]
pub trait Event: Sized + 'static {
    /// The name on the wire. The names that Socket.IO reserves are refused when it is used.
    const NAME: &'static str;

    /// Whether an acknowledgement is declared: a handler's return value answers the event.
    const ACK: bool;

    /// Whether the value is a sequence of arguments rather than a single one.
    const MANY: bool;

    /// What it is answered with; `()` for nothing.
    type Ack: 'static;

    /// The event as arguments.
    ///
    /// # Errors
    /// When the value cannot be JSON.
    fn to_args(&self) -> Result<Args, SerializeError>
    where
        Self: Serialize,
    {
        if Self::MANY { Args::new(self) } else { Args::single(self) }
    }

    /// The event from arguments.
    ///
    /// # Errors
    /// When the arguments do not fit the type.
    fn from_args(args: &Args) -> Result<Self, DeserializeError>
    where
        Self: DeserializeOwned,
    {
        if Self::MANY { args.parse() } else { args.parse_first() }
    }
}
