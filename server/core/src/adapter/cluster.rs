//! What all adapters share: the mailbox from which messages are published, one after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytestring::ByteString;
use parking_lot::Mutex;
use tokio::sync::mpsc;

use super::{Adapter, AdapterError, Body, ClusterMessage, Inbox, NodeId};
use crate::metrics::Metrics;
use crate::server::Server;

/// Messages that may wait to be published. More are dropped and counted: an emitter never waits for a broker.
const MAILBOX: usize = 65_536;

pub(crate) struct Cluster {
    adapter: Arc<dyn Adapter>,
    node: NodeId,
    metrics: Arc<Metrics>,
    sender: mpsc::Sender<ClusterMessage>,
    receiver: Mutex<Option<mpsc::Receiver<ClusterMessage>>>,
    closed: AtomicBool,
}

impl Cluster {
    pub(crate) fn new(adapter: Arc<dyn Adapter>, node: NodeId, metrics: Arc<Metrics>) -> Self {
        let (sender, receiver) = mpsc::channel(MAILBOX);
        Self {
            adapter,
            node,
            metrics,
            sender,
            receiver: Mutex::new(Some(receiver)),
            closed: AtomicBool::new(false),
        }
    }

    /// Joins the cluster and begins to publish what has been said so far.
    pub(crate) async fn start(&self, server: &Server) -> Result<(), AdapterError> {
        let Some(mut messages) = self.receiver.lock().take() else { return Ok(()) };
        self.adapter.start(self.node, Inbox::new(server.clone())).await?;
        let (adapter, metrics) = (self.adapter.clone(), self.metrics.clone());
        tokio::spawn(async move {
            while let Some(message) = messages.recv().await {
                if let Err(error) = adapter.publish(message).await {
                    metrics.cluster_failed.increment();
                    tracing::warn!(%error, "a message for other nodes could not be published");
                }
            }
        });
        Ok(())
    }

    /// Queues a message for the other nodes.
    pub(crate) fn publish(&self, namespace: &ByteString, body: Body) {
        let message = ClusterMessage { from: self.node, namespace: namespace.clone(), body };
        if self.closed.load(Ordering::Relaxed) || self.sender.try_send(message).is_err() {
            self.metrics.cluster_dropped.increment();
        }
    }

    pub(crate) async fn close(&self) {
        if !self.closed.swap(true, Ordering::Relaxed) {
            self.adapter.close().await;
        }
    }
}
