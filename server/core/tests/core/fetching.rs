//! Sockets as other nodes see them.

use std::collections::HashMap;
use std::time::Duration;

use roomful_core::{Namespace, RequestError};
use roomful_protocol::link::TransportEnd;
use serde_json::json;
use tokio::time::Instant;

use crate::support::{Client, cluster, server, servers, settle};

#[tokio::test(start_paused = true)]
async fn a_fetched_socket_says_what_its_own_node_knows() {
    let (server, _) = server(|main| main);
    let mut client = Client::open(&server).await;
    client.send(r#"0{"token":"abc"}"#);
    client.joined("40").await;
    client.socket().join("room");
    client.socket().set_data("name", "ada").unwrap();
    let fetched = server.main().fetch_sockets().await;
    assert!(fetched.missing.is_empty());
    let [socket] = fetched.as_ref() else { panic!("{fetched:?}") };
    assert_eq!(socket.id().as_str(), client.sid());
    assert_eq!(socket.node(), server.node());
    assert_eq!(socket.auth_json(), r#"{"token":"abc"}"#);
    assert_eq!(socket.handshake().query_value("token"), Some("secret"));
    assert_eq!(socket.rooms().iter().map(|room| &**room).collect::<Vec<_>>(), [client.sid(), "room"]);
    assert_eq!(socket.data().get("name"), Some(&json!("ada")));
}

#[tokio::test(start_paused = true)]
async fn sockets_of_every_node_are_fetched() {
    let (_bus, servers, clients) = cluster().await;
    clients[2].socket().set_data("name", "c").unwrap();
    let fetched = servers[0].main().fetch_sockets().await;
    assert!(fetched.missing.is_empty());
    let by_node: HashMap<_, _> = fetched.iter().map(|socket| (socket.node(), socket)).collect();
    for (server, client) in servers.iter().zip(&clients) {
        assert_eq!(by_node[&server.node()].id().as_str(), client.sid());
    }
    let data: HashMap<String, String> = by_node[&servers[2].node()].data_as().unwrap();
    assert_eq!(data["name"], "c");
}

#[tokio::test(start_paused = true)]
async fn only_those_in_the_rooms_are_fetched() {
    let (_bus, servers, clients) = cluster().await;
    clients[0].socket().join("room");
    clients[1].socket().join(["room", "muted"]);
    clients[2].socket().join("room");
    let fetched = servers[0].main().to("room").except("muted").fetch_sockets().await;
    let mut ids: Vec<_> = fetched.iter().map(|socket| socket.id().to_string()).collect();
    let mut wanted = vec![clients[0].sid(), clients[2].sid()];
    ids.sort();
    wanted.sort();
    assert_eq!(ids, wanted);
}

#[tokio::test(start_paused = true)]
async fn a_local_fetch_asks_no_other_node() {
    let (bus, servers, _clients) = cluster().await;
    assert_eq!(servers[0].main().everyone().local().fetch_sockets().await.len(), 1);
    assert_eq!(bus.published(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_node_that_does_not_tell_its_sockets_is_named_after_five_seconds() {
    let (bus, servers, _clients) = cluster().await;
    bus.cut_off(&servers[1]);
    let began = Instant::now();
    let fetched = servers[0].main().fetch_sockets().await;
    assert_eq!(began.elapsed().as_secs(), 5);
    assert_eq!(fetched.len(), 2, "the sockets of the others are there");
    assert_eq!(fetched.missing.named, [servers[1].node()]);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_fetched_from_a_node_without_the_namespace() {
    let (_bus, servers) = servers(|| Namespace::new("/game/*")).await;
    let _client = Client::join_namespace(&servers[0], "/game/1").await;
    let fetched = servers[0].namespace("/game/1").unwrap().fetch_sockets().await;
    assert_eq!((fetched.len(), fetched.missing.is_empty()), (1, true));
}

#[tokio::test(start_paused = true)]
async fn a_socket_of_another_node_hears_joins_leaves_and_is_disconnected() {
    let (_bus, servers, mut clients) = cluster().await;
    let fetched = servers[0].main().to(clients[1].socket().id()).fetch_sockets().await;
    let socket = &fetched[0];
    socket.emit_raw("event", 1);
    clients[1].expect(r#"42["event",1]"#).await;
    socket.join("room");
    settle().await;
    assert_eq!(servers[1].main().room_size("room"), 1);
    socket.leave("room");
    settle().await;
    assert_eq!(servers[1].main().room_size("room"), 0);
    socket.disconnect();
    clients[1].expect("41").await;
    assert!(clients[0].heard().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_socket_of_another_node_answers() {
    let (_bus, servers, mut clients) = cluster().await;
    let fetched = servers[0].main().to(clients[1].socket().id()).fetch_sockets().await;
    let asking = tokio::spawn(fetched[0].request_raw::<u32>("question", ()).into_future());
    clients[1].expect(r#"420["question"]"#).await;
    clients[1].send("30[42]");
    assert_eq!(asking.await.unwrap().unwrap(), 42);
}

#[tokio::test(start_paused = true)]
async fn a_socket_of_another_node_that_does_not_answer_times_out() {
    let (_bus, servers, clients) = cluster().await;
    let fetched = servers[0].main().to(clients[1].socket().id()).fetch_sockets().await;
    let answer = fetched[0].request_raw::<u32>("question", ()).timeout(Duration::from_secs(3)).await;
    assert!(matches!(answer, Err(RequestError::Timeout)), "{answer:?}");
}

#[tokio::test(start_paused = true)]
async fn a_socket_of_another_node_that_has_gone_is_not_waited_for() {
    let (_bus, servers, mut clients) = cluster().await;
    let fetched = servers[0].main().to(clients[1].socket().id()).fetch_sockets().await;
    clients[1].hang_up(TransportEnd::Closed);
    clients[1].ended().await;
    let answer = fetched[0].request_raw::<u32>("question", ()).await;
    assert!(matches!(answer, Err(RequestError::Disconnected)), "{answer:?}");
}

// --- data ---

#[tokio::test(start_paused = true)]
async fn data_is_set_field_by_field_read_as_a_whole_and_removed() {
    let (server, _) = server(|main| main);
    let socket = Client::join(&server).await.socket();
    assert!(socket.data().is_empty());
    socket.set_data("name", "ada").unwrap();
    socket.set_data("age", 36).unwrap();
    let data: HashMap<String, serde_json::Value> = socket.data_as().unwrap();
    assert_eq!(data, HashMap::from([("name".into(), json!("ada")), ("age".into(), json!(36))]));
    assert_eq!(socket.remove_data("age"), Some(json!(36)));
    assert_eq!(socket.data().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn data_that_is_no_object_changes_nothing() {
    let (server, _) = server(|main| main);
    let socket = Client::join(&server).await.socket();
    socket.replace_data(json!({"a": 1})).unwrap();
    assert!(socket.replace_data(7).is_err());
    assert!(socket.set_data("b", HashMap::from([((1, 2), 3)])).is_err());
    assert_eq!(socket.data().into_iter().collect::<Vec<_>>(), [("a".to_owned(), json!(1))]);
}

// --- on this node ---

#[tokio::test(start_paused = true)]
async fn the_sockets_and_rooms_of_this_node_are_listed() {
    let (_bus, servers, clients) = cluster().await;
    clients[0].socket().join(["a", "b"]);
    clients[1].socket().join("c");
    let main = servers[0].main();
    assert_eq!(main.sockets(), [clients[0].socket()]);
    let mut rooms = main.rooms();
    rooms.sort();
    assert_eq!(rooms, ["a", "b"]);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_the_end_of_a_socket_hears_of_it() {
    let (server, _) = server(|main| main);
    let client = Client::join(&server).await;
    let socket = client.socket();
    let waiting = tokio::spawn({
        let socket = socket.clone();
        async move { socket.closed().await }
    });
    settle().await;
    assert!(!waiting.is_finished());
    client.hang_up(TransportEnd::Closed);
    waiting.await.unwrap();
    // It has ended already.
    socket.closed().await;
}
