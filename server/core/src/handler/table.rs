//! The handlers of a namespace, bound to the server's state. The table exists before a CONNECT is answered.

use std::collections::HashMap;
use std::sync::Arc;

use roomful_protocol::args::Args;
use roomful_protocol::close::DisconnectReason;
use rustc_hash::FxBuildHasher;

use super::BoxFuture;
use super::answer::Answer;
use crate::error::{ConnectError, EventError};
use crate::extract::{Context, Rejection};
use crate::namespace::NamespaceHandle;
use crate::once::FindId;
use crate::rooms::RoomEvent;
use crate::server_event;
use crate::socket::Socket;

pub(crate) type Bound<T> = Arc<dyn Fn(&Context<'_>) -> Result<BoxFuture<T>, Rejection> + Send + Sync>;
pub(crate) type SyncHook = Arc<dyn Fn(&Socket, DisconnectReason) + Send + Sync>;
pub(crate) type AnyHook = Arc<dyn Fn(&Socket, &str, &Args) + Send + Sync>;
pub(crate) type RoomHook = Arc<dyn Fn(&NamespaceHandle, &RoomEvent) + Send + Sync>;
pub(crate) type ErrorHook = Arc<dyn Fn(&Socket, &str, &EventError) + Send + Sync>;

/// Everything a namespace does.
#[derive(Default)]
pub(crate) struct HandlerTable {
    pub(crate) guards: Vec<Bound<Result<(), ConnectError>>>,
    pub(crate) on_connect: Vec<Bound<()>>,
    /// Hear every event, before anything else does.
    pub(crate) on_any: Vec<AnyHook>,
    pub(crate) on_any_outgoing: Vec<AnyHook>,
    /// Decide in order whether an event is handled.
    pub(crate) middleware: Vec<Bound<Result<(), EventError>>>,
    /// Hear what a middleware has refused.
    pub(crate) on_error: Vec<ErrorHook>,
    /// Its names are the program's own, so nobody can choose them to collide: a fast hash will do.
    pub(crate) events: HashMap<String, Vec<Bound<Answer>>, FxBuildHasher>,
    /// Called for events that have no handler of their own.
    pub(crate) fallback: Option<Bound<Answer>>,
    pub(crate) on_disconnecting: Vec<SyncHook>,
    pub(crate) on_disconnect: Vec<Bound<()>>,
    /// Finds the ids of events that are handled once, however often they are sent.
    pub(crate) handle_once: Option<Arc<FindId>>,
    /// Hear what happens to rooms.
    pub(crate) on_room_event: Vec<RoomHook>,
    /// Handlers of events that other servers send to the servers.
    pub(crate) server_events: server_event::Handlers,
    /// Acknowledge, without arguments, what no handler has answered.
    pub(crate) acknowledge_all: bool,
}

impl HandlerTable {
    /// The handlers of an event, without the fallback.
    pub(crate) fn event(&self, name: &str) -> &[Bound<Answer>] {
        self.events.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}
