//! Several servers on one bus.

use std::sync::atomic::{AtomicUsize, Ordering};

use roomful_core::adapter::{Adapter, AdapterError, BoxFuture, ClusterMessage, Inbox, Peers};
use roomful_core::{NodeId, Server};

use crate::support::{Bus, Client, OnBus, cluster, settle};

async fn heard(clients: &mut [Client; 3]) -> [usize; 3] {
    let mut counts = [0; 3];
    for (count, client) in counts.iter_mut().zip(clients) {
        *count = client.heard().await.len();
    }
    counts
}

#[tokio::test(start_paused = true)]
async fn a_broadcast_reaches_the_clients_of_every_node_once() {
    let (bus, servers, mut clients) = cluster().await;
    let delivery = servers[0].main().emit_raw("event", ());
    assert_eq!(delivery.matched, 1, "of this node");
    assert_eq!(heard(&mut clients).await, [1, 1, 1]);
    assert_eq!(bus.published(), 1, "who hears it says it to nobody");
}

#[tokio::test(start_paused = true)]
async fn rooms_and_exceptions_hold_on_every_node() {
    let (_bus, servers, mut clients) = cluster().await;
    for client in &clients {
        client.socket().join("room");
    }
    clients[1].socket().join("not these");
    servers[0].main().to("room").except("not these").emit_raw("event", ());
    assert_eq!(heard(&mut clients).await, [1, 0, 1]);
    let third = clients[2].socket().id();
    servers[0].main().except(&third).emit_raw("event", ());
    assert_eq!(heard(&mut clients).await, [1, 1, 0]);
    servers[0].main().to(&third).emit_raw("event", ());
    assert_eq!(heard(&mut clients).await, [0, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn the_sender_is_excluded_on_its_own_node_and_no_other() {
    let (_bus, _servers, mut clients) = cluster().await;
    clients[0].socket().broadcast().emit_raw("event", ());
    assert_eq!(heard(&mut clients).await, [0, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_local_broadcast_stays() {
    let (bus, servers, mut clients) = cluster().await;
    servers[0].main().everyone().local().emit_raw("event", ());
    assert_eq!(heard(&mut clients).await, [1, 0, 0]);
    assert_eq!(bus.published(), 0);
}

#[tokio::test(start_paused = true)]
async fn sockets_of_other_nodes_join_and_leave_rooms() {
    let (_bus, servers, clients) = cluster().await;
    let sizes = || servers.each_ref().map(|server| server.main().room_size("room"));
    servers[0].main().everyone().join("room");
    settle().await;
    assert_eq!(sizes(), [1, 1, 1]);
    servers[1].main().to(clients[2].socket().id()).leave("room");
    settle().await;
    assert_eq!(sizes(), [1, 1, 0]);
}

#[tokio::test(start_paused = true)]
async fn sockets_of_other_nodes_are_disconnected() {
    let (_bus, servers, mut clients) = cluster().await;
    clients[1].socket().join("room");
    servers[0].main().to("room").disconnect();
    clients[1].expect("41").await;
    assert_eq!(heard(&mut clients).await, [0, 0, 0]);
    assert_eq!(servers.each_ref().map(|server| server.main().socket_count()), [1, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn what_is_emitted_before_the_cluster_is_joined_waits() {
    let bus = Bus::default();
    let early = Server::builder::<()>().adapter(OnBus::new(&bus)).build().unwrap();
    let other = Server::builder::<()>().adapter(OnBus::new(&bus)).build().unwrap();
    other.join_cluster().await.unwrap();
    let mut client = Client::join(&other).await;
    early.main().emit_raw("early", ());
    assert!(client.heard().await.is_empty());
    early.join_cluster().await.unwrap();
    client.expect(r#"42["early"]"#).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_published_keeps_its_order() {
    let (_bus, servers, mut clients) = cluster().await;
    for n in 0..1000 {
        servers[0].main().emit_raw("n", n);
    }
    let wanted: Vec<_> = (0..1000).map(|n| format!(r#"42["n",{n}]"#)).collect();
    assert_eq!(clients[1].heard().await, wanted);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_fit_into_the_mailbox_is_counted() {
    let server = Server::builder::<()>().adapter(OnBus::new(&Bus::default())).build().unwrap();
    for n in 0..70_000 {
        server.main().emit_raw("n", n);
    }
    assert_eq!(server.metrics().cluster_dropped, 70_000 - 65_536);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_published_is_counted_and_heard_on_its_own_node() {
    let (bus, servers, mut clients) = cluster().await;
    bus.set_failing(true);
    servers[0].main().emit_raw("event", ());
    assert_eq!(heard(&mut clients).await, [1, 0, 0]);
    assert_eq!(servers[0].metrics().cluster_failed, 1);
    bus.set_failing(false);
    servers[0].main().emit_raw("event", ());
    assert_eq!(heard(&mut clients).await, [1, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn an_attachment_comes_to_other_nodes_too() {
    let (_bus, servers, mut clients) = cluster().await;
    servers[0].main().emit_raw("event", (bytes::Bytes::from_static(&[1, 2]),));
    assert_eq!(clients[2].heard().await, [r#"451-["event",{"_placeholder":true,"num":0}]"#, "b[1, 2]"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_closes_tells_the_others_nothing_more() {
    let (_bus, servers, mut clients) = cluster().await;
    servers[0].close(std::time::Duration::from_secs(1)).await;
    servers[0].main().emit_raw("event", ());
    assert_eq!(heard(&mut clients).await[1..], [0, 0]);
    assert_eq!(servers[0].metrics().cluster_dropped, 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_said_before_a_server_closes_still_reaches_the_others() {
    let (_bus, servers, mut clients) = cluster().await;
    servers[0].main().emit_raw("last", (1,));
    servers[0].close(std::time::Duration::from_secs(1)).await;
    settle().await;
    assert_eq!(heard(&mut clients).await[1..], [1, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_could_not_join_may_try_again() {
    struct AwayAtFirst(OnBus, AtomicUsize);
    impl Adapter for AwayAtFirst {
        fn start(&self, node: NodeId, inbox: Inbox) -> BoxFuture<'_, Result<(), AdapterError>> {
            match self.1.fetch_add(1, Ordering::Relaxed) {
                0 => Box::pin(async { Err("the broker is away".into()) }),
                _ => self.0.start(node, inbox),
            }
        }
        fn publish(&self, message: ClusterMessage) -> BoxFuture<'_, Result<(), AdapterError>> {
            self.0.publish(message)
        }
        fn peers(&self, namespace: &str) -> BoxFuture<'_, Result<Peers, AdapterError>> {
            self.0.peers(namespace)
        }
        fn close(&self) -> BoxFuture<'_, ()> {
            self.0.close()
        }
    }
    let bus = Bus::default();
    let adapter = AwayAtFirst(OnBus::new(&bus), AtomicUsize::new(0));
    let server = Server::builder::<()>().adapter(adapter).build().unwrap();
    assert!(server.join_cluster().await.is_err());
    server.join_cluster().await.unwrap();
    server.main().emit_raw("hello", ());
    settle().await;
    assert_eq!(bus.published(), 1);
}

#[tokio::test(start_paused = true)]
async fn connections_of_clients_of_other_nodes_are_closed() {
    let (_bus, servers, mut clients) = cluster().await;
    servers[0].main().to(clients[1].socket().id()).disconnect_connections();
    clients[1].expect("41").await;
    clients[1].expect("close").await;
    assert_eq!(servers.each_ref().map(Server::connection_count), [1, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn the_servers_of_a_cluster_are_counted() {
    let (bus, servers, _clients) = cluster().await;
    assert_eq!(servers[0].server_count().await.unwrap(), 3);
    bus.set_nameless();
    assert_eq!(servers[0].server_count().await.unwrap(), 3);
    bus.set_failing(true);
    assert!(servers[0].server_count().await.is_err());
    assert_eq!(Server::builder::<()>().build().unwrap().server_count().await.unwrap(), 1);
}
