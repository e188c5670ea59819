//! `http2 serve|axum`: a server for HTTP/2 clients, served by `roomful::serve` or by `axum::serve`.
//!
//! Listens on `127.0.0.1:$PORT`, prints `LISTEN <port>`, and ends within a second of SIGTERM.

use std::error::Error;
use std::net::TcpListener;
use std::process::ExitCode;
use std::time::Duration;

use roomful::prelude::*;
use roomful::{Cors, EngineIo, Limits, Origins, PerMessageDeflate};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

/// How long clients may take to hear that the server closes.
const PATIENCE: Duration = Duration::from_millis(300);

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("http2: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let port: u16 = std::env::var("PORT")?.parse()?;
    let server = server()?;
    let door = EngineIo::socketio(server.clone())
        .cors(Cors::new(Origins::Any))
        .per_message_deflate(PerMessageDeflate::default());
    let counted = server.clone();
    let connections = axum::routing::get(async move || counted.connection_count().to_string());
    let app = door.mount("/socket.io").route("/connections", connections);
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("LISTEN {}", listener.local_addr()?.port());
    match std::env::args().nth(1).as_deref() {
        Some("serve") => roomful::serve(listener, app).until(stopped(server)).run()?,
        Some("axum") => {
            listener.set_nonblocking(true)?;
            tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                tokio::select! {
                    served = axum::serve(listener, app) => served,
                    () = stopped(server) => Ok(()),
                }
            })?;
        }
        _ => return Err("usage: http2 serve|axum".into()),
    }
    Ok(())
}

fn server() -> Result<Server, Failure> {
    let main = Namespace::main()
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
        .on_raw("burst", async |socket: Socket, Args((count,)): Args<(u32,)>| {
            for i in 0..count {
                socket.emit_raw("b", (i,));
            }
        })
        .on_raw("about", async |socket: Socket| {
            let handshake = socket.handshake();
            let header = |name| handshake.headers().get(name);
            let known = json!({
                "transport": socket.transport().as_str(), "host": header("host"), "cookie": header("cookie"),
                "url": handshake.url(),
            });
            Args((known,))
        })
        .on_raw("kick", async |socket: Socket| {
            socket.emit_raw("bye", ());
            socket.disconnect_connection();
        });
    let limits = Limits { max_payload: 2_000_000, ..Limits::default() };
    Ok(Server::builder().limits(limits).namespace(main).build()?)
}

async fn stopped(server: Server) {
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            terminate.recv().await;
        }
        Err(error) => eprintln!("http2: cannot listen for SIGTERM: {error}"),
    }
    server.close(PATIENCE).await;
}
