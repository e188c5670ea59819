//! Clients that come back before the server has noticed that they were away.

use roomful_core::{DisconnectReason, Namespace, Recovery, State};

use super::{Visitor, plain, recovering, said, say};
use crate::support::{Client, Flow, Probe, settle};

#[tokio::test(start_paused = true)]
async fn the_old_connection_is_closed_first_and_nothing_is_lost_or_doubled() {
    let main =
        Namespace::main().on_disconnect(async |reason: DisconnectReason, State(probe): State<Probe>| {
            probe.note(reason.as_str());
        });
    let (server, probe) = recovering(Recovery::default(), main);
    let mut visitor = Visitor::come(&server).await;
    let old = visitor.socket(&server);
    old.join("room");
    say(&server.main().to("room"), 1);
    assert_eq!(visitor.listen().await, said([1]));
    visitor.client.set_flow(Flow::Stopped);
    say(&server.main().to("room"), 2);
    let (sid, forgotten) = (visitor.sid.clone(), visitor.client);
    visitor.client = Client::open(&server).await;
    assert_eq!(visitor.come_back(&server).await, said([2]));
    assert!(visitor.recovered && visitor.sid == sid);
    assert_eq!(probe.notes(), ["transport close"]);
    assert_eq!(server.main().socket_count(), 1);
    say(&server.main().to("room"), 3);
    assert_eq!(visitor.listen().await, said([3]));
    drop(forgotten);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_while_it_waits_for_its_session_does_not_take_it_along() {
    let server = plain();
    let mut visitor = Visitor::come(&server).await;
    let forgotten = std::mem::replace(&mut visitor.client, Client::open(&server).await);
    visitor.reconnect(&server).await;
    visitor.vanish().await;
    settle().await;
    say(&server.main().everyone(), 1);
    assert_eq!(visitor.come_back(&server).await, said([1]));
    assert!(visitor.recovered);
    drop(forgotten);
}
