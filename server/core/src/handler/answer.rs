//! What handlers return.

use roomful_protocol::args::{Args as RawArgs, SerializeError};
use serde::Serialize;
use serde_json::Value;

use crate::error::EventError;
use crate::extract::Args;

/// What a handler has to say to the client that asked for an acknowledgement.
#[derive(Debug)]
#[non_exhaustive]
pub enum Answer {
    /// Nothing: no acknowledgement is sent.
    None,
    /// These arguments.
    Args(RawArgs),
    /// `{"error": message, "data": …}`.
    Error(EventError),
    /// The value cannot be JSON; it is logged and counted, and nothing is sent.
    Unserialisable(SerializeError),
}

impl Answer {
    fn from_args(args: Result<RawArgs, SerializeError>) -> Self {
        match args {
            Ok(args) => Self::Args(args),
            Err(error) => Self::Unserialisable(error),
        }
    }

    /// The arguments to send, if any.
    pub(crate) fn into_args(self) -> Result<Option<RawArgs>, SerializeError> {
        #[derive(Serialize)]
        struct Failure<'a> {
            error: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            data: Option<&'a Value>,
        }
        match self {
            Self::None => Ok(None),
            Self::Args(args) => Ok(Some(args)),
            Self::Error(error) => {
                RawArgs::single(&Failure { error: error.message(), data: error.data() }).map(Some)
            }
            Self::Unserialisable(error) => Err(error),
        }
    }
}

/// Returned by a handler that does not answer, although its event declares an acknowledgement: it has an
/// [`AckSender`](crate::AckSender), or means never to answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoAck;

/// A return value that answers an event whose declared acknowledgement is `A`.
#[diagnostic::on_unimplemented(
    message = "a handler of this event cannot return `{Self}`",
    label = "its acknowledgement is declared as `{A}`",
    note = "return `{A}`, `Result<{A}, E>` where `E: Into<EventError>`, or `NoAck`; an event without \
            `#[event(ack = …)]` is answered with `()`"
)]
pub trait IntoAnswer<A> {
    /// The answer.
    fn into_answer(self) -> Answer;
}

#[diagnostic::do_not_recommend]
impl<A: Acknowledgement> IntoAnswer<A> for A {
    fn into_answer(self) -> Answer {
        self.into_ack()
    }
}

#[diagnostic::do_not_recommend]
impl<A: Acknowledgement, E: Into<EventError>> IntoAnswer<A> for Result<A, E> {
    fn into_answer(self) -> Answer {
        match self {
            Ok(value) => value.into_ack(),
            Err(error) => Answer::Error(error.into()),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<A> IntoAnswer<A> for NoAck {
    fn into_answer(self) -> Answer {
        Answer::None
    }
}

/// A value that can be declared as an acknowledgement.
pub trait Acknowledgement {
    /// The answer it makes.
    fn into_ack(self) -> Answer;
}

impl<T: Serialize + 'static> Acknowledgement for T {
    fn into_ack(self) -> Answer {
        // A declared acknowledgement without a value is answered with no arguments at all.
        let unit = std::any::TypeId::of::<T>() == std::any::TypeId::of::<()>();
        Answer::from_args(if unit { Ok(RawArgs::default()) } else { RawArgs::single(&self) })
    }
}

/// A return value of a raw handler.
#[diagnostic::on_unimplemented(
    message = "a raw handler cannot return `{Self}`",
    note = "return `()` or `NoAck` to answer nothing, `Args(…)` or `RawArgs` to answer with arguments, or a `Result` \
            of one of these with an error that is `Into<EventError>`"
)]
pub trait IntoRawAnswer {
    /// The answer.
    fn into_raw_answer(self) -> Answer;
}

impl IntoRawAnswer for () {
    fn into_raw_answer(self) -> Answer {
        Answer::None
    }
}

impl IntoRawAnswer for NoAck {
    fn into_raw_answer(self) -> Answer {
        Answer::None
    }
}

impl<T: Serialize> IntoRawAnswer for Args<T> {
    fn into_raw_answer(self) -> Answer {
        Answer::from_args(RawArgs::new(&self.0))
    }
}

impl IntoRawAnswer for RawArgs {
    fn into_raw_answer(self) -> Answer {
        Answer::Args(self)
    }
}

impl<T: IntoRawAnswer> IntoRawAnswer for Option<T> {
    fn into_raw_answer(self) -> Answer {
        self.map_or(Answer::None, T::into_raw_answer)
    }
}

#[diagnostic::do_not_recommend]
impl<T: IntoRawAnswer, E: Into<EventError>> IntoRawAnswer for Result<T, E> {
    fn into_raw_answer(self) -> Answer {
        match self {
            Ok(value) => value.into_raw_answer(),
            Err(error) => Answer::Error(error.into()),
        }
    }
}
