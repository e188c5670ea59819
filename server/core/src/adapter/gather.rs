//! Gathering what other nodes say, until all have spoken or the time is up.

use std::collections::{HashMap, HashSet};

use roomful_protocol::args::Args;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::message::{MissingNodes, NodeId, Peers};
use crate::id::SocketId;
use crate::sync::Mutex;

/// Something that several threads fill, and one waits for.
#[derive(Debug)]
pub(crate) struct Gathering<T> {
    state: Mutex<T>,
    changed: Notify,
}

impl<T> Gathering<T> {
    pub(crate) fn new(state: T) -> Self {
        Self { state: Mutex::new(state), changed: Notify::new() }
    }

    pub(crate) fn update(&self, change: impl FnOnce(&mut T)) {
        change(&mut self.state.lock());
        self.changed.notify_waiters();
    }

    /// Waits until it is complete, or the deadline.
    pub(crate) async fn wait(&self, deadline: Instant, is_complete: impl Fn(&T) -> bool) {
        let complete = async {
            loop {
                let changed = self.changed.notified();
                if is_complete(&self.state.lock()) {
                    return;
                }
                changed.await;
            }
        };
        // What has come by then is what there is.
        let _ = timeout_at(deadline, complete).await;
    }

    pub(crate) fn take(&self) -> T
    where
        T: Default,
    {
        std::mem::take(&mut self.state.lock())
    }
}

/// Which nodes are expected to say something, and what they have said.
#[derive(Debug)]
pub(crate) struct Roll<T> {
    awaited: HashSet<NodeId>,
    unnamed: usize,
    said: HashMap<NodeId, T>,
}

impl<T> Default for Roll<T> {
    fn default() -> Self {
        Self::new(&Peers::NONE)
    }
}

impl<T> Roll<T> {
    pub(crate) fn new(peers: &Peers) -> Self {
        let (awaited, unnamed) = match peers {
            Peers::Counted(count) => (HashSet::new(), *count),
            Peers::Named(nodes) => (nodes.iter().copied().collect(), 0),
        };
        Self { awaited, unnamed, said: HashMap::new() }
    }

    /// Awaits one more.
    pub(crate) fn with(mut self, node: NodeId) -> Self {
        self.awaited.insert(node);
        self
    }

    /// A node has spoken. Only the first time counts.
    pub(crate) fn hear(&mut self, node: NodeId, what: T) {
        if self.said.contains_key(&node) {
            return;
        }
        if !self.awaited.remove(&node) {
            self.unnamed = self.unnamed.saturating_sub(1);
        }
        self.said.insert(node, what);
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.awaited.is_empty() && self.unnamed == 0
    }

    /// What was said, in the order of the nodes' ids, and who is missing.
    pub(crate) fn finish(self) -> (Vec<(NodeId, T)>, MissingNodes) {
        let mut said: Vec<_> = self.said.into_iter().collect();
        said.sort_unstable_by_key(|(node, _)| *node);
        let mut named: Vec<_> = self.awaited.into_iter().collect();
        named.sort_unstable();
        (said, MissingNodes { named, unnamed: self.unnamed })
    }
}

/// The answers of clients to one question, on this node and others.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// How many each node has asked.
    pub(crate) asked: Roll<usize>,
    /// How many of them have answered or gone.
    done: HashMap<NodeId, usize>,
    pub(crate) answers: Vec<(NodeId, Option<SocketId>, Args)>,
}

impl Tally {
    pub(crate) fn new(here: NodeId, peers: &Peers) -> Self {
        Self { asked: Roll::new(peers).with(here), ..Self::default() }
    }

    pub(crate) fn answer(&mut self, node: NodeId, socket: Option<SocketId>, args: Args) {
        self.gone(node);
        self.answers.push((node, socket, args));
    }

    /// A client that was asked will not answer any more.
    pub(crate) fn gone(&mut self, node: NodeId) {
        *self.done.entry(node).or_default() += 1;
    }

    pub(crate) fn is_complete(&self) -> bool {
        let done = |node: &NodeId| self.done.get(node).copied().unwrap_or_default();
        self.asked.is_complete() && self.asked.said.iter().all(|(node, asked)| done(node) >= *asked)
    }
}
