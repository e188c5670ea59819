//! The recovery of all namespaces of a server.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytestring::ByteString;

use super::log::Log;
use super::namespace::{NamespaceRecovery, now};
use super::options::Recovery;
use super::snapshot;
use super::store::SnapshotStore;
use crate::metrics::Metrics;
use crate::sync::Mutex;

/// How often namespaces that have gone are looked at, whether somebody may still come back to them.
const SWEEP: Duration = Duration::from_secs(10);

/// What all namespaces share.
pub(crate) struct Shelf {
    pub(crate) options: Recovery,
    pub(crate) metrics: Arc<Metrics>,
    /// Sessions whose clients are away.
    pub(crate) sessions: Count,
}

/// A number that goes up and down.
#[derive(Default)]
pub(crate) struct Count(AtomicUsize);

impl Count {
    pub(crate) fn add(&self, n: usize) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    pub(crate) fn sub(&self, n: usize) {
        self.0.fetch_sub(n, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

pub(crate) struct Hub {
    shelf: Arc<Shelf>,
    namespaces: Mutex<Namespaces>,
}

struct Namespaces {
    /// Those that have gone too, as long as a client may come back to one.
    by_path: HashMap<ByteString, Arc<NamespaceRecovery>>,
    swept: Instant,
}

impl Hub {
    /// With what the store has kept. A snapshot that cannot be read means new sessions, not a failure.
    pub(crate) fn new(options: Recovery, metrics: Arc<Metrics>) -> Self {
        let store = options.store.clone();
        let shelf = Arc::new(Shelf { options, metrics, sessions: Count::default() });
        let by_path = store.map(|store| load(&*store, &shelf)).unwrap_or_default();
        Self { shelf, namespaces: Mutex::new(Namespaces { by_path, swept: now() }) }
    }

    /// The recovery of the namespace of this name.
    pub(crate) fn namespace(&self, path: &ByteString) -> Arc<NamespaceRecovery> {
        let make = || Arc::new(NamespaceRecovery::new(Log::new(&self.shelf.options), self.shelf.clone()));
        self.namespaces.lock().by_path.entry(path.clone()).or_insert_with(make).clone()
    }

    /// Forgets namespaces that have gone and to which nobody can come back any more. Users' values go with their
    /// sessions, so it is called where no lock is held.
    pub(crate) fn sweep(&self) {
        let mut namespaces = self.namespaces.lock();
        let now = now();
        if now.saturating_duration_since(namespaces.swept) <= SWEEP {
            return;
        }
        namespaces.swept = now;
        // Only this list has it: nobody can come to use it meanwhile, as that needs the list.
        let is_over =
            |recovery: &Arc<NamespaceRecovery>| Arc::strong_count(recovery) == 1 && recovery.is_over();
        let over: Vec<_> = namespaces.by_path.extract_if(|_, recovery| is_over(recovery)).collect();
        drop(namespaces);
        drop(over);
    }

    /// Hands everything to the store, if there is one; it is written before this returns, which may take a while.
    pub(crate) fn save(&self) {
        let Some(store) = &self.shelf.options.store else { return };
        let namespaces: Vec<_> = {
            let namespaces = self.namespaces.lock();
            namespaces.by_path.iter().map(|(path, recovery)| (path.clone(), recovery.clone())).collect()
        };
        let saved = snapshot::encode(&namespaces, now()).and_then(|snapshot| store.save(&snapshot));
        match saved {
            Ok(()) => tracing::info!(sessions = self.shelf.sessions.get(), "sessions were saved"),
            Err(error) => {
                tracing::error!(%error, "sessions could not be saved: clients will come as new ones");
            }
        }
    }

    /// Whether there is a store to save to.
    pub(crate) fn has_store(&self) -> bool {
        self.shelf.options.store.is_some()
    }
}

fn load(store: &dyn SnapshotStore, shelf: &Arc<Shelf>) -> HashMap<ByteString, Arc<NamespaceRecovery>> {
    let loaded = store.take().and_then(|snapshot| match snapshot {
        Some(snapshot) => snapshot::decode(&snapshot, shelf, now()),
        None => Ok(HashMap::new()),
    });
    loaded.unwrap_or_else(|error| {
        tracing::error!(%error, "saved sessions could not be read: clients come as new ones");
        HashMap::new()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SocketId;
    use crate::member::Extensions;
    use crate::recovery::offset::Pid;
    use crate::recovery::session::Session;
    use crate::recovery::stays::Stays;

    fn session() -> Session {
        let (sid, pid, stays) = (SocketId::random(), Pid::random(), Stays::begin(0));
        let (left_at, extensions) = (now(), Extensions::default());
        Session { sid, pid, stays, left_at, extensions, is_from_before: false, handled: None }
    }

    #[tokio::test(start_paused = true)]
    async fn a_namespace_is_forgotten_when_it_has_gone_and_nobody_can_come_back() {
        let hub = Hub::new(Recovery::default(), Arc::default());
        let paths = ["/used", "/gone", "/awaited"].map(ByteString::from_static);
        let [used, gone, awaited] = paths.each_ref().map(|path| hub.namespace(path));
        awaited.keep(session());
        drop((gone, awaited));
        let known = || {
            let namespaces = hub.namespaces.lock();
            let mut known: Vec<_> = namespaces.by_path.keys().map(ToString::to_string).collect();
            known.sort();
            known
        };
        tokio::time::advance(Duration::from_secs(11)).await;
        hub.sweep();
        assert_eq!(known(), ["/awaited", "/used"]);
        tokio::time::advance(Duration::from_secs(121)).await;
        hub.sweep();
        assert_eq!(known(), ["/used"]);
        assert_eq!(hub.shelf.sessions.get(), 0);
        drop(used);
    }
}
