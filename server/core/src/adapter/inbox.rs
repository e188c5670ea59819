//! What this node does for others.

use std::sync::Arc;
use std::time::Duration;

use bytestring::ByteString;
use roomful_protocol::args::Args;
use tokio::time::Instant;

use super::{Body, ClusterMessage, NodeId, RequestId, Target};
use crate::ack::collector::{Collector, Report};
use crate::emit::{Broadcast, Place};
use crate::namespace::NamespaceHandle;
use crate::namespace::active::ActiveNamespace;
use crate::server::{Server, WeakServer};
use crate::server_event::{self, ServerEvent};

/// Where an adapter puts what other nodes say.
///
/// It does not keep the server alive: what comes after the server has gone is dropped.
#[derive(Clone, Debug)]
pub struct Inbox {
    server: WeakServer,
}

impl Inbox {
    pub(crate) fn new(server: &Server) -> Self {
        Self { server: server.downgrade() }
    }

    /// Does this node's part of what another node has said. Never waits.
    pub fn deliver(&self, message: &ClusterMessage) {
        let Some(server) = self.server.upgrade() else { return };
        let here = server.node();
        if message.from == here || message.to.is_some_and(|to| to != here) {
            return;
        }
        if let Some(cluster) = &server.shared().cluster {
            cluster.answered(message.from, &message.body);
        }
        match server.active(&message.namespace) {
            Some(namespace) => deliver(&namespace, message),
            None => nobody_is_here(&server, message),
        }
    }
}

fn deliver(namespace: &Arc<ActiveNamespace>, message: &ClusterMessage) {
    let select =
        |target: &Target| Broadcast::new(namespace.clone()).local().to(&target.rooms).except(&target.except);
    match &message.body {
        Body::Broadcast { target, event, args, volatile } => {
            let select = select(target).volatile_if(*volatile);
            select.deliver(event, args);
        }
        Body::Join(target, rooms) => select(target).join(rooms),
        Body::Leave(target, rooms) => select(target).leave(rooms),
        Body::Disconnect { target, close: false } => select(target).disconnect(),
        Body::Disconnect { target, close: true } => select(target).disconnect_connections(),
        Body::Request { request, target, event, args, volatile, timeout } => {
            let question = Asked { from: message.from, request, event, args, timeout: *timeout };
            question.put(namespace, &select(target).volatile_if(*volatile));
        }
        Body::Fetch { request, target } => {
            let sockets = select(target).details();
            answer(namespace, message.from, Body::Fetched { request: request.clone(), sockets });
        }
        Body::ServerEvent { request, event, args } => {
            let Some(cluster) = &namespace.shared.cluster else { return };
            let event = ServerEvent {
                namespace: NamespaceHandle::new(namespace.clone()),
                from: message.from,
                name: event.clone(),
                args: args.clone(),
            };
            server_event::arrived(cluster, namespace, event, request.clone());
        }
        // Answers to questions of this node have found who asked.
        _ => {}
    }
}

fn answer(namespace: &ActiveNamespace, to: NodeId, body: Body) {
    if let Some(cluster) = &namespace.shared.cluster {
        cluster.publish(&namespace.path, Some(to), body);
    }
}

/// A question of another node to clients of this one.
struct Asked<'a> {
    from: NodeId,
    request: &'a RequestId,
    event: &'a ByteString,
    args: &'a Args,
    timeout: Duration,
}

impl Asked<'_> {
    fn put(&self, namespace: &Arc<ActiveNamespace>, select: &Broadcast) {
        let Some(runtime) = namespace.shared.cluster.as_ref().and_then(|cluster| cluster.runtime()) else {
            return;
        };
        if namespace.collectors.is_full() {
            namespace.shared.metrics.cluster_dropped.increment();
            return;
        }
        let report = Report::Node(self.from, self.request.clone());
        let place = Place::new(namespace, Collector::new(report));
        select.ask(&place, self.event, self.args);
        runtime.spawn(place.ended(Instant::now() + self.timeout));
    }
}

/// A namespace that does not exist here has nobody to tell, but who asks must not wait.
fn nobody_is_here(server: &Server, message: &ClusterMessage) {
    let Some(cluster) = &server.shared().cluster else { return };
    let answer = match &message.body {
        Body::Request { request, .. } => Body::Asked { request: request.clone(), clients: 0 },
        Body::Fetch { request, .. } => Body::Fetched { request: request.clone(), sockets: Vec::new() },
        Body::ServerEvent { request: Some(request), .. } => {
            Body::ServerAnswer { request: request.clone(), answer: None }
        }
        _ => return,
    };
    cluster.publish(&message.namespace, Some(message.from), answer);
}
