//! Namespaces that are made for their clients.

use roomful_core::{BuildError, ConnectError, Namespace, Server, Socket, State};
use roomful_protocol::link::TransportEnd;

use crate::support::{Client, Probe, settle};

fn rooms_of_games() -> Server {
    Server::builder::<()>().namespace(Namespace::new("/game/*")).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn each_name_that_matches_is_a_namespace_of_its_own() {
    let server = rooms_of_games();
    let mut first = Client::join_namespace(&server, "/game/1").await;
    let mut second = Client::join_namespace(&server, "/game/2").await;
    server.namespace("/game/1").unwrap().emit_raw("event", ());
    assert_eq!((first.heard().await.len(), second.heard().await.len()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn it_is_removed_with_its_last_client() {
    let server = rooms_of_games();
    let (first, second) =
        (Client::join_namespace(&server, "/game/1").await, Client::join_namespace(&server, "/game/1").await);
    first.send("1/game/1,");
    settle().await;
    assert!(server.namespace("/game/1").is_some());
    second.hang_up(TransportEnd::Failed);
    settle().await;
    assert!(server.namespace("/game/1").is_none());
    assert_eq!(server.namespaces().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_handle_of_one_that_has_gone_reaches_nobody() {
    let server = rooms_of_games();
    let client = Client::join_namespace(&server, "/game/1").await;
    let old = server.namespace("/game/1").unwrap();
    client.send("1/game/1,");
    settle().await;
    let mut again = Client::join_namespace(&server, "/game/1").await;
    assert_eq!(old.emit_raw("event", ()).matched, 0);
    assert_eq!(server.namespace("/game/1").unwrap().emit_raw("event", ()).matched, 1);
    assert_eq!(again.heard().await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_that_refuses_its_first_client_is_removed() {
    let guarded = Namespace::new("/game/*").guard(async || Err::<(), ConnectError>("no".into()));
    let server = Server::builder::<()>().namespace(guarded).build().unwrap();
    let mut client = Client::open(&server).await;
    client.send("0/game/1,");
    client.expect(r#"44/game/1,{"message":"no"}"#).await;
    assert!(server.namespace("/game/1").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_while_the_guards_run_takes_it_along() {
    let probe = Probe::default();
    let guarded = Namespace::new("/game/*").guard(async |State(probe): State<Probe>| {
        probe.wait().await;
        Ok::<_, ConnectError>(())
    });
    let server = Server::builder().namespace(guarded).build_with(probe.clone()).unwrap();
    let client = Client::open(&server).await;
    client.send("0/game/1,");
    settle().await;
    assert!(server.namespace("/game/1").is_some());
    client.hang_up(TransportEnd::Closed);
    settle().await;
    assert!(server.namespace("/game/1").is_none());
    probe.let_through(1);
    settle().await;
    assert!(server.namespace("/game/1").is_none());
}

#[tokio::test(start_paused = true)]
async fn twenty_thousand_of_them_leave_nothing_behind() {
    let server = rooms_of_games();
    let client = Client::open(&server).await;
    for n in 0..20_000 {
        client.send(&format!("0/game/{n},"));
        client.send(&format!("1/game/{n},"));
    }
    settle().await;
    assert_eq!(server.namespaces().len(), 1);
    assert!(!client.has_ended());
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_too_long_is_no_namespace() {
    let server = rooms_of_games();
    let mut client = Client::open(&server).await;
    let name = format!("/game/{}", "x".repeat(250));
    client.send(&format!("0{name},"));
    client.expect(&format!(r#"44{name},{{"message":"Invalid namespace"}}"#)).await;
}

#[tokio::test(start_paused = true)]
async fn the_exact_name_goes_before_the_pattern_and_the_first_pattern_before_the_second() {
    let probe = Probe::default();
    let named = |name: &str, note: &'static str| {
        Namespace::new(name).on_connect(move |_: Socket, State(probe): State<Probe>| async move {
            probe.note(note);
        })
    };
    let server = Server::builder()
        .namespace(named("/game/*", "pattern"))
        .namespace(
            Namespace::matching(|name| name.ends_with("/1"))
                .on_connect(async |State(probe): State<Probe>| probe.note("condition")),
        )
        .namespace(named("/game/1", "exact"))
        .build_with(probe.clone())
        .unwrap();
    for name in ["/game/1", "/game/2", "/other/1"] {
        Client::join_namespace(&server, name).await;
    }
    settle().await;
    assert_eq!(probe.notes(), ["exact", "pattern", "condition"]);
}

#[tokio::test(start_paused = true)]
async fn a_condition_can_look_at_the_auth_payload_of_who_asks_first() {
    #[derive(serde::Deserialize)]
    struct Tenant {
        tenant: String,
    }
    let server = Server::builder::<()>()
        .namespace(Namespace::matching_request(|request| {
            request.auth().is_ok_and(|Tenant { tenant }| request.name() == format!("/{tenant}"))
        }))
        .build()
        .unwrap();
    let mut client = Client::open(&server).await;
    client.send(r#"0/acme,{"tenant":"other"}"#);
    client.expect(r#"44/acme,{"message":"Invalid namespace"}"#).await;
    client.send(r#"0/acme,{"tenant":"acme"}"#);
    client.joined("40/acme,").await;
}

#[tokio::test(start_paused = true)]
async fn the_program_can_make_one_before_any_client_asks() {
    let server = rooms_of_games();
    assert!(server.namespace_or_create("/other").is_none());
    let made = server.namespace_or_create("game/1").unwrap();
    assert_eq!(made.name(), "/game/1");
    let mut client = Client::join_namespace(&server, "/game/1").await;
    made.emit_raw("event", ());
    client.expect(r#"42/game/1,["event"]"#).await;
    client.send("1/game/1,");
    settle().await;
    assert!(server.namespace("/game/1").is_none(), "it goes with its last client");
}

#[tokio::test(start_paused = true)]
async fn one_can_be_kept_when_its_last_client_has_left() {
    let server = Server::builder::<()>().namespace(Namespace::new("/game/*").keep_empty()).build().unwrap();
    let client = Client::join_namespace(&server, "/game/1").await;
    client.send("1/game/1,");
    settle().await;
    assert!(server.namespace("/game/1").is_some());
}

#[tokio::test(start_paused = true)]
async fn what_is_emitted_to_a_definition_reaches_all_that_it_has_made() {
    let server = Server::builder::<()>()
        .namespace(Namespace::new("/game/*"))
        .namespace(Namespace::matching(|name| name == "/other").label("others"))
        .build()
        .unwrap();
    let (mut first, mut second, mut other) = (
        Client::join_namespace(&server, "/game/1").await,
        Client::join_namespace(&server, "/game/2").await,
        Client::join_namespace(&server, "/other").await,
    );
    let games = server.dynamic("/game/*").unwrap();
    assert_eq!(games.children().len(), 2);
    assert_eq!(games.emit_raw("event", 1).queued, 2);
    first.expect(r#"42/game/1,["event",1]"#).await;
    second.expect(r#"42/game/2,["event",1]"#).await;
    assert!(other.heard().await.is_empty());
    assert_eq!(server.dynamic("others").unwrap().children().len(), 1);
    assert!(server.dynamic("unknown").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_hook_hears_of_each_that_is_made() {
    let probe = Probe::default();
    let noting = probe.clone();
    let server = Server::builder::<()>()
        .namespace(Namespace::new("/game/*"))
        .on_new_namespace(move |namespace| noting.note(namespace.name()))
        .build()
        .unwrap();
    let _clients = [
        Client::join_namespace(&server, "/game/1").await,
        Client::join_namespace(&server, "/game/1").await,
        Client::join_namespace(&server, "/game/2").await,
    ];
    assert_eq!(probe.notes(), ["/game/1", "/game/2"]);
}

#[test]
fn a_server_with_two_definitions_of_one_name_cannot_be_built() {
    let built =
        Server::builder::<()>().namespace(Namespace::new("/a")).namespace(Namespace::new("a")).build();
    assert_eq!(built.unwrap_err(), BuildError::DuplicateNamespace("/a".into()));
}

#[test]
fn a_handler_of_a_reserved_event_cannot_be_built() {
    let built =
        Server::builder::<()>().namespace(Namespace::main().on_raw("disconnect", async || {})).build();
    assert_eq!(built.unwrap_err(), BuildError::ReservedEventName("disconnect".into()));
}

#[test]
fn a_limit_of_zero_cannot_be_built() {
    let limits = roomful_core::Limits { max_backlog: 0, ..Default::default() };
    assert_eq!(
        Server::builder::<()>().limits(limits).build().unwrap_err(),
        BuildError::LimitOutOfRange("max_backlog")
    );
}
