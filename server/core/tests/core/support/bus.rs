//! A broker in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use parking_lot::Mutex;
use roomful_core::adapter::{Adapter, AdapterError, BoxFuture, ClusterMessage, Inbox, Peers};
use roomful_core::{Namespace, NodeId, Server};

use super::Client;

/// All that is published comes to all, the publisher too.
#[derive(Clone, Default)]
pub(crate) struct Bus {
    nodes: Arc<Mutex<Vec<Node>>>,
    published: Arc<AtomicUsize>,
    fails: Arc<AtomicBool>,
    nameless: Arc<AtomicBool>,
}

/// A node on the bus, and who it is when it asks who is there.
#[derive(Clone)]
struct Node {
    id: NodeId,
    /// Taken away from a node that is cut off.
    inbox: Option<Inbox>,
}

impl Bus {
    /// How many messages have been published.
    pub(crate) fn published(&self) -> usize {
        self.published.load(Ordering::Relaxed)
    }

    /// From now on nothing can be published, nor asked.
    pub(crate) fn set_failing(&self, fails: bool) {
        self.fails.store(fails, Ordering::Relaxed);
    }

    /// From now on the bus counts nodes instead of naming them.
    pub(crate) fn set_nameless(&self) {
        self.nameless.store(true, Ordering::Relaxed);
    }

    /// This node hears nothing any more, though the others think that it is there.
    pub(crate) fn cut_off(&self, server: &Server) {
        for node in self.nodes.lock().iter_mut().filter(|node| node.id == server.node()) {
            node.inbox = None;
        }
    }

    fn failing<T: Send + 'static>(&self) -> Option<BoxFuture<'static, Result<T, AdapterError>>> {
        let fails = self.fails.load(Ordering::Relaxed);
        fails.then(|| -> BoxFuture<'static, _> { Box::pin(async { Err("the broker is away".into()) }) })
    }
}

/// The way of one server to a [`Bus`].
pub(crate) struct OnBus {
    bus: Bus,
    node: Mutex<Option<NodeId>>,
}

impl OnBus {
    pub(crate) fn new(bus: &Bus) -> Self {
        Self { bus: bus.clone(), node: Mutex::default() }
    }
}

impl Adapter for OnBus {
    fn start(&self, node: NodeId, inbox: Inbox) -> BoxFuture<'_, Result<(), AdapterError>> {
        *self.node.lock() = Some(node);
        self.bus.nodes.lock().push(Node { id: node, inbox: Some(inbox) });
        Box::pin(async { Ok(()) })
    }

    fn publish(&self, message: ClusterMessage) -> BoxFuture<'_, Result<(), AdapterError>> {
        self.bus.failing().unwrap_or_else(|| {
            self.bus.published.fetch_add(1, Ordering::Relaxed);
            let nodes = self.bus.nodes.lock().clone();
            nodes.iter().filter_map(|node| node.inbox.as_ref()).for_each(|inbox| inbox.deliver(&message));
            Box::pin(async { Ok(()) })
        })
    }

    fn peers(&self, _: &str) -> BoxFuture<'_, Result<Peers, AdapterError>> {
        self.bus.failing().unwrap_or_else(|| {
            let me = *self.node.lock();
            let others =
                self.bus.nodes.lock().iter().map(|node| node.id).filter(|id| Some(*id) != me).collect();
            let peers = match self.bus.nameless.load(Ordering::Relaxed) {
                false => Peers::Named(others),
                true => Peers::Counted(others.len()),
            };
            Box::pin(async { Ok(peers) })
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// Three servers that have joined one bus, with these handlers in their main namespaces.
pub(crate) async fn servers(main: impl Fn() -> Namespace) -> (Bus, [Server; 3]) {
    let bus = Bus::default();
    let servers =
        [(); 3].map(|()| Server::builder().namespace(main()).adapter(OnBus::new(&bus)).build().unwrap());
    for server in &servers {
        server.join_cluster().await.unwrap();
    }
    (bus, servers)
}

/// The same with a client each.
pub(crate) async fn cluster() -> (Bus, [Server; 3], [Client; 3]) {
    let (bus, servers) = servers(Namespace::main).await;
    let clients =
        [Client::join(&servers[0]).await, Client::join(&servers[1]).await, Client::join(&servers[2]).await];
    (bus, servers, clients)
}
