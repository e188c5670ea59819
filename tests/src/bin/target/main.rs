//! `target NAME`: a server with fixed handlers, for suites and clients that are not ours.
//!
//! Listens on `127.0.0.1:$PORT` (default 3000), prints `LISTEN <port>`, and ends within a second of SIGTERM.

mod bench;
mod client;
mod clients;
mod doors;
mod engine_client;
mod protocol;
mod sequence;
mod settings;

use std::error::Error;
use std::net::TcpListener;
use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use roomful::Server;
use settings::Settings;

/// What a target is: its routes, and the servers behind them.
struct Target {
    router: Router,
    servers: Vec<Server>,
}

/// How long clients may take to hear that the server closes.
const PATIENCE: Duration = Duration::from_millis(300);

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("target: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let settings = Settings::from_environment()?;
    let target = match std::env::args().nth(1).as_deref() {
        Some("bench") => bench::target(&settings)?,
        Some("protocol") => protocol::target(&settings)?,
        Some("client") => client::target(&settings)?,
        Some("clients") => clients::target(&settings)?,
        Some("doors") => doors::target(&settings)?,
        Some("engine-client") => engine_client::target(&settings)?,
        _ => return Err("usage: target bench|client|clients|protocol|doors|engine-client".into()),
    };
    let listener = TcpListener::bind(("127.0.0.1", settings.port))?;
    println!("LISTEN {}", listener.local_addr()?.port());
    if settings.multi_thread {
        return multi_thread(listener, target, settings.workers);
    }
    let mut serve = roomful::serve(listener, target.router);
    if let Some(workers) = settings.workers {
        serve = serve.workers(workers);
    }
    serve.until(stopped(target.servers)).run()?;
    Ok(())
}

/// One multi-thread runtime, as a user's axum app has it.
fn multi_thread(listener: TcpListener, target: Target, workers: Option<usize>) -> Result<(), Failure> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if let Some(workers) = workers {
        builder.worker_threads(workers);
    }
    let runtime = builder.enable_all().build()?;
    listener.set_nonblocking(true)?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?.tap_io(|stream| {
            // Not supported on this stream: then it is only slower.
            let _ = stream.set_nodelay(true);
        });
        tokio::select! {
            served = axum::serve(listener, target.router) => served?,
            () = stopped(target.servers) => {}
        }
        Ok(())
    })
}

/// Waits for SIGTERM, then tells all clients.
async fn stopped(servers: Vec<Server>) {
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            terminate.recv().await;
        }
        Err(error) => eprintln!("target: cannot listen for SIGTERM: {error}"),
    }
    // All at once: together with what `serve` still answers this has to end within a second.
    let closing = servers.into_iter().map(|server| tokio::spawn(async move { server.close(PATIENCE).await }));
    for closing in closing.collect::<Vec<_>>() {
        if let Err(error) = closing.await {
            eprintln!("target: a server did not close: {error}");
        }
    }
}
