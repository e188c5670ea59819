//! What flags and environment come to.

use super::*;

fn told(flags: &[&str], environment: &[(&str, &str)]) -> Result<Command, ConfigError> {
    let value = |name: &str| environment.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into());
    read(flags.iter().map(OsString::from), value)
}

fn config(flags: &[&str], environment: &[(&str, &str)]) -> Config {
    match told(flags, environment) {
        Ok(Command::Serve(config)) => *config,
        other => panic!("{flags:?} {environment:?}: {other:?}"),
    }
}

fn error(flags: &[&str], environment: &[(&str, &str)]) -> String {
    told(flags, environment).expect_err("an error").to_string()
}

#[test]
fn without_flags_it_serves_on_the_loopback_for_its_own_pages_only() {
    for flags in [&[][..], &["serve"]] {
        let config = config(flags, &[]);
        assert_eq!((config.host.as_str(), config.port), ("127.0.0.1", 3000));
        assert_eq!(config.cors, super::super::CorsConfig::default());
        assert!(config.playground && config.api_key.is_none());
    }
}

#[test]
fn a_flag_wins_over_the_environment_and_a_list_replaces_a_list() {
    let environment = [
        ("ROOMFUL_BIND", "0.0.0.0:1000"),
        ("ROOMFUL_PORT", "2000"),
        ("ROOMFUL_NAMESPACE", "/a, b"),
        ("ROOMFUL_NO_PLAYGROUND", "true"),
        ("ROOMFUL_LOG", ""),
    ];
    let plain = config(&[], &environment);
    assert_eq!((plain.host.as_str(), plain.port), ("0.0.0.0", 2000));
    assert_eq!(plain.namespaces, ["/a", "/b"]);
    assert!(!plain.playground);
    let flagged = config(&["--bind=[::1]:4000", "--namespace", "c", "--namespace", "d"], &environment);
    assert_eq!((flagged.host.as_str(), flagged.port), ("::1", 4000));
    assert_eq!(flagged.namespaces, ["/c", "/d"]);
}

#[test]
fn what_is_unknown_is_named_and_what_was_meant_suggested() {
    assert!(error(&["--prot", "1"], &[]).contains("did you mean --port?"));
    assert!(error(&["--xyzzyxyzzy"], &[]).contains("`roomful --help`"));
    assert!(error(&["start"], &[]).contains("`serve`"));
    assert!(error(&["serve", "serve"], &[]).contains("`serve`"));
    assert!(error(&["-x"], &[]).contains("\"-x\""));
    assert!(error(&["--port"], &[]).contains("needs a value"));
    assert!(error(&["--no-playground=yes"], &[]).contains("--help"));
}

#[test]
fn a_wrong_value_is_named_with_its_place_and_the_remedy() {
    assert_eq!(
        error(&["--port", "http"], &[]),
        "--port \"http\" cannot be used: give a port from 1 to 65535, or 0 for a free one"
    );
    assert!(
        error(&[], &[("ROOMFUL_PING_INTERVAL", "25")]).starts_with("ROOMFUL_PING_INTERVAL cannot be used: ")
    );
    assert!(matches!(told(&["--help"], &[("ROOMFUL_PORT", "x")]), Ok(Command::Help)));
}

#[test]
fn a_wrong_key_is_not_repeated() {
    assert!(!error(&["--api-key", "hunter2"], &[]).contains("hunter2"));
    assert!(!error(&[], &[("ROOMFUL_API_KEY", "hunter2")]).contains("hunter2"));
}

#[test]
fn credentials_need_named_origins() {
    assert!(error(&["--cors-credentials", "--cors-origin", "*"], &[]).contains("name the origins"));
    assert!(error(&["--cors-credentials"], &[]).contains("without --cors-origin"));
    let config = config(&["--cors-credentials", "--cors-origin", "https://a.example"], &[]);
    assert!(config.cors.credentials && !config.cors.any);
    assert_eq!(config.cors.origins, ["https://a.example"]);
}

#[test]
fn the_playgrounds_namespace_is_taken_while_there_is_one() {
    assert!(error(&["--namespace", "playground"], &[]).contains("--no-playground"));
    assert_eq!(config(&["--namespace", "playground", "--no-playground"], &[]).namespaces, ["/playground"]);
}

#[test]
fn sessions_are_kept_in_a_file_whose_folder_exists() {
    assert!(config(&["--recovery"], &[]).recovery);
    assert!(config(&[], &[("ROOMFUL_RECOVERY", "true")]).recovery);
    assert_eq!(config(&["--sessions", "sessions"], &[]).sessions, Some("sessions".into()));
    assert!(error(&["--sessions", "/nowhere/at/all"], &[]).contains("a folder that exists"));
    assert!(error(&["--sessions", "/"], &[]).contains("a folder that exists"));
}

#[test]
fn the_namespace_of_the_bench_is_there_when_it_is_asked_for_and_then_taken() {
    assert!(!config(&[], &[]).bench_handlers);
    assert!(config(&["--bench-handlers"], &[]).bench_handlers);
    assert!(config(&[], &[("ROOMFUL_BENCH_HANDLERS", "yes")]).bench_handlers);
    assert!(error(&["--namespace", "bench", "--bench-handlers"], &[]).contains("/bench"));
    assert_eq!(config(&["--namespace", "bench"], &[]).namespaces, ["/bench"]);
}

#[test]
fn the_help_names_every_option() {
    for option in VALUES.iter().chain(&SWITCHES) {
        assert!(
            super::super::HELP.contains(&format!("--{option} ")) || *option == "no-playground",
            "{option}"
        );
    }
}

#[test]
fn doors_are_opened_to_namespaces_that_exist_at_paths_of_their_own() {
    let flags = ["--namespace", "news", "--door", "websocket:/ws", "--door", "sse:/events?namespace=/news"];
    let paths: Vec<_> = config(&flags, &[]).doors.into_iter().map(|door| door.path).collect();
    assert_eq!(paths, ["/ws", "/events"]);
    let environment = [("ROOMFUL_DOOR", "websocket:/ws, sockjs:/sockjs")];
    assert_eq!(config(&[], &environment).doors.len(), 2);
    assert_eq!(config(&["--door", "sse:/events"], &environment).doors.len(), 1);
    for (flags, remedy) in [
        (&["--door", "sse:/e?namespace=news"][..], "add --namespace /news"),
        (&["--door", "sockjs:/socket.io"], "one of its own"),
        (&["--door", "sockjs:/socket.io/below"], "one of its own"),
        (&["--door", "sockjs:/a", "--door", "sse:/a/b"], "one of its own"),
        (&["--door", "sse:/playground/x"], "are in use"),
    ] {
        let error = error(flags, &[]);
        assert!(error.contains(remedy), "{flags:?}: {error}");
    }
}
