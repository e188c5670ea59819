//! `webtransport socketio|engineio`: a server for WebTransport clients, and polling ones, on one port.
//!
//! Listens on `127.0.0.1:$PORT`, over TCP and over UDP, prints `LISTEN <port>`, and ends within a second of SIGTERM.
//! `GET /hash` is answered with the SHA-256 of its certificate, `GET /connections` with how many there are.

use std::error::Error;
use std::net::{TcpListener, UdpSocket};
use std::process::ExitCode;
use std::time::Duration;

use axum::routing::get;
use roomful::prelude::*;
use roomful::webtransport::{self, Identity};
use roomful::{Cors, EngineIo, Limits, Origins, TransportKind};
use tokio::signal::unix::{SignalKind, signal};

/// How long clients may take to hear that the server closes.
const PATIENCE: Duration = Duration::from_millis(300);

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("webtransport: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let port: u16 = std::env::var("PORT")?.parse()?;
    let limits = Limits {
        ping_interval: Duration::from_secs(1),
        ping_timeout: Duration::from_secs(10),
        upgrade_timeout: Duration::from_secs(2),
        ..Limits::default()
    };
    let (server, door) = match std::env::args().nth(1).as_deref() {
        Some("socketio") => {
            let server = Server::builder().limits(limits).namespace(handlers()).build()?;
            (server.clone(), EngineIo::socketio(server))
        }
        Some("engineio") => {
            let echo = Namespace::main().on_raw("message", async |socket: Socket, message: RawArgs| {
                socket.emit_args("message", &message);
            });
            let server = Server::builder().limits(limits).namespace(echo).build()?;
            (server.clone(), EngineIo::bare(server))
        }
        _ => return Err("usage: webtransport socketio|engineio".into()),
    };
    let all = [TransportKind::Polling, TransportKind::WebSocket, TransportKind::WebTransport];
    let door = door.transports(all).cors(Cors::new(Origins::Any));
    let identity = Identity::self_signed(["127.0.0.1"])?;
    let hash: String = identity.sha256().iter().map(|byte| format!("{byte:02x}")).collect();
    let counted = server.clone();
    // The page that asks is of another origin.
    let readable = |text: String| ([("access-control-allow-origin", "*")], text);
    let app = door
        .clone()
        .mount("/socket.io")
        .route("/hash", get(async move || readable(hash)))
        .route("/connections", get(async move || readable(counted.connection_count().to_string())));
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    let sessions = webtransport::serve(UdpSocket::bind(listener.local_addr()?)?, identity, door);
    println!("LISTEN {}", listener.local_addr()?.port());
    let until = async {
        if let Err(error) = sessions.until(stopped(server)).run().await {
            eprintln!("webtransport: {error}");
        }
    };
    // Two runtimes: sessions that upgrade are taken over by another one than that of their endpoint.
    roomful::serve(listener, app).workers(2).until(until).run()?;
    Ok(())
}

fn handlers() -> Namespace {
    Namespace::main()
        .on_raw("echo", async |args: RawArgs| args)
        .on_raw("repeat", async |socket: Socket, args: RawArgs| {
            socket.emit_args("repeat", &args);
        })
        .on_raw("ask", async |socket: Socket| -> Result<(), EventError> {
            let question = RawArgs::new(&(41,)).map_err(|error| error.to_string())?;
            let answer =
                socket.request_args("question", &question).await.map_err(|error| error.to_string())?;
            socket.emit_args("answer", &answer);
            Ok(())
        })
        .on_raw("burst", async |socket: Socket, Args((count, text)): Args<(u32, String)>| {
            for i in 0..count {
                socket.emit_raw("b", (i, &text));
            }
        })
        .on_raw("about", async |socket: Socket| {
            let handshake = socket.handshake();
            let header = |name| handshake.headers().get(name).map(str::to_owned);
            let secure = handshake.secure();
            Args((socket.transport().as_str(), header("host"), header("origin"), secure))
        })
        .on_raw("kick", async |socket: Socket| {
            socket.emit_raw("bye", ());
            socket.disconnect_connection();
        })
}

async fn stopped(server: Server) {
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            terminate.recv().await;
        }
        Err(error) => eprintln!("webtransport: cannot listen for SIGTERM: {error}"),
    }
    server.close(PATIENCE).await;
}
