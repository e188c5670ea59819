//! Counters. Nothing is dropped without one of them.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What a server has counted since it was built.
        #[derive(Debug, Default)]
        pub(crate) struct Metrics {
            $(pub(crate) $name: Counter,)*
        }

        /// The counters at one moment.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct MetricsSnapshot {
            $($(#[$doc])* pub $name: u64,)*
        }

        impl Metrics {
            pub(crate) fn snapshot(&self) -> MetricsSnapshot {
                MetricsSnapshot { $($name: self.$name.get(),)* }
            }
        }

        impl MetricsSnapshot {
            /// Every counter with its name, for an exporter.
            pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name),)*].into_iter()
            }
        }
    };
}

counters! {
    /// Connections opened.
    connections_opened,
    /// Connections ended.
    connections_closed,
    /// Connections ended because more was queued for them than is allowed.
    overflows,
    /// Volatile packets dropped because the client could not take them at that moment.
    volatile_dropped,
    /// Packets dropped by the policy [`Overflow::DropNewest`](crate::Overflow::DropNewest) or `DropOldest`.
    overflow_dropped,
    /// Packets for connections that were already closing.
    refused_closing,
    /// Packets that were queued when their connection ended, the transport's own among them.
    undelivered,
    /// Packets that a kind of client has no way to express.
    inexpressible,
    /// Requests that were refused before they reached a session.
    requests_refused,
    /// Frames that broke a protocol.
    violations,
    /// Events without a handler.
    unhandled_events,
    /// Events whose arguments did not fit their handler.
    rejected_events,
    /// Events that were sent again and had been handled already.
    repeated_events,
    /// Events that a middleware refused.
    refused_events,
    /// Handlers that panicked.
    handler_panics,
    /// Handlers dropped because they outlived their client's grace time.
    handlers_dropped,
    /// Events dropped because their client left before they were handled.
    events_dropped,
    /// Events of rooms dropped because the hooks did not keep up.
    room_events_dropped,
    /// Values that could not be serialised.
    unserialisable,
    /// Clients that came back as the sockets they were.
    recovered,
    /// Clients that asked to go on where they were and had to begin anew.
    not_recovered,
    /// Events that were sent to clients which came back, since they had missed them.
    events_replayed,
    /// Events that recovery let go of before their time, since there were too many of them.
    log_trimmed,
    /// Sessions dropped before their time, since there were too many of them.
    sessions_dropped,
    /// Messages for other nodes dropped because the adapter did not keep up.
    cluster_dropped,
    /// Messages that the adapter failed to publish.
    cluster_failed,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, n: usize) {
        self.0.fetch_add(n as u64, Ordering::Relaxed);
    }

    pub(crate) fn increment(&self) {
        self.add(1);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
