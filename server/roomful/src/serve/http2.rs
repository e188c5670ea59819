//! Answering over HTTP/2 to clients that begin with it (prior knowledge, RFC 9113 section 3.3), and over HTTP/1.1
//! to everyone else on the same port.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::Service;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};

use super::{Answering, HEAD_BUFFER, HEAD_DEADLINE, http1};

/// How HTTP/2 begins, as far as no HTTP/1.1 request can begin: `PRI` is a method of nothing else.
const PREFACE: &[u8] = b"PRI * HTTP/2.0";

/// How often, and how many times, the beginning of a request that has come in pieces is looked at again. What is
/// still undecided then is left to HTTP/1.1, which has its own deadline.
const LOOK_AGAIN: Duration = Duration::from_millis(10);
const LOOKS: usize = 100;

/// Requests and WebSockets of one connection at a time.
const MAX_STREAMS: u32 = 256;

/// A client that does not answer a PING for [`PING_TIMEOUT`] is gone.
const PING_INTERVAL: Duration = Duration::from_secs(30);
const PING_TIMEOUT: Duration = Duration::from_secs(20);

/// What may wait to be written for one stream before its writer has to wait.
const SEND_BUFFER: usize = 64 << 10;

/// Answers the requests of one connection until it ends, or until `stop` and the requests that are being answered
/// then.
///
/// # Errors
/// When the client broke the connection or the protocol.
pub(super) async fn answer(
    stream: TcpStream,
    app: Answering,
    stop: watch::Receiver<()>,
) -> hyper::Result<()> {
    let mut stopped = stop.clone();
    let begins = tokio::select! {
        begins = timeout(HEAD_DEADLINE, begins_with_http2(&stream)) => begins,
        _ = stopped.changed() => return Ok(()),
    };
    match begins {
        Ok(Ok(true)) => answer_http2(stream, app, stop).await,
        Ok(Ok(false)) => http1::answer(stream, app, stop).await,
        // Nothing was asked: it is gone, or said nothing.
        Ok(Err(_)) | Err(_) => Ok(()),
    }
}

/// Looks at what the client has sent without taking it, so that whoever reads next finds the bare stream.
async fn begins_with_http2(stream: &TcpStream) -> io::Result<bool> {
    let mut beginning = [0; PREFACE.len()];
    for _ in 0..LOOKS {
        let length = stream.peek(&mut beginning).await?;
        match beginning.get(..length).unwrap_or_default() {
            [] => return Err(io::ErrorKind::UnexpectedEof.into()),
            PREFACE => return Ok(true),
            seen if !PREFACE.starts_with(seen) => return Ok(false),
            _ => sleep(LOOK_AGAIN).await,
        }
    }
    Ok(false)
}

async fn answer_http2(stream: TcpStream, app: Answering, mut stop: watch::Receiver<()>) -> hyper::Result<()> {
    let asked = Arc::new(Notify::new());
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .enable_connect_protocol()
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(HEAD_BUFFER as u32)
        .max_send_buf_size(SEND_BUFFER)
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_TIMEOUT)
        .serve_connection(TokioIo::new(stream), Noticing { app, asked: asked.clone() });
    tokio::pin!(connection);
    tokio::select! {
        served = &mut connection => return served,
        _ = stop.changed() => {}
        // A client that opens a connection and asks nothing is not waited for; one that has asked may stay, as
        // HTTP/2 clients do, for as long as it answers PINGs.
        () = is_silent(&asked) => {}
    }
    connection.as_mut().graceful_shutdown();
    connection.await
}

/// Ends when nothing has been asked for so long; never, when something has.
async fn is_silent(asked: &Notify) {
    if timeout(HEAD_DEADLINE, asked.notified()).await.is_ok() {
        std::future::pending::<()>().await;
    }
}

/// Answers, and tells that something has been asked.
struct Noticing {
    app: Answering,
    asked: Arc<Notify>,
}

impl Service<Request<Incoming>> for Noticing {
    type Response = <Answering as Service<Request<Incoming>>>::Response;
    type Error = <Answering as Service<Request<Incoming>>>::Error;
    type Future = <Answering as Service<Request<Incoming>>>::Future;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        self.asked.notify_one();
        self.app.call(request)
    }
}
