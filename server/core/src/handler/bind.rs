//! Handlers bound to the state: what they return becomes what the dispatcher needs.

use std::future::Future;
use std::sync::Arc;

use futures_util::FutureExt;

use super::answer::{Answer, IntoAnswer, IntoRawAnswer};
use super::table::Bound;
use super::{EventArguments, Extractors, Handler};
use crate::error::EventError;
use crate::event::Event;
use crate::extract::SharedState;

/// A handler of a typed event.
pub(crate) fn typed<S, T, H>(state: &SharedState<S>, handler: H) -> Bound<Answer>
where
    S: Send + Sync + 'static,
    H: Handler<T>,
    T: EventArguments<S>,
    H::Returned: Future<Output: IntoAnswer<<T::Event as Event>::Ack>> + Send + 'static,
{
    let state = state.clone();
    Arc::new(move |cx| {
        if !T::Event::ACK {
            cx.take_ack();
        }
        let future = handler.call(T::extract(cx, &state)?);
        let awaited = cx.awaits_answer();
        Ok(future.map(move |value| answer_if(awaited, || value.into_answer())).boxed())
    })
}

/// A handler of an event by name.
pub(crate) fn raw<S, T, H>(state: &SharedState<S>, handler: H) -> Bound<Answer>
where
    S: Send + Sync + 'static,
    H: Handler<T>,
    T: Extractors<S>,
    H::Returned: Future<Output: IntoRawAnswer> + Send + 'static,
{
    let state = state.clone();
    Arc::new(move |cx| {
        let future = handler.call(T::extract(cx, &state)?);
        let awaited = cx.awaits_answer();
        Ok(future.map(move |value| answer_if(awaited, || value.into_raw_answer())).boxed())
    })
}

/// A hook of a socket's coming or going.
pub(crate) fn hook<S, T, H>(state: &SharedState<S>, hook: H) -> Bound<()>
where
    S: Send + Sync + 'static,
    H: Handler<T>,
    T: Extractors<S>,
    H::Returned: Future<Output = ()> + Send + 'static,
{
    let state = state.clone();
    Arc::new(move |cx| Ok(hook.call(T::extract(cx, &state)?).boxed()))
}

/// A middleware.
pub(crate) fn middleware<S, T, H, E>(state: &SharedState<S>, middleware: H) -> Bound<Result<(), EventError>>
where
    S: Send + Sync + 'static,
    H: Handler<T>,
    T: Extractors<S>,
    H::Returned: Future<Output = Result<(), E>> + Send + 'static,
    E: Into<EventError>,
{
    let state = state.clone();
    Arc::new(move |cx| {
        Ok(middleware.call(T::extract(cx, &state)?).map(|passed| passed.map_err(Into::into)).boxed())
    })
}

/// An answer is made only for somebody who waits for it.
fn answer_if(awaited: bool, answer: impl FnOnce() -> Answer) -> Answer {
    if awaited { answer() } else { Answer::None }
}
