//! Serving an app on one current-thread runtime per core.
//!
//! A connection's task, its handlers and its writes stay on one thread; rooms are shared. Measured against one
//! multi-thread runtime this is faster at every load, and any runtime works: this is only a convenience.

mod http1;
#[cfg(feature = "http2")]
mod http2;

#[cfg(not(feature = "http2"))]
use http1 as http;
#[cfg(feature = "http2")]
use http2 as http;

use std::convert::Infallible;
use std::future::{Future, pending};
use std::io;
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::future::RouteFuture;
use hyper::body::Incoming;
use hyper::{Request, Response};
use roomful_doors::{Hold, PeerAddr};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, watch};
use tower_service::Service;

/// How long a client may take to send the head of a request. Over HTTP/1.1 this also ends connections that stay
/// idle.
const HEAD_DEADLINE: Duration = Duration::from_secs(60);

/// How long requests that are being answered may go on when the server stops.
const STOP_DEADLINE: Duration = Duration::from_millis(400);

/// Accepted streams that may wait for a busy runtime.
const HAND_OVER: usize = 4096;

/// Room for the head of a request; more is refused with 431.
const HEAD_BUFFER: usize = 16 << 10;

/// Serves `app` on `listener`. Nothing happens before [`Serve::run`].
///
/// With the feature `http2`, clients that begin with HTTP/2 are answered over it (without TLS, so by prior
/// knowledge), WebSockets included (RFC 8441). All others are answered over HTTP/1.1.
pub fn serve(listener: TcpListener, app: Router) -> Serve {
    Serve { listener, app, workers: None, until: Box::pin(pending()) }
}

/// How an app is to be served.
#[must_use = "call `run`"]
pub struct Serve {
    listener: TcpListener,
    app: Router,
    workers: Option<usize>,
    until: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Serve {
    /// The number of runtimes, each on a thread of its own. Default: one per core.
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = Some(workers.max(1));
        self
    }

    /// Serves until this future ends. Close the servers in it, so that their clients are told.
    pub fn until(mut self, until: impl Future<Output = ()> + Send + 'static) -> Self {
        self.until = Box::pin(until);
        self
    }

    /// Serves; blocks the calling thread.
    ///
    /// # Errors
    /// When the listener cannot be used or a runtime cannot be started.
    pub fn run(self) -> io::Result<()> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let workers = self.workers.unwrap_or(cores);
        self.listener.set_nonblocking(true)?;
        let (stop, stopped) = watch::channel(());
        let (mut others, mut threads) = (Vec::new(), Vec::new());
        for _ in 1..workers {
            let (sender, receiver) = mpsc::channel(HAND_OVER);
            others.push(sender);
            let (runtime, app, stopped) = (runtime()?, self.app.clone(), stopped.clone());
            threads.push(thread::spawn(move || runtime.block_on(serve_others(receiver, app, stopped))));
        }
        let result = runtime()?.block_on(async {
            let listener = tokio::net::TcpListener::from_std(self.listener)?;
            let (worker, idle) = Worker::new(self.app, stopped);
            tokio::select! {
                () = accept(listener, &worker, others) => {}
                () = self.until => {}
            }
            drop(stop);
            worker.finish(idle).await;
            Ok(())
        });
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a runtime's thread panicked");
            }
        }
        result
    }
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// Accepts streams and deals them out in turn: each runtime gets as many, this one among them.
async fn accept(
    listener: tokio::net::TcpListener,
    here: &Worker,
    others: Vec<mpsc::Sender<std::net::TcpStream>>,
) {
    for turn in (0..=others.len()).cycle() {
        let stream = loop {
            match listener.accept().await {
                Ok((stream, _)) => break stream,
                Err(error) => {
                    // Out of descriptors, most likely: connections that end will make room.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        };
        let Some(other) = others.get(turn) else {
            here.serve(stream);
            continue;
        };
        match stream.into_std() {
            // A worker that is gone has stopped serving, and so will this one.
            Ok(stream) => drop(other.send(stream).await),
            Err(error) => tracing::debug!(%error, "an accepted stream could not be handed over"),
        }
    }
}

/// Serves the streams that are handed over to this runtime.
async fn serve_others(
    mut streams: mpsc::Receiver<std::net::TcpStream>,
    app: Router,
    mut stop: watch::Receiver<()>,
) {
    let (worker, idle) = Worker::new(app, stop.clone());
    loop {
        tokio::select! {
            biased;
            _ = stop.changed() => break,
            stream = streams.recv() => match stream.map(TcpStream::from_std) {
                Some(Ok(stream)) => worker.serve(stream),
                Some(Err(error)) => tracing::debug!(%error, "a stream could not be used"),
                None => break,
            }
        }
    }
    worker.finish(idle).await;
}

/// The serving side of one runtime.
struct Worker {
    app: Router,
    stop: watch::Receiver<()>,
    /// Each connection holds a clone: when all are gone, all requests have been answered.
    busy: mpsc::Sender<()>,
}

impl Worker {
    fn new(app: Router, stop: watch::Receiver<()>) -> (Self, mpsc::Receiver<()>) {
        let (busy, idle) = mpsc::channel(1);
        (Self { app, stop, busy }, idle)
    }

    fn serve(&self, stream: TcpStream) {
        tokio::spawn(connection(stream, self.app.clone(), self.stop.clone(), self.busy.clone()));
    }

    /// Waits for the requests that are being answered, but not for long.
    async fn finish(self, mut idle: mpsc::Receiver<()>) {
        drop(self.busy);
        let _ = tokio::time::timeout(STOP_DEADLINE, idle.recv()).await;
    }
}

async fn connection(stream: TcpStream, app: Router, stop: watch::Receiver<()>, _busy: mpsc::Sender<()>) {
    // Small answers must not wait for the acknowledgement of the ones before.
    let _ = stream.set_nodelay(true);
    let peer = stream.peer_addr().ok().map(PeerAddr);
    if let Err(error) = http::answer(stream, Answering::new(app, peer), stop).await {
        tracing::debug!(%error, "an HTTP connection ended");
    }
}

/// The app as it answers the requests of one connection.
#[derive(Clone)]
struct Answering {
    app: Arc<Router>,
    peer: Option<PeerAddr>,
    hold: Option<Hold>,
}

impl Answering {
    fn new(app: Router, peer: Option<PeerAddr>) -> Self {
        Self { app: Arc::new(app), peer, hold: None }
    }
}

impl hyper::service::Service<Request<Incoming>> for Answering {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = RouteFuture<Infallible>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(peer);
        }
        if let Some(hold) = &self.hold {
            request.extensions_mut().insert(hold.clone());
        }
        (*self.app).clone().call(request.map(Body::new))
    }
}
