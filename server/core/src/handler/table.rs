//! The handlers of a namespace, bound to the server's state. The table exists before a CONNECT is answered.

use std::collections::HashMap;
use std::sync::Arc;

use roomful_protocol::close::DisconnectReason;
use rustc_hash::FxBuildHasher;

use super::BoxFuture;
use super::answer::Answer;
use crate::error::ConnectError;
use crate::extract::{Context, Rejection};
use crate::once::FindId;
use crate::socket::Socket;

pub(crate) type Bound<T> = Arc<dyn Fn(&Context<'_>) -> Result<BoxFuture<T>, Rejection> + Send + Sync>;
pub(crate) type SyncHook = Arc<dyn Fn(&Socket, DisconnectReason) + Send + Sync>;

/// Everything a namespace does.
#[derive(Default)]
pub(crate) struct HandlerTable {
    pub(crate) guards: Vec<Bound<Result<(), ConnectError>>>,
    pub(crate) on_connect: Vec<Bound<()>>,
    /// Its names are the program's own, so nobody can choose them to collide: a fast hash will do.
    pub(crate) events: HashMap<String, Vec<Bound<Answer>>, FxBuildHasher>,
    /// Called for events that have no handler of their own.
    pub(crate) fallback: Option<Bound<Answer>>,
    pub(crate) on_disconnecting: Vec<SyncHook>,
    pub(crate) on_disconnect: Vec<Bound<()>>,
    /// Finds the ids of events that are handled once, however often they are sent.
    pub(crate) handle_once: Option<Arc<FindId>>,
    /// Acknowledge, without arguments, what no handler has answered.
    pub(crate) acknowledge_all: bool,
}

impl HandlerTable {
    /// The handlers of an event.
    pub(crate) fn event(&self, name: &str) -> &[Bound<Answer>] {
        match self.events.get(name) {
            Some(handlers) => handlers,
            None => self.fallback.as_slice(),
        }
    }
}
