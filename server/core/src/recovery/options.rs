//! What a server's author chooses.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::store::SnapshotStore;

/// Connection state recovery as a server offers it. The wire is that of the reference's
/// `connectionStateRecovery`; clients need no change.
///
/// A namespace keeps what was emitted, bounded by age, count and bytes, whichever comes first; a client whose
/// last event lies further back comes as a new socket and is told so (`socket.recovered` is false there, and
/// [`Socket::recovered`](crate::Socket::recovered) says why here).
#[derive(Clone)]
pub struct Recovery {
    pub(crate) max_age: Duration,
    pub(crate) max_events: usize,
    pub(crate) max_bytes: usize,
    pub(crate) max_sessions: usize,
    pub(crate) always_guard: bool,
    pub(crate) store: Option<Arc<dyn SnapshotStore>>,
}

impl Default for Recovery {
    fn default() -> Self {
        Self {
            max_age: Duration::from_secs(120),
            max_events: 65_536,
            max_bytes: 32 << 20,
            max_sessions: 100_000,
            always_guard: false,
            store: None,
        }
    }
}

impl Recovery {
    /// How long a client may be away, and how long events are kept for it. Default 2 minutes, as in the
    /// reference.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = age;
        self
    }

    /// The most events that a namespace keeps. Default 65,536.
    #[must_use]
    pub fn max_events(mut self, events: usize) -> Self {
        self.max_events = events;
        self
    }

    /// The most bytes of events that a namespace keeps. Default 32 MiB.
    #[must_use]
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// The most sessions of clients that are away, in all namespaces together. Beyond, the next one to be kept
    /// takes the place of the one that has been away for longest in its namespace, which is counted. Default
    /// 100,000.
    #[must_use]
    pub fn max_sessions(mut self, sessions: usize) -> Self {
        self.max_sessions = sessions;
        self
    }

    /// Whether guards run for a client that comes back, too. Default: no, as in the reference
    /// (`skipMiddlewares`), since what they returned is kept with the session. After a restart of the server
    /// that is gone, so they run then in any case.
    #[must_use]
    pub fn always_guard(mut self, always: bool) -> Self {
        self.always_guard = always;
        self
    }

    /// Keeps sessions over a restart of the server: [`Server::close`](crate::Server::close) saves them there, and
    /// the server that is built next takes them over. Default: they end with the server.
    #[must_use]
    pub fn store(mut self, store: impl SnapshotStore) -> Self {
        self.store = Some(Arc::new(store));
        self
    }
}

impl fmt::Debug for Recovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recovery")
            .field("max_age", &self.max_age)
            .field("max_events", &self.max_events)
            .field("max_bytes", &self.max_bytes)
            .field("max_sessions", &self.max_sessions)
            .field("always_guard", &self.always_guard)
            .field("store", &self.store.is_some())
            .finish()
    }
}
