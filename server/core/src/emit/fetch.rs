//! Sockets of all nodes, as far as other nodes tell about them.

use std::ops::Deref;
use std::sync::Arc;

use tokio::time::Instant;

use super::broadcast::Broadcast;
use crate::adapter::cluster::Question;
use crate::adapter::gather::{Gathering, Roll};
use crate::adapter::{Body, MissingNodes, SocketDetails};
use crate::member::Member;
use crate::remote::RemoteSocket;

/// Sockets of all nodes at one moment. It is a list of them.
#[derive(Debug)]
#[non_exhaustive]
pub struct FetchedSockets {
    /// The sockets, those of this node first.
    pub sockets: Vec<RemoteSocket>,
    /// Nodes that have not answered in time, so that their sockets are not among these.
    pub missing: MissingNodes,
}

impl Deref for FetchedSockets {
    type Target = [RemoteSocket];

    fn deref(&self) -> &[RemoteSocket] {
        &self.sockets
    }
}

impl IntoIterator for FetchedSockets {
    type Item = RemoteSocket;
    type IntoIter = std::vec::IntoIter<RemoteSocket>;

    fn into_iter(self) -> Self::IntoIter {
        self.sockets.into_iter()
    }
}

impl Broadcast {
    /// The sockets among them, of all nodes; [`local`](Self::local) keeps to this one. Other nodes are waited
    /// for as long as [`ServerBuilder::cluster_timeout`](crate::ServerBuilder::cluster_timeout) says; those that
    /// have not answered by then are named.
    pub async fn fetch_sockets(&self) -> FetchedSockets {
        let namespace = &self.namespace;
        let (elsewhere, missing) = self.fetch_elsewhere().await;
        let here = self.details().into_iter().map(|details| (namespace.shared.node, details));
        let elsewhere = elsewhere
            .into_iter()
            .flat_map(|(node, sockets)| sockets.into_iter().map(move |details| (node, details)));
        let sockets = here.chain(elsewhere);
        FetchedSockets {
            sockets: sockets.map(|(node, details)| RemoteSocket::new(node, details, namespace)).collect(),
            missing,
        }
    }

    /// What is known about the sockets of this node among them.
    pub(crate) fn details(&self) -> Vec<SocketDetails> {
        self.members().iter().map(|member| Member::details(member)).collect()
    }

    async fn fetch_elsewhere(&self) -> (Vec<(crate::NodeId, Vec<SocketDetails>)>, MissingNodes) {
        let Some(cluster) = self.cluster() else { return Default::default() };
        let deadline = Instant::now() + cluster.timeout;
        let peers = cluster.peers(&self.namespace.path, deadline).await;
        if peers.is_empty() {
            return Default::default();
        }
        let roll = Arc::new(Gathering::new(Roll::new(&peers)));
        let asking = cluster.ask(Question::Sockets(roll.clone()));
        let (request, target) = (asking.id.clone(), self.target());
        cluster.publish(&self.namespace.path, None, Body::Fetch { request, target });
        roll.wait(deadline, Roll::is_complete).await;
        roll.take().finish()
    }
}
