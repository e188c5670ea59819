//! Functions that handle events, and how they are called.
//!
//! What a handler has to be is asked in separate bounds (a function, of extractors, whose value is a future), so
//! that the compiler finds its arguments first and then names the one that is wrong.

pub(crate) mod answer;
pub(crate) mod bind;
pub(crate) mod overlay;
pub(crate) mod table;

use std::future::Future;
use std::pin::Pin;

use serde::de::DeserializeOwned;

use crate::event::Event;
use crate::extract::{Context, FromContext, Rejection};

/// A boxed future of a handler.
pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A function of the arguments `T`, a tuple.
#[diagnostic::on_unimplemented(
    message = "this cannot be a handler",
    label = "not a handler",
    note = "a handler is an `async fn` or an async closure with at most eight arguments, which can be shared: what a \
            closure captures has to be `Send + Sync + 'static`"
)]
pub trait Handler<T>: Send + Sync + 'static {
    /// What it returns: for an `async fn`, its future.
    type Returned;

    /// Calls it.
    fn call(&self, arguments: T) -> Self::Returned;
}

/// The arguments of a handler: all are extractors.
#[diagnostic::on_unimplemented(
    message = "a handler cannot have the arguments `{Self}`",
    note = "its arguments, at most eight, are extractors: `Socket`, `State<T>`, `Ext<T>`, `Auth<T>`, `Args<T>`, \
            `RawArgs`, `AckSender`, …"
)]
pub trait Extractors<S>: Sized {
    /// Takes them.
    ///
    /// # Errors
    /// When one cannot be had.
    fn extract(cx: &Context<'_>, state: &S) -> Result<Self, Rejection>;
}

/// The arguments of a handler of a typed event: the last is the event, all before it are extractors.
#[diagnostic::on_unimplemented(
    message = "a handler of a typed event cannot have the arguments `{Self}`",
    note = "its last argument, of at most eight, is the event; for an event without a type use \
            `on_raw(\"name\", handler)`"
)]
pub trait EventArguments<S>: Sized {
    /// The event.
    type Event: Event;

    /// Takes them.
    ///
    /// # Errors
    /// When one cannot be had or the event's arguments do not fit.
    fn extract(cx: &Context<'_>, state: &S) -> Result<Self, Rejection>;
}

/// An event that can be handled.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event that can be handled",
    label = "its last argument, `{Self}`, is not a deserialisable event",
    note = "derive both: `#[derive(Event, Deserialize)]`",
    note = "for an event without a type use `on_raw(\"name\", handler)`"
)]
pub trait IncomingEvent: Event + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<E: Event + DeserializeOwned> IncomingEvent for E {}

macro_rules! functions {
    ($($arg:ident)*) => {
        impl<F, R, $($arg,)*> Handler<($($arg,)*)> for F
        where
            F: Fn($($arg),*) -> R + Send + Sync + 'static,
        {
            type Returned = R;

            #[allow(non_snake_case, reason = "one name for the type and its value")]
            fn call(&self, ($($arg,)*): ($($arg,)*)) -> R {
                self($($arg),*)
            }
        }

        impl<S, $($arg: FromContext<S>,)*> Extractors<S> for ($($arg,)*) {
            #[allow(unused_variables, reason = "a handler without arguments")]
            fn extract(cx: &Context<'_>, state: &S) -> Result<Self, Rejection> {
                Ok(($($arg::from_context(cx, state)?,)*))
            }
        }
    };
}

macro_rules! events {
    ($($arg:ident)*) => {
        impl<S, $($arg: FromContext<S>,)* E: IncomingEvent> EventArguments<S> for ($($arg,)* E,) {
            type Event = E;

            #[allow(non_snake_case, unused_variables, reason = "one name for the type and its value")]
            fn extract(cx: &Context<'_>, state: &S) -> Result<Self, Rejection> {
                $(let $arg = $arg::from_context(cx, state)?;)*
                let args = cx.args().ok_or_else(|| Rejection::new("there is no event here"))?;
                Ok(($($arg,)* E::from_args(args)?,))
            }
        }
    };
}

functions!();
functions!(A);
functions!(A B);
functions!(A B C);
functions!(A B C D);
functions!(A B C D G);
functions!(A B C D G H);
functions!(A B C D G H I);
functions!(A B C D G H I J);

events!();
events!(A);
events!(A B);
events!(A B C);
events!(A B C D);
events!(A B C D G);
events!(A B C D G H);
events!(A B C D G H I);
