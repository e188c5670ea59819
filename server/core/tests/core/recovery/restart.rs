//! A server that ends and another one that takes its place.

use std::io;
use std::time::Duration;

use roomful_core::{ConnectError, MemorySnapshot, Namespace, Recovery, Server, SnapshotStore, State};

use super::{Visitor, recovering, said, say};
use crate::support::Probe;

fn main_namespace() -> Namespace<Probe> {
    Namespace::main().guard(async |State(probe): State<Probe>| {
        probe.note("guard");
        Ok::<_, ConnectError>(())
    })
}

fn start(store: impl SnapshotStore) -> (Server, Probe) {
    recovering(Recovery::default().store(store), main_namespace())
}

#[tokio::test(start_paused = true)]
async fn clients_go_on_where_they_were_and_guards_see_them_again() {
    let store = MemorySnapshot::new();
    let (server, _) = start(store.clone());
    let mut visitor = Visitor::come(&server).await;
    let mut away = Visitor::come(&server).await;
    visitor.socket(&server).join("room");
    away.vanish().await;
    say(&server.main().everyone(), 1);
    assert_eq!(visitor.listen().await, said([1]));
    visitor.client.set_flow(crate::support::Flow::Stopped);
    say(&server.main().to("room"), 2);
    assert!(server.close(Duration::from_secs(60)).await);

    let (server, probe) = start(store);
    say(&server.main().to("room"), 3);
    let sid = visitor.sid.clone();
    assert_eq!(visitor.come_back(&server).await, said([2, 3]));
    assert!(visitor.recovered && visitor.sid == sid);
    assert_eq!(probe.notes(), ["guard"]);
    assert_eq!(away.come_back(&server).await, said([1]));
    assert!(away.recovered);
}

#[tokio::test(start_paused = true)]
async fn the_data_of_a_socket_survives_too() {
    let store = MemorySnapshot::new();
    let (server, _) = start(store.clone());
    let mut visitor = Visitor::come(&server).await;
    visitor.socket(&server).set_data("name", "ada").expect("it can be JSON");
    assert!(server.close(Duration::from_secs(60)).await);
    let (server, _) = start(store);
    visitor.come_back(&server).await;
    assert_eq!(visitor.socket(&server).data()["name"], "ada");
}

#[tokio::test(start_paused = true)]
async fn a_session_survives_one_restart_after_the_other() {
    let store = MemorySnapshot::new();
    let (mut server, _) = start(store.clone());
    let mut visitor = Visitor::come(&server).await;
    for number in 1..4 {
        assert!(server.close(Duration::from_secs(60)).await);
        (server, _) = start(store.clone());
        say(&server.main().everyone(), number);
        assert_eq!(visitor.come_back(&server).await, said([number]));
        assert!(visitor.recovered);
    }
}

/// A store whose snapshot is not what it was.
struct Damaged(MemorySnapshot);

impl SnapshotStore for Damaged {
    fn take(&self) -> io::Result<Option<Vec<u8>>> {
        let mut snapshot = self.0.take()?;
        if let Some(last) = snapshot.as_mut().and_then(|bytes| bytes.last_mut()) {
            *last ^= 1;
        }
        Ok(snapshot)
    }

    fn save(&self, snapshot: &[u8]) -> io::Result<()> {
        self.0.save(snapshot)
    }
}

#[tokio::test(start_paused = true)]
async fn a_damaged_snapshot_means_new_sessions_and_a_server_that_starts() {
    let store = MemorySnapshot::new();
    let (server, _) = start(store.clone());
    let mut visitor = Visitor::come(&server).await;
    assert!(server.close(Duration::from_secs(60)).await);
    let (server, _) = start(Damaged(store));
    visitor.come_back(&server).await;
    assert!(!visitor.recovered);
}
