//! From a configuration to a server that runs.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use roomful::{
    BuildError, EngineIo, FileSnapshot, Limits, MountAt as _, Namespace, PerMessageDeflate, Recovery, Server,
};

use crate::config::Config;
use crate::doors::Doors;
use crate::key::ApiKey;
use crate::origin::{self, Allowed};
use crate::rooms::Presence;
use crate::{api, bench, chat, playground, push, signals};

/// How long clients may take to hear that the server stops.
const CLOSE_PATIENCE: Duration = Duration::from_secs(5);

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Serves until a signal ends it.
pub(crate) fn serve(config: Config) -> Result<(), Failure> {
    tracing_subscriber::fmt().with_max_level(config.log).with_writer(io::stderr).with_target(false).init();
    let (key, generated) = match &config.api_key {
        Some(text) => (ApiKey::new(text.clone()), false),
        None => {
            let make = |error| format!("no key can be made ({error}): set ROOMFUL_API_KEY");
            (ApiKey::random().map_err(make)?, true)
        }
    };
    let server = server(&config)?;
    let app = app(&config, &server, key.clone())?;
    let listener = listen(&config)?;
    let greeting = greeting(&config, listener.local_addr()?, generated.then_some(&key));
    let mut serve = roomful::serve(listener, app);
    if let Some(workers) = config.workers {
        serve = serve.workers(workers);
    }
    serve.until(run(server, greeting)).run()?;
    Ok(())
}

/// Greets, waits for a signal, and says goodbye to the clients.
async fn run(server: Server, greeting: String) {
    // Whoever reads it may have gone.
    let _ = io::stdout().write_all(greeting.as_bytes()).and_then(|()| io::stdout().flush());
    if let Err(error) = signals::stop().await {
        tracing::error!(%error, "signals cannot be listened to: the server stops only when it is killed");
        std::future::pending::<()>().await;
    }
    let clients = server.connection_count();
    tracing::info!(clients, "stopping; another Ctrl-C ends it at once");
    if !server.close(CLOSE_PATIENCE).await {
        tracing::warn!(clients = server.connection_count(), "some clients did not hear of it in time");
    }
}

fn server(config: &Config) -> Result<Server, BuildError> {
    let limits = Limits {
        max_payload: config.max_payload,
        ping_interval: config.ping_interval,
        ping_timeout: config.ping_timeout,
        ..Limits::default()
    };
    let presence = Presence::default();
    let mut builder = Server::builder().limits(limits).namespace(push::namespace("/"));
    for name in &config.namespaces {
        builder = builder.namespace(push::namespace(name));
    }
    if config.playground {
        let chat: Namespace<Presence> = chat::namespace(&presence);
        builder = builder.namespace(chat);
    }
    if config.bench_handlers {
        builder = builder.namespace(bench::handlers::namespace());
    }
    if let Some(sessions) = &config.sessions {
        builder = builder.recovery(Recovery::default().store(FileSnapshot::new(sessions)));
    } else if config.recovery {
        builder = builder.recovery(Recovery::default());
    }
    if let Some(within) = config.reconnect_within {
        builder = builder.reconnect_within(within);
    }
    builder.build_with(presence)
}

/// All that the program answers.
fn app(config: &Config, server: &Server, key: ApiKey) -> Result<Router, String> {
    let allowed = Allowed::new(config.cors.clone());
    let compression = config.compression.then(PerMessageDeflate::default);
    let mut door = EngineIo::socketio(server.clone());
    if let Some(deflate) = compression {
        door = door.per_message_deflate(deflate);
    }
    if let Some(cors) = allowed.cors() {
        door = door.cors(cors);
    }
    let mut all: Router = door.mount(&config.path);
    let others = Doors { server, allowed: &allowed, compression };
    for door in &config.doors {
        all = all.merge(others.open(door)?);
    }
    let mut app = all
        .layer(from_fn_with_state(allowed, origin::check))
        .merge(api::router(server.clone(), key))
        .fallback(async || (StatusCode::NOT_FOUND, "there is nothing here\n"));
    if config.playground {
        app = app.merge(playground::router(&config.path));
    }
    Ok(app)
}

fn listen(config: &Config) -> Result<TcpListener, String> {
    let Config { host, port, .. } = config;
    TcpListener::bind((host.as_str(), *port)).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            let other = port.checked_add(1).unwrap_or(3000);
            format!(
                "port {port} of {host} is taken, perhaps by another roomful: end that program, or choose another \
                 port, as in --port {other} (--port 0 takes a free one)"
            )
        }
        io::ErrorKind::PermissionDenied => {
            format!("port {port} needs more rights than this user has: choose one above 1023, as in --port 3000")
        }
        io::ErrorKind::AddrNotAvailable => {
            format!("{host} is no address of this machine: choose one that is, as in --host 127.0.0.1")
        }
        _ => format!("cannot listen on {host}, port {port} ({error}): choose another with --host and --port"),
    })
}

/// What is printed when the server is up. `key` is shown: it is new, and nobody else knows it.
fn greeting(config: &Config, address: SocketAddr, key: Option<&ApiKey>) -> String {
    let url = url(address);
    let mut text = format!("Roomful {}\n\n", env!("CARGO_PKG_VERSION"));
    // Writing to a string cannot fail.
    if config.playground {
        let _ = writeln!(text, "  Playground   {url}/");
    }
    let path = if config.path == "/socket.io" { String::new() } else { format!("   path: {}", config.path) };
    let _ = writeln!(text, "  Socket.IO    {url}{path}");
    for (at, door) in config.doors.iter().enumerate() {
        let label = if at == 0 { "Doors" } else { "" };
        let _ = writeln!(text, "  {label:<12} {url}{}   {}", door.path, door.protocol);
    }
    let own = config.playground.then_some(chat::NAMESPACE);
    let bench = config.bench_handlers.then_some(bench::handlers::NAMESPACE);
    let names: Vec<_> = ["/"]
        .into_iter()
        .chain(config.namespaces.iter().map(String::as_str))
        .chain(own)
        .chain(bench)
        .collect();
    let _ = writeln!(text, "  Namespaces   {}", names.join("  "));
    if !address.ip().is_loopback() {
        let _ = writeln!(text, "  Network      {address}: other machines may connect; TLS is a proxy's work");
    }
    let (quote, token) = match key {
        Some(key) => ('\'', key.expose()),
        None => ('"', "$ROOMFUL_API_KEY"),
    };
    let body = if config.playground {
        r#"{"namespace":"/playground","event":"notice","data":"Hello from curl!"}"#
    } else {
        r#"{"event":"news","data":"Hello from curl!"}"#
    };
    let _ = write!(
        text,
        "\nPush an event from another terminal:\n\n  curl {url}/api/emit \\\n    -H {quote}Authorization: Bearer \
         {token}{quote} \\\n    -H 'Content-Type: application/json' \\\n    -d '{body}'\n\n"
    );
    if key.is_some() {
        text.push_str("The key is a new one at each start; set ROOMFUL_API_KEY to keep yours. ");
    }
    text.push_str("Ctrl-C stops the server.\n");
    text
}

/// The address at which this machine reaches the server.
fn url(address: SocketAddr) -> String {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(std::net::Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str, config: &Config, key: Option<&ApiKey>) -> String {
        greeting(config, address.parse().unwrap(), key)
    }

    #[test]
    fn a_new_key_is_shown_in_a_line_to_paste_and_a_given_one_is_not() {
        let key = ApiKey::new("0123456789abcdef".into());
        let config = Config { api_key: Some("secretsecretsecret".into()), ..Config::default() };
        assert!(
            at("127.0.0.1:3000", &config, Some(&key)).contains("'Authorization: Bearer 0123456789abcdef'")
        );
        let given = at("127.0.0.1:3000", &config, None);
        assert!(given.contains("\"Authorization: Bearer $ROOMFUL_API_KEY\""), "{given}");
        assert!(!given.contains("secretsecret"));
    }

    #[test]
    fn the_urls_are_ones_that_work_on_this_machine() {
        let config = Config::default();
        assert!(at("0.0.0.0:80", &config, None).contains("Playground   http://127.0.0.1:80/\n"));
        assert!(at("[::]:80", &config, None).contains("http://[::1]:80/"));
        let elsewhere = Config { playground: false, path: "/x".into(), ..Config::default() };
        let text = at("127.0.0.1:3000", &elsewhere, None);
        assert!(!text.contains("layground") && text.contains("path: /x"));
    }

    #[test]
    fn a_taken_port_is_named_and_another_one_suggested() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = listen(&Config { port, ..Config::default() }).unwrap_err();
        assert!(error.contains(&format!("port {port} of 127.0.0.1 is taken")), "{error}");
        let elsewhere = Config { host: "192.0.2.1".into(), port: 0, ..Config::default() };
        assert!(listen(&elsewhere).unwrap_err().contains("no address of this machine"));
    }
}
