//! What handlers can ask for.

use bytes::Bytes;
use roomful_core::{
    Args, Auth, ConnectError, EventName, Ext, FromRef, Namespace, Server, Socket, State, TransportKind,
};
use roomful_test::{TestClient, assert_ack, settle};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::{Probe, server};

#[derive(Clone, Debug, PartialEq)]
struct User(String);

#[derive(Deserialize)]
struct Credentials {
    name: String,
}

async fn authenticate(Auth(credentials): Auth<Credentials>) -> Result<User, ConnectError> {
    Ok(User(credentials.name))
}

#[tokio::test(start_paused = true)]
async fn what_a_guard_returns_is_extracted_from_then_on() {
    let (server, _) =
        server(|main| main.guard(authenticate).on_raw("who", async |user: Ext<User>| Args((user.0.0,))));
    let client = TestClient::of(&server).auth(json!({ "name": "ann" })).join().await;
    assert_ack!(client, "who", () => "ann");
}

#[tokio::test(start_paused = true)]
async fn an_auth_payload_that_does_not_fit_is_refused() {
    let (server, _) = server(|main| main.guard(authenticate));
    let refused = TestClient::of(&server).refused().await;
    assert!(refused.message.starts_with("auth payload: "), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn what_may_be_absent_is_an_option() {
    let (server, _) = server(|main| {
        main.on_raw(
            "what",
            async |user: Option<Ext<User>>, auth: Option<Auth<Credentials>>, args: Option<Args<(u32,)>>| {
                Args((user.is_some(), auth.is_some(), args.is_some()))
            },
        )
    });
    let client = TestClient::join(&server).await;
    assert_ack!(client, "what", () => (false, false, false));
    client.socket().insert(User("ann".into()));
    assert_ack!(client, "what", 7 => (true, false, true));
}

#[tokio::test(start_paused = true)]
async fn a_missing_extension_is_an_error_that_names_no_types() {
    let (server, _) = server(|main| main.on_raw("who", async |_: Ext<User>| Args(())));
    let client = TestClient::join(&server).await;
    assert_ack!(client, "who", () => json!({ "error": "internal error" }));
}

#[tokio::test(start_paused = true)]
async fn a_part_of_the_state_is_extracted() {
    struct App {
        probe: Probe,
        number: u32,
    }
    impl FromRef<App> for Probe {
        fn from_ref(app: &App) -> Self {
            app.probe.clone()
        }
    }
    impl FromRef<App> for u32 {
        fn from_ref(app: &App) -> Self {
            app.number
        }
    }
    let probe = Probe::default();
    let handlers = Namespace::<App>::main().on_raw(
        "event",
        async |State(number): State<u32>, State(probe): State<Probe>| {
            probe.note(number.to_string());
        },
    );
    let app = App { probe: probe.clone(), number: 7 };
    let server = Server::builder().namespace(handlers).build_with(app).unwrap();
    let client = TestClient::join(&server).await;
    client.emit("event", ());
    settle().await;
    assert_eq!(probe.notes(), ["7"]);
}

#[tokio::test(start_paused = true)]
async fn binary_arguments_are_bytes_wherever_they_stand() {
    #[derive(Deserialize, Serialize)]
    struct Drawing {
        title: String,
        pixels: Bytes,
    }
    let (server, _) = server(|main| {
        main.on_raw("draw", async |EventName(name): EventName, Args((drawing,)): Args<(Drawing,)>| {
            Args((name.to_string(), drawing.title, drawing.pixels.len()))
        })
    });
    let client = TestClient::join(&server).await;
    let drawing = Drawing { title: "t".to_owned(), pixels: Bytes::from_static(&[1, 2, 3]) };
    assert_ack!(client, "draw", drawing => ("draw", "t", 3));
}

#[tokio::test(start_paused = true)]
async fn the_handshake_is_known() {
    let (server, _) = server(|main| {
        main.on_raw("handshake", async |socket: Socket, server: Server| {
            let handshake = socket.handshake();
            assert_eq!(socket.transport(), TransportKind::WebSocket);
            assert!(server.namespace("/").is_some());
            Args((
                handshake.query_value("token").map(str::to_owned),
                handshake.headers().get("user-agent").map(str::to_owned),
                socket.auth_json().to_owned(),
            ))
        })
    });
    let client = TestClient::of(&server).query("token", "secret").header("user-agent", "test").join().await;
    assert_ack!(client, "handshake", () => ("secret", "test", "{}"));
}

#[tokio::test(start_paused = true)]
async fn a_newer_extension_replaces_the_older_one() {
    let (server, _) = server(|main| main);
    let client = TestClient::join(&server).await;
    let socket = client.socket();
    socket.insert(User("ann".into()));
    socket.insert(User("bob".into()));
    assert_eq!(socket.get::<User>(), Some(User("bob".into())));
    assert_eq!(socket.get::<Probe>().map(|_| ()), None);
}
