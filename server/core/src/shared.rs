//! What every part of a server needs, and what needs none of them.

use std::sync::Arc;
use std::time::Duration;

use roomful_protocol::limits::Limits;

use crate::adapter::NodeId;
use crate::adapter::cluster::Cluster;
use crate::connection::outbox::{Bounds, Overflow};
use crate::metrics::Metrics;
use crate::recovery::Hub;

pub(crate) struct Shared {
    /// The id by which other nodes know this one.
    pub(crate) node: NodeId,
    pub(crate) limits: Arc<Limits>,
    pub(crate) bounds: Arc<Bounds>,
    pub(crate) metrics: Arc<Metrics>,
    /// The other nodes, when there is an adapter.
    pub(crate) cluster: Option<Cluster>,
    /// Over which time clients are asked to spread when they come back to a server that was closed. Zero: they are not.
    pub(crate) reconnect_within: Duration,
    /// What clients come back to, when sessions are recovered.
    pub(crate) recovery: Option<Hub>,
}

impl Shared {
    pub(crate) fn new(
        node: NodeId,
        limits: Limits,
        policy: Overflow,
        metrics: Arc<Metrics>,
        cluster: Option<Cluster>,
        recovery: Option<Hub>,
        reconnect_within: Duration,
    ) -> Self {
        let bounds = Arc::new(Bounds::new(&limits, policy));
        Self { node, limits: Arc::new(limits), bounds, metrics, cluster, reconnect_within, recovery }
    }
}
