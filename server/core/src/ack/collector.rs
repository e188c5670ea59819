//! Broadcasts that ask: who was asked on this node under one id, and where the answers go.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use roomful_protocol::args::Args;
use tokio::time::Instant;

use crate::adapter::gather::{Gathering, Tally};
use crate::adapter::{Body, NodeId, RequestId};
use crate::id::SocketId;
use crate::namespace::active::ActiveNamespace;
use crate::sync::Mutex;

/// Questions of other nodes that may wait for answers of one namespace's clients. More are not asked.
const FOR_OTHERS: usize = 65_536;

/// The questions to many clients of one namespace that wait for answers, by their ids.
#[derive(Default)]
pub(crate) struct Collectors {
    by_id: Mutex<HashMap<u64, Arc<Collector>>>,
}

impl Collectors {
    pub(crate) fn insert(&self, id: u64, collector: Arc<Collector>) {
        self.by_id.lock().insert(id, collector);
    }

    pub(crate) fn remove(&self, id: u64) {
        self.by_id.lock().remove(&id);
    }

    pub(crate) fn is_full(&self) -> bool {
        self.by_id.lock().len() >= FOR_OTHERS
    }

    /// A client has answered. Unknown, late and repeated answers find nobody, and so do those of who was not
    /// asked.
    pub(crate) fn answered(&self, namespace: &ActiveNamespace, id: u64, socket: &SocketId, args: Args) {
        let collector = self.by_id.lock().get(&id).cloned();
        if let Some(collector) = collector
            && collector.take(socket)
        {
            collector.report.answer(namespace, socket, args);
        }
    }

    /// A client has gone: nobody waits for it any more.
    pub(crate) fn gone(&self, namespace: &ActiveNamespace, socket: &SocketId) {
        let collectors: Vec<_> = self.by_id.lock().values().cloned().collect();
        for collector in collectors {
            if collector.take(socket) {
                collector.report.gone(namespace);
            }
        }
    }
}

/// One question to many clients of this node.
pub(crate) struct Collector {
    asked: Gathering<Asked>,
    report: Report,
}

#[derive(Default)]
struct Asked {
    /// Nobody else is being asked.
    all: bool,
    waiting: HashSet<SocketId>,
}

/// Who hears what comes of it.
pub(crate) enum Report {
    /// Somebody on this node.
    Here(NodeId, Arc<Gathering<Tally>>),
    /// Another node.
    Node(NodeId, RequestId),
}

impl Collector {
    pub(crate) fn new(report: Report) -> Arc<Self> {
        Arc::new(Self { asked: Gathering::new(Asked::default()), report })
    }

    /// A client is about to be asked: before the question can reach it, so that no answer comes too early.
    pub(crate) fn ask(&self, socket: &SocketId) {
        self.asked.update(|asked| {
            asked.waiting.insert(socket.clone());
        });
    }

    /// The question was dropped on its way to a client.
    pub(crate) fn not_asked(&self, socket: &SocketId) {
        self.take(socket);
    }

    /// All have been asked; how many they are.
    pub(crate) fn all_asked(&self, namespace: &ActiveNamespace, clients: usize) {
        self.asked.update(|asked| asked.all = true);
        self.report.asked(namespace, clients);
    }

    /// Waits until everybody has answered or gone, or the deadline.
    pub(crate) async fn ended(&self, deadline: Instant) {
        self.asked.wait(deadline, |asked| asked.all && asked.waiting.is_empty()).await;
    }

    /// Takes the place of a client that was asked; whether there was one.
    fn take(&self, socket: &SocketId) -> bool {
        let mut taken = false;
        self.asked.update(|asked| taken = asked.waiting.remove(socket));
        taken
    }
}

impl Report {
    fn asked(&self, namespace: &ActiveNamespace, clients: usize) {
        match self {
            Self::Here(here, tally) => tally.update(|tally| tally.asked.hear(*here, clients)),
            Self::Node(node, request) => {
                let request = request.clone();
                publish(namespace, *node, Body::Asked { request, clients });
            }
        }
    }

    fn answer(&self, namespace: &ActiveNamespace, socket: &SocketId, args: Args) {
        let socket = Some(socket.clone());
        match self {
            Self::Here(here, tally) => tally.update(|tally| tally.answer(*here, socket, args)),
            Self::Node(node, request) => {
                let request = request.clone();
                publish(namespace, *node, Body::Answer { request, socket, args });
            }
        }
    }

    fn gone(&self, namespace: &ActiveNamespace) {
        match self {
            Self::Here(here, tally) => tally.update(|tally| tally.gone(*here)),
            Self::Node(node, request) => {
                publish(namespace, *node, Body::Gone { request: request.clone() });
            }
        }
    }
}

fn publish(namespace: &ActiveNamespace, to: NodeId, body: Body) {
    if let Some(cluster) = &namespace.shared.cluster {
        cluster.publish(&namespace.path, Some(to), body);
    }
}
