//! What the program is told: by the environment, and over it by flags.

pub(crate) mod door;
mod read;
mod value;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use tracing::level_filters::LevelFilter;

use crate::bench::BenchCommand;
use door::Door;
pub(crate) use read::from_process;
pub(crate) use value::namespace;

/// What to do.
#[derive(Debug)]
pub(crate) enum Command {
    Serve(Box<Config>),
    Bench(BenchCommand),
    Help,
    Version,
}

/// How to serve.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Where Socket.IO clients connect, without a slash at the end.
    pub(crate) path: String,
    pub(crate) workers: Option<usize>,
    /// Whether WebSocket messages are compressed.
    pub(crate) compression: bool,
    /// Whether clients that lost their connection get what they missed.
    pub(crate) recovery: bool,
    /// Where sessions are kept over a restart.
    pub(crate) sessions: Option<PathBuf>,
    /// Over which time clients are asked to spread when the server has stopped.
    pub(crate) reconnect_within: Option<Duration>,
    pub(crate) cors: CorsConfig,
    /// `None`: one is made at start.
    pub(crate) api_key: Option<String>,
    pub(crate) max_payload: usize,
    pub(crate) ping_interval: Duration,
    pub(crate) ping_timeout: Duration,
    /// Namespaces besides `/`, each with its slash.
    pub(crate) namespaces: Vec<String>,
    /// Entrances besides Socket.IO's.
    pub(crate) doors: Vec<Door>,
    pub(crate) playground: bool,
    /// A namespace for `roomful bench`.
    pub(crate) bench_handlers: bool,
    pub(crate) log: LevelFilter,
}

/// Pages of which other origins may connect. Pages of the server's own origin always may.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CorsConfig {
    pub(crate) origins: Vec<String>,
    /// `--cors-origin '*'`.
    pub(crate) any: bool,
    pub(crate) credentials: bool,
}

impl Default for Config {
    fn default() -> Self {
        let limits = roomful::Limits::default();
        Self {
            host: "127.0.0.1".into(),
            port: 3000,
            path: "/socket.io".into(),
            workers: None,
            compression: false,
            recovery: false,
            sessions: None,
            reconnect_within: None,
            cors: CorsConfig::default(),
            api_key: None,
            max_payload: limits.max_payload,
            ping_interval: limits.ping_interval,
            ping_timeout: limits.ping_timeout,
            namespaces: Vec::new(),
            doors: Vec::new(),
            playground: true,
            bench_handlers: false,
            log: LevelFilter::INFO,
        }
    }
}

/// What is wrong with what the program was told, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ConfigError(String);

impl ConfigError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

/// What `--help` prints.
pub(crate) const HELP: &str = "\
Roomful: a Socket.IO server that loses nothing.

Usage: roomful [serve] [OPTIONS]
       roomful bench [SCENARIO] [OPTIONS] URL      puts load on a server: `roomful bench --help`

Without options it listens on 127.0.0.1:3000, with a playground at http://127.0.0.1:3000/.
Socket.IO clients (version 3 and 4) connect to it, join rooms, and receive what you push:

  const socket = io(\"http://127.0.0.1:3000\");
  await socket.emitWithAck(\"join\", \"news\");        // or \"leave\"
  socket.on(\"headline\", (text) => console.log(text));

  curl http://127.0.0.1:3000/api/emit -H \"Authorization: Bearer $ROOMFUL_API_KEY\" \\
    -H 'Content-Type: application/json' \\
    -d '{\"rooms\":[\"news\"],\"event\":\"headline\",\"data\":\"hello\"}'

Clients choose their rooms themselves, so rooms group clients but keep no secrets. Clients cannot
send to each other, but for the chat of the playground. Pages from elsewhere need --cors-origin.

A push has an event, and if you like namespace, rooms, except, and args (a list) or data (one
argument). Without rooms it reaches everybody in the namespace. GET /healthz answers ok.

Where to listen
  --bind ADDR:PORT         address and port at once                     [127.0.0.1:3000]
  --host ADDR              address only; 0.0.0.0 is every network of this machine
  --port PORT              port only; 0 takes a free one and prints it
  --path PATH              where Socket.IO clients connect              [/socket.io]
  --workers N              threads that serve clients                   [one per core]
  --compression            compresses messages of 1 KiB and more for WebSocket clients that can read
                           it: less traffic for more work, once for each message that is pushed

Clients without Socket.IO
  --door PROTOCOL:PATH     lets others in by a path of their own; may be repeated. They hear the same
                           pushes. Options stand behind the path, as in the query of an address:
    websocket:/ws          plain WebSockets; a message is [\"event\", ...arguments]
    sse:/events            server-sent events, for pages that only listen; retry=3s
    sockjs:/sockjs         SockJS 0.3; heartbeat=25s, cookie=true, client=URL (for iframes)
    multiplex:/many        websocket-multiplex over SockJS; channel=NAME or channel=NAME:NAMESPACE
    primus:/primus         Primus 8; transformer=engine.io (or faye, sockjs), emitter=true,
                           channel=NAME, ping-interval=30s, library=FILE (served as primus.js)
                           All take namespace=NAME, and websocket and sockjs messages=plain, where
                           a message is a `message` event. A page that cannot send joins rooms by
                           its address: /events?room=news

Losing nothing
  --recovery               clients that lost their connection for up to two minutes get what they
                           missed; events have one more argument then, so clients in languages
                           that count arguments must expect it
  --sessions FILE          the same over a restart: sessions are saved there when the server stops
  --reconnect-within TIME  when it stops, asks clients not to come back all at once but spread over
                           this time, up to 1m; Roomful's own client does so  [at their own pace]

Who may do what
  --api-key KEY            key for POST /api/emit, 16 characters or more; other users of this
                           machine can see flags, so prefer the environment [a random one]
  --cors-origin ORIGIN     lets pages of this origin connect, such as https://example.com;
                           may be repeated; '*' is every origin         [the server's own only]
  --cors-credentials       lets those pages send cookies; not together with '*'
  --namespace NAME         a namespace besides / that clients may join and that you push to;
                           may be repeated
  --no-playground          no page at / and no namespace /playground
  --bench-handlers         a namespace /bench for `roomful bench`, in which every client can say
                           everything to every room: not on a public server

Limits
  --max-payload SIZE       largest message, such as 500K or 1M          [1000000]
  --ping-interval TIME     time between heartbeats, such as 25s or 500ms [25s]
  --ping-timeout TIME      how long a client may take to answer one     [20s]

Other
  --log LEVEL              off, error, warn, info, debug or trace       [info]
  -V, --version            prints the version
  -h, --help               prints this

Each option can also come from the environment: --max-payload from ROOMFUL_MAX_PAYLOAD and so
on; lists (ROOMFUL_CORS_ORIGIN, ROOMFUL_NAMESPACE, ROOMFUL_DOOR) are separated by commas, switches are true or
false. A flag wins over the environment.

It stops at SIGTERM and Ctrl-C, after it has told its clients; a second Ctrl-C ends it at once.
";
