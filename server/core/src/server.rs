//! The server: its namespaces and its connections.

mod dynamic;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use bytestring::ByteString;
use roomful_protocol::close::CloseReason;
use roomful_protocol::limits::Limits;
use roomful_protocol::packet::MAIN;
use slab::Slab;
use tokio::sync::Notify;

use crate::adapter::cluster::{Cluster, DEFAULT_TIMEOUT};
use crate::adapter::{Adapter, AdapterError};
use crate::connection::outbox::Overflow;
use crate::connection::{Command, Connection};
use crate::metrics::{Metrics, MetricsSnapshot};
use crate::namespace::active::{ActiveNamespace, Origin};
use crate::namespace::{Namespace, NamespaceHandle, Pattern};
use crate::recovery::{Hub, Recovery};
use crate::shared::Shared;
use crate::sync::{Mutex, RwLock};

pub use crate::adapter::NodeId;
pub(crate) use dynamic::Definition;
pub use dynamic::DynamicNamespace;
use dynamic::NamespaceHook;

/// A messaging server. Cheap to clone; all clones are the same server.
#[derive(Clone)]
pub struct Server {
    inner: Arc<Inner>,
}

/// A server that may have gone.
#[derive(Clone, Debug)]
pub(crate) struct WeakServer {
    inner: Weak<Inner>,
}

impl WeakServer {
    pub(crate) fn upgrade(&self) -> Option<Server> {
        self.inner.upgrade().map(|inner| Server { inner })
    }
}

struct Inner {
    shared: Arc<Shared>,
    main: Arc<ActiveNamespace>,
    namespaces: RwLock<HashMap<ByteString, Arc<ActiveNamespace>>>,
    /// Definitions that stand for many names, in the order in which they are tried.
    dynamic: Vec<Definition>,
    on_new_namespace: Vec<NamespaceHook>,
    connections: Mutex<Slab<Arc<Connection>>>,
    /// Told when the last connection has ended.
    emptied: Notify,
    closing: AtomicBool,
}

impl Server {
    /// Begins to build a server whose handlers share the state `S`.
    pub fn builder<S: Send + Sync + 'static>() -> ServerBuilder<S> {
        ServerBuilder {
            namespaces: Vec::new(),
            on_new_namespace: Vec::new(),
            limits: Limits::default(),
            overflow: Overflow::default(),
            adapter: None,
            recovery: None,
            cluster_timeout: DEFAULT_TIMEOUT,
            reconnect_within: Duration::ZERO,
        }
    }

    /// The namespace of this name, if it exists now: static ones always, others while they have clients.
    pub fn namespace(&self, name: &str) -> Option<NamespaceHandle> {
        let namespaces = self.inner.namespaces.read();
        let found = namespaces.get(name).or_else(|| namespaces.get(format!("/{name}").as_str()));
        found.cloned().map(NamespaceHandle::new)
    }

    pub(crate) fn active(&self, name: &str) -> Option<Arc<ActiveNamespace>> {
        self.inner.namespaces.read().get(name).cloned()
    }

    /// The main namespace. It always exists, also when nothing was defined for it.
    pub fn main(&self) -> NamespaceHandle {
        NamespaceHandle::new(self.inner.main.clone())
    }

    /// All namespaces that exist now.
    pub fn namespaces(&self) -> Vec<NamespaceHandle> {
        self.inner.namespaces.read().values().cloned().map(NamespaceHandle::new).collect()
    }

    /// The id by which other nodes know this one.
    pub fn node(&self) -> NodeId {
        self.inner.shared.node
    }

    /// The number of servers in the cluster, this one among them; 1 without an adapter.
    ///
    /// # Errors
    /// When the adapter cannot tell.
    pub async fn server_count(&self) -> Result<usize, AdapterError> {
        match &self.inner.shared.cluster {
            Some(cluster) => Ok(cluster.peer_count(&self.inner.main.path).await? + 1),
            None => Ok(1),
        }
    }

    /// The limits that hold for every client.
    pub fn limits(&self) -> &Limits {
        &self.inner.shared.limits
    }

    /// The counters at this moment.
    pub fn metrics(&self) -> MetricsSnapshot {
        self.inner.shared.metrics.snapshot()
    }

    /// The number of open connections.
    pub fn connection_count(&self) -> usize {
        self.inner.connections.lock().len()
    }

    /// Whether [`close`](Self::close) has been called: doors refuse new clients then.
    pub fn is_closing(&self) -> bool {
        self.inner.closing.load(Ordering::Acquire)
    }

    /// Joins the cluster, if the server has an adapter. What is emitted before waits until then.
    ///
    /// # Errors
    /// When the adapter cannot reach the cluster.
    pub async fn join_cluster(&self) -> Result<(), AdapterError> {
        match &self.inner.shared.cluster {
            Some(cluster) => cluster.start(self).await,
            None => Ok(()),
        }
    }

    /// Ends all connections, so that clients come back by themselves, and waits until their handlers have
    /// ended and other nodes have been told what was said; at most `patience`. Then sessions are saved, if the
    /// server recovers them and has a [store](crate::Recovery::store). Whether all connections had ended by then.
    pub async fn close(&self, patience: Duration) -> bool {
        self.inner.closing.store(true, Ordering::Release);
        let connections: Vec<_> =
            self.inner.connections.lock().iter().map(|(_, connection)| connection.clone()).collect();
        for connection in connections {
            connection.command(Command::Close(CloseReason::ServerShuttingDown, None));
        }
        let all_ended = async {
            if let Some(cluster) = &self.inner.shared.cluster {
                cluster.close().await;
            }
            loop {
                let emptied = self.inner.emptied.notified();
                if self.connection_count() == 0 {
                    return;
                }
                emptied.await;
            }
        };
        let in_time = tokio::time::timeout(patience, all_ended).await.is_ok();
        self.save_sessions().await;
        in_time
    }

    async fn save_sessions(&self) {
        if self.inner.shared.recovery.as_ref().is_some_and(Hub::has_store) {
            let shared = self.inner.shared.clone();
            let save = move || shared.recovery.as_ref().map(Hub::save);
            if let Err(error) = tokio::task::spawn_blocking(save).await {
                tracing::error!(%error, "sessions could not be saved");
            }
        }
    }

    pub(crate) fn downgrade(&self) -> WeakServer {
        WeakServer { inner: Arc::downgrade(&self.inner) }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.inner.shared
    }

    /// Keeps a connection in the list of those that are open; its place there.
    pub(crate) fn add_connection(&self, connection: Arc<Connection>) -> usize {
        self.inner.shared.metrics.connections_opened.increment();
        self.inner.connections.lock().insert(connection)
    }

    pub(crate) fn remove_connection(&self, place: usize) {
        self.inner.shared.metrics.connections_closed.increment();
        let empty = {
            let mut connections = self.inner.connections.lock();
            connections.try_remove(place);
            connections.is_empty()
        };
        if empty {
            self.inner.emptied.notify_waiters();
        }
    }

    /// Lets a client with this auth payload into a namespace, which is made if a definition stands for it; `None`
    /// when there is none.
    pub(crate) fn admit(&self, name: &ByteString, auth: Option<&ByteString>) -> Option<Arc<ActiveNamespace>> {
        loop {
            let found = self.inner.namespaces.read().get(name).cloned();
            let namespace = match found {
                Some(namespace) => namespace,
                None => self.activate_dynamic(name, auth)?,
            };
            if namespace.admit() {
                return Some(namespace);
            }
            // It has just gone with its last client.
            self.forget(&namespace);
        }
    }

    /// A client has left a namespace, which goes with its last one if it was made for its clients.
    pub(crate) fn release(&self, namespace: &Arc<ActiveNamespace>) {
        if namespace.release() {
            self.forget(namespace);
        }
    }

    fn forget(&self, namespace: &Arc<ActiveNamespace>) {
        let mut namespaces = self.inner.namespaces.write();
        if namespaces.get(&namespace.path).is_some_and(|current| Arc::ptr_eq(current, namespace)) {
            namespaces.remove(&namespace.path);
        }
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.shared.node)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({})", self.inner.shared.node)
    }
}

/// A server in the making.
#[must_use = "call `build`"]
pub struct ServerBuilder<S = ()> {
    namespaces: Vec<Namespace<S>>,
    on_new_namespace: Vec<NamespaceHook>,
    limits: Limits,
    overflow: Overflow,
    adapter: Option<Arc<dyn Adapter>>,
    recovery: Option<Recovery>,
    cluster_timeout: Duration,
    reconnect_within: Duration,
}

/// Why a server cannot be built.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// Two definitions have this name.
    DuplicateNamespace(String),
    /// A handler is defined for an event name that Socket.IO keeps for itself.
    ReservedEventName(String),
    /// A limit is zero, or a duration longer than a year.
    LimitOutOfRange(&'static str),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateNamespace(name) => {
                write!(f, "the namespace `{name}` is defined twice; put all its handlers into one definition")
            }
            Self::ReservedEventName(name) => {
                write!(f, "`{name}` is an event name that Socket.IO reserves; choose another one")
            }
            Self::LimitOutOfRange(name) => {
                write!(
                    f,
                    "the limit `{name}` must be greater than zero and, if it is a duration, at most a year"
                )
            }
        }
    }
}

impl std::error::Error for BuildError {}

impl<S: Send + Sync + 'static> ServerBuilder<S> {
    /// Adds a namespace. Definitions for many names are tried in the order in which they were added.
    pub fn namespace(mut self, namespace: Namespace<S>) -> Self {
        self.namespaces.push(namespace);
        self
    }

    /// Adds a hook that is called when a definition of many has made a namespace, before its first client is in.
    /// It must not block.
    pub fn on_new_namespace(mut self, hook: impl Fn(&NamespaceHandle) + Send + Sync + 'static) -> Self {
        self.on_new_namespace.push(Box::new(hook));
        self
    }

    /// Sets all limits.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Says what happens to packets for a client that takes them too slowly.
    pub fn overflow(mut self, policy: Overflow) -> Self {
        self.overflow = policy;
        self
    }

    /// Asks the clients of a server that [closes](Server::close) to come back at a time within this, evenly by chance,
    /// rather than all at once. Default: they are not asked. Roomful's own client listens to that, up to a minute; for all
    /// others of Engine.IO it is a packet without a meaning.
    pub fn reconnect_within(mut self, time: Duration) -> Self {
        self.reconnect_within = time;
        self
    }

    /// Joins this server with others to one cluster.
    pub fn adapter(mut self, adapter: impl Adapter) -> Self {
        self.adapter = Some(Arc::new(adapter));
        self
    }

    /// Lets clients that lost their connection go on where they were. Default: off, as in the reference.
    pub fn recovery(mut self, options: Recovery) -> Self {
        self.recovery = Some(options);
        self
    }

    /// How long other nodes are waited for where a question has no timeout of its own (default 5 s).
    pub fn cluster_timeout(mut self, timeout: Duration) -> Self {
        self.cluster_timeout = timeout;
        self
    }

    /// Builds the server with the state that its handlers extract.
    ///
    /// # Errors
    /// When two definitions have one name, an event's name is reserved, or a limit is out of its range.
    pub fn build_with(self, state: S) -> Result<Server, BuildError> {
        check(&self.limits, self.recovery.as_ref())?;
        let node = NodeId::random();
        let metrics: Arc<Metrics> = Arc::default();
        let timeout = self.cluster_timeout;
        let cluster = self.adapter.map(|adapter| Cluster::new(adapter, node, timeout, Arc::clone(&metrics)));
        let recovery = self.recovery.map(|options| Hub::new(options, Arc::clone(&metrics)));
        let shared = Arc::new(Shared::new(
            node,
            self.limits,
            self.overflow,
            metrics,
            cluster,
            recovery,
            self.reconnect_within,
        ));
        let state = Arc::new(state);
        let mut namespaces = HashMap::new();
        let mut dynamic = Vec::new();
        for definition in self.namespaces {
            let definition = definition.bind(&state)?;
            let Pattern::Exact(name) = &definition.pattern else {
                dynamic.push(definition);
                continue;
            };
            let namespace =
                ActiveNamespace::new(name.clone(), shared.clone(), definition.table, Origin::Static);
            if namespaces.insert(name.clone(), namespace).is_some() {
                return Err(BuildError::DuplicateNamespace(name.to_string()));
            }
        }
        let make_main = || ActiveNamespace::new(MAIN, shared.clone(), Arc::default(), Origin::Static);
        let main = namespaces.entry(MAIN).or_insert_with(make_main).clone();
        let inner = Inner {
            shared,
            main,
            namespaces: RwLock::new(namespaces),
            dynamic,
            on_new_namespace: self.on_new_namespace,
            connections: Mutex::default(),
            emptied: Notify::new(),
            closing: AtomicBool::new(false),
        };
        Ok(Server { inner: Arc::new(inner) })
    }
}

impl ServerBuilder<()> {
    /// Builds a server whose handlers have no state.
    ///
    /// # Errors
    /// As [`build_with`](Self::build_with).
    pub fn build(self) -> Result<Server, BuildError> {
        self.build_with(())
    }
}

/// The longest duration that can be a limit: clocks can add it without running over.
const YEAR: Duration = Duration::from_secs(366 * 24 * 60 * 60);

fn check(limits: &Limits, recovery: Option<&Recovery>) -> Result<(), BuildError> {
    let durations = [
        ("max_age", recovery.map_or(YEAR, |recovery| recovery.max_age)),
        ("ping_interval", limits.ping_interval),
        ("ping_timeout", limits.ping_timeout),
        ("upgrade_timeout", limits.upgrade_timeout),
        ("connect_timeout", limits.connect_timeout),
        ("attachment_timeout", limits.attachment_timeout),
        ("close_timeout", limits.close_timeout),
        ("handler_grace", limits.handler_grace),
    ];
    let counts = [
        ("max_payload", limits.max_payload),
        ("max_poll_packets", limits.max_poll_packets),
        ("max_running_handlers", limits.max_running_handlers),
        ("max_backlog", limits.max_backlog),
        ("max_namespaces", limits.max_namespaces),
        ("outbox_soft", limits.outbox_soft),
    ];
    let bad_duration =
        durations.iter().find(|(_, value)| value.is_zero() || *value > YEAR).map(|(name, _)| *name);
    let zero_count = counts.iter().find(|(_, value)| *value == 0).map(|(name, _)| *name);
    match bad_duration.or(zero_count) {
        Some(name) => Err(BuildError::LimitOutOfRange(name)),
        None => Ok(()),
    }
}
