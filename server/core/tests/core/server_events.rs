//! Events for the servers of a cluster themselves.

use std::sync::Arc;
use std::time::Duration;

use roomful_core::{Args, BuildError, EmitError, Namespace, RequestError, Server, ServerEvent, State};
use tokio::time::{Instant, sleep};

use crate::support::{Bus, Client, OnBus, Probe, servers, settle};

/// Three servers that note which events they hear.
async fn listening() -> (Bus, [Server; 3], [Probe; 3]) {
    let bus = Bus::default();
    let probes = [(); 3].map(|()| Probe::default());
    let servers = probes.each_ref().map(|probe| {
        let main = Namespace::main().on_server_event(
            "news",
            async |event: ServerEvent, State(probe): State<Probe>| {
                probe.note(format!("{} {}", event.name, event.args.elements()));
            },
        );
        Server::builder().namespace(main).adapter(OnBus::new(&bus)).build_with(probe.clone()).unwrap()
    });
    for server in &servers {
        server.join_cluster().await.unwrap();
    }
    (bus, servers, probes)
}

#[tokio::test(start_paused = true)]
async fn the_other_servers_hear_an_event() {
    let (_bus, servers, probes) = listening().await;
    servers[0].main().server_side_emit_raw("news", (1, "two")).unwrap();
    settle().await;
    let none: Vec<String> = Vec::new();
    assert_eq!(
        probes.each_ref().map(Probe::notes),
        [none, vec![r#"news 1,"two""#.into()], vec![r#"news 1,"two""#.into()]]
    );
}

#[tokio::test(start_paused = true)]
async fn clients_hear_nothing_of_it() {
    let (_bus, servers, _) = listening().await;
    let mut client = Client::join(&servers[1]).await;
    servers[0].main().server_side_emit_raw("news", ()).unwrap();
    assert!(client.heard().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn events_of_one_server_start_their_handlers_in_order() {
    let (_bus, servers, probes) = listening().await;
    for n in 0..100 {
        servers[0].main().server_side_emit_raw("news", n).unwrap();
    }
    settle().await;
    assert_eq!(probes[1].notes(), (0..100).map(|n| format!("news {n}")).collect::<Vec<_>>());
}

fn squaring() -> Namespace {
    Namespace::main().on_server_event("square", async |event: ServerEvent| {
        let (n,): (u32,) = event.args.parse().expect("a number");
        sleep(Duration::from_secs(1)).await;
        Args((n * n,))
    })
}

#[tokio::test(start_paused = true)]
async fn the_other_servers_answer() {
    let (_bus, servers) = servers(squaring).await;
    let responses = servers[0].main().server_side_request_raw::<u32>("square", 7).await.unwrap();
    assert_eq!(responses.values().collect::<Vec<_>>(), [&49, &49]);
    let mut nodes: Vec<_> = responses.answers.iter().map(|(node, _)| *node).collect();
    let mut wanted = vec![servers[1].node(), servers[2].node()];
    nodes.sort();
    wanted.sort();
    assert_eq!(nodes, wanted);
    assert!(responses.missing.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_within_five_seconds_is_named() {
    let (bus, servers) = servers(squaring).await;
    bus.cut_off(&servers[1]);
    let began = Instant::now();
    let responses = servers[0].main().server_side_request_raw::<u32>("square", 7).await.unwrap();
    assert_eq!(began.elapsed().as_secs(), 5);
    assert_eq!(responses.values().collect::<Vec<_>>(), [&49]);
    assert_eq!(responses.missing.named, [servers[1].node()]);
}

#[tokio::test(start_paused = true)]
async fn another_timeout_can_be_chosen_for_servers() {
    let (_bus, servers) = servers(squaring).await;
    let patience = Duration::from_millis(500);
    let began = Instant::now();
    let asking = servers[0].main().server_side_request_raw::<u32>("square", 7).timeout(patience);
    assert_eq!(asking.await.unwrap().missing.named.len(), 2);
    assert_eq!(began.elapsed(), patience);
}

#[tokio::test(start_paused = true)]
async fn servers_without_a_handler_are_not_waited_for() {
    let (_bus, servers) = servers(Namespace::main).await;
    let began = Instant::now();
    let responses = servers[0].main().server_side_request_raw::<u32>("square", 7).await.unwrap();
    assert!(responses.answers.is_empty() && responses.missing.is_empty());
    assert!(began.elapsed() < Duration::from_secs(1));
    assert_eq!(servers[1].metrics().unhandled_events, 1);
}

#[tokio::test(start_paused = true)]
async fn a_handler_of_server_events_that_panics_harms_nobody() {
    let failing = || {
        squaring().on_server_event("square", async |_: ServerEvent| {
            if true {
                panic!("as the test wants it")
            }
        })
    };
    let (_bus, servers) = servers(failing).await;
    let responses = servers[0].main().server_side_request_raw::<u32>("square", 3).await.unwrap();
    assert_eq!(responses.values().collect::<Vec<_>>(), [&9, &9]);
    assert_eq!(servers[1].metrics().handler_panics, 1);
}

#[tokio::test(start_paused = true)]
async fn the_first_handler_that_has_an_answer_gives_it() {
    let two = || {
        Namespace::main()
            .on_server_event("who", async |_: ServerEvent| {})
            .on_server_event("who", async |_: ServerEvent| Args(("second",)))
            .on_server_event("who", async |_: ServerEvent| Args(("third",)))
    };
    let (_bus, servers) = servers(two).await;
    let responses = servers[0].main().server_side_request_raw::<String>("who", ()).await.unwrap();
    assert_eq!(responses.values().collect::<Vec<_>>(), ["second", "second"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_alone_gets_no_answers_at_once() {
    let server = Server::builder().namespace(squaring()).build().unwrap();
    let responses = server.main().server_side_request_raw::<u32>("square", 7).await.unwrap();
    assert!(responses.answers.is_empty() && responses.missing.is_empty());
    server.main().server_side_emit_raw("square", 7).unwrap();
}

#[tokio::test(start_paused = true)]
async fn names_with_a_meaning_of_their_own_cannot_be_sent_to_servers() {
    let server = Server::builder::<()>().build().unwrap();
    for name in ["connect", "connection", "new_namespace"] {
        let sent = server.main().server_side_emit_raw(name, ());
        assert!(matches!(sent, Err(EmitError::ReservedName)), "{name}");
        let asked = server.main().server_side_request_raw::<u32>(name, ()).await;
        assert!(matches!(asked, Err(RequestError::ReservedName)), "{name}");
        let handled = Namespace::main().on_server_event(name, async |_: ServerEvent| {});
        let built = Server::builder::<()>().namespace(handled).build();
        assert_eq!(built.unwrap_err(), BuildError::ReservedEventName(name.into()));
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_says_where_it_comes_from() {
    let heard = Arc::new(parking_lot::Mutex::new(Vec::new()));
    let noting = {
        let heard = heard.clone();
        move || {
            let heard = heard.clone();
            Namespace::main().on_server_event("news", move |event: ServerEvent| {
                heard.lock().push((event.from, event.namespace.name().to_owned()));
                async {}
            })
        }
    };
    let (_bus, servers) = servers(noting).await;
    servers[1].main().server_side_emit_raw("news", ()).unwrap();
    settle().await;
    assert_eq!(*heard.lock(), vec![(servers[1].node(), "/".to_owned()); 2]);
}
