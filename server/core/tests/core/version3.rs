//! Clients of Engine.IO 3 beside those of today.

use bytes::Bytes;
use roomful_core::{ConnectError, Namespace, Server, Socket};
use serde_json::json;
use tokio::time::{Duration, sleep};

use crate::support::Client;

const ID: &str = "abcdefghijklmnopqrst";

fn server() -> Server {
    let refusing = Namespace::new("/admin").guard(async |socket: Socket| match socket.auth_json() {
        r#"{"token":"secret"}"# => Ok(()),
        _ => Err(ConnectError::new("unauthorized").with_data(json!({ "code": 401 }))),
    });
    let main = Namespace::main();
    Server::builder::<()>()
        .namespace(main)
        .namespace(Namespace::new("/chat"))
        .namespace(refusing)
        .build()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_client_is_in_the_main_namespace_from_the_start() {
    let server = server();
    let mut client = Client::open_v3(&server, ID, false).await;
    client.expect("40").await;
    let sockets = server.main().everyone().local_sockets();
    assert_eq!(sockets[0].id().as_str(), ID);
    assert_eq!(sockets[0].engine_version(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_refused_in_the_main_namespace_may_join_another() {
    let main = Namespace::main().guard(async || Err::<(), _>(ConnectError::new("no")));
    let server = Server::builder::<()>().namespace(main).namespace(Namespace::new("/chat")).build().unwrap();
    let mut client = Client::open_v3(&server, ID, false).await;
    client.expect(r#"44"no""#).await;
    client.send("0/chat");
    client.expect("40/chat,").await;
}

#[tokio::test(start_paused = true)]
async fn one_that_joins_nothing_else_is_closed_in_time() {
    let main = Namespace::main().guard(async || Err::<(), _>(ConnectError::new("no")));
    let server = Server::builder::<()>().namespace(main).build().unwrap();
    let mut client = Client::open_v3(&server, ID, false).await;
    client.expect(r#"44"no""#).await;
    client.raw("2");
    client.expect("3").await;
    sleep(Duration::from_millis(44_900)).await;
    assert!(!client.has_ended());
    client.ended().await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_the_main_namespace_stays_connected() {
    let server = server();
    let mut client = Client::open_v3(&server, ID, false).await;
    client.expect("40").await;
    client.send("1");
    client.send("0/chat");
    client.expect("40/chat,").await;
    client.send("0");
    client.expect("40").await;
}

#[tokio::test(start_paused = true)]
async fn a_second_connect_to_the_main_namespace_closes() {
    let server = server();
    let mut client = Client::open_v3(&server, ID, false).await;
    client.expect("40").await;
    client.send("0");
    client.expect("close").await;
}

#[tokio::test(start_paused = true)]
async fn the_query_of_a_namespace_is_the_auth_payload() {
    let server = server();
    let mut client = Client::open_v3(&server, ID, false).await;
    client.expect("40").await;
    client.send("0/admin?token=guess");
    client.expect(r#"44/admin,{"code":401}"#).await;
    client.send("0/admin?token=secret,");
    client.expect("40/admin,").await;
    client.send("0/unknown");
    client.expect(r#"44/unknown,{"message":"Invalid namespace"}"#).await;
}

#[tokio::test(start_paused = true)]
async fn the_id_of_a_socket_names_its_room_whatever_its_shape() {
    let server = server();
    let mut client = Client::open_v3(&server, "made-by-hand", false).await;
    client.expect("40").await;
    client.send("0/chat");
    client.expect("40/chat,").await;
    server.main().to("made-by-hand").emit_raw("e", (1,));
    client.expect(r#"42["e",1]"#).await;
    let chat = server.namespace("/chat").unwrap();
    chat.to("/chat#made-by-hand").to("other").emit_raw("e", (2,));
    client.expect(r#"42/chat,["e",2]"#).await;
    chat.except("/chat#made-by-hand").emit_raw("e", (3,));
    assert!(client.heard().await.is_empty());
    let socket = chat.everyone().local_sockets()[0].clone();
    assert_eq!(chat.socket(socket.id()), Some(socket.clone()));
    assert_eq!(socket.rooms(), ["/chat#made-by-hand"]);
    client.send("1/chat,");
    assert!(client.heard().await.is_empty());
    assert_eq!(chat.socket(socket.id()), None);
}

#[tokio::test(start_paused = true)]
async fn a_broadcast_reaches_every_kind_of_client_in_its_own_form() {
    let server = server();
    let mut today = Client::join(&server).await;
    let mut binary = Client::open_v3(&server, ID, false).await;
    let mut text = Client::open_v3(&server, "zyxwvutsrqponmlkjihg", true).await;
    binary.expect("40").await;
    text.expect("40").await;
    server.main().everyone().emit_raw("e", (Bytes::from_static(&[1, 2]),));
    let header = r#"451-["e",{"_placeholder":true,"num":0}]"#;
    for (client, data) in [(&mut today, r"b[1, 2]"), (&mut binary, r"b[4, 1, 2]"), (&mut text, "b4AQI=")] {
        client.expect(header).await;
        client.expect(data).await;
    }
}
