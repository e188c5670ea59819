//! What handlers can ask for.

use bytes::Bytes;
use roomful_core::{
    Args, Auth, ConnectError, EventName, Ext, FromRef, Namespace, Server, Socket, State, TransportKind,
};
use serde::Deserialize;

use crate::support::{Client, Probe, server, settle};

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
    let mut client = Client::open(&server).await;
    client.send(r#"0{"name":"ann"}"#);
    client.joined("40").await;
    client.send(r#"21["who"]"#);
    client.expect(r#"431["ann"]"#).await;
}

#[tokio::test(start_paused = true)]
async fn an_auth_payload_that_does_not_fit_is_refused() {
    let (server, _) = server(|main| main.guard(authenticate));
    let mut client = Client::open(&server).await;
    client.send("0");
    let refusal = client.next().await;
    assert!(refusal.starts_with(r#"44{"message":"auth payload: "#), "{refusal}");
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
    let mut client = Client::join(&server).await;
    client.send(r#"21["what"]"#);
    client.expect("431[false,false,false]").await;
    client.socket().insert(User("ann".into()));
    client.send(r#"22["what",7]"#);
    client.expect("432[true,false,true]").await;
}

#[tokio::test(start_paused = true)]
async fn a_missing_extension_is_an_error_that_names_no_types() {
    let (server, _) = server(|main| main.on_raw("who", async |_: Ext<User>| Args(())));
    let mut client = Client::join(&server).await;
    client.send(r#"21["who"]"#);
    client.expect(r#"431[{"error":"internal error"}]"#).await;
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
    let client = Client::join(&server).await;
    client.send(r#"2["event"]"#);
    settle().await;
    assert_eq!(probe.notes(), ["7"]);
}

#[tokio::test(start_paused = true)]
async fn binary_arguments_are_bytes_wherever_they_stand() {
    #[derive(Deserialize)]
    struct Drawing {
        title: String,
        pixels: Bytes,
    }
    let (server, _) = server(|main| {
        main.on_raw("draw", async |EventName(name): EventName, Args((drawing,)): Args<(Drawing,)>| {
            Args((name.to_string(), drawing.title, drawing.pixels.len()))
        })
    });
    let mut client = Client::join(&server).await;
    client.send(r#"51-1["draw",{"title":"t","pixels":{"_placeholder":true,"num":0}}]"#);
    client.send_binary(&[1, 2, 3]);
    client.expect(r#"431["draw","t",3]"#).await;
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
    let mut client = Client::join(&server).await;
    client.send(r#"21["handshake"]"#);
    client.expect(r#"431["secret","test","{}"]"#).await;
}

#[tokio::test(start_paused = true)]
async fn a_newer_extension_replaces_the_older_one() {
    let (server, _) = server(|main| main);
    let client = Client::join(&server).await;
    let socket = client.socket();
    socket.insert(User("ann".into()));
    socket.insert(User("bob".into()));
    assert_eq!(socket.get::<User>(), Some(User("bob".into())));
    assert_eq!(socket.get::<Probe>().map(|_| ()), None);
}
