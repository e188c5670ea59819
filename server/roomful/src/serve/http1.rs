//! Answering over HTTP/1.1.

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use roomful_doors::HoldingStream;
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::{Answering, HEAD_BUFFER, HEAD_DEADLINE};

/// Answers the requests of one connection until it ends, or until `stop` and the request that is being answered
/// then.
///
/// # Errors
/// When the client broke the connection or the protocol.
pub(super) async fn answer(
    stream: TcpStream,
    mut app: Answering,
    mut stop: watch::Receiver<()>,
) -> hyper::Result<()> {
    let stream = HoldingStream::new(stream);
    app.hold = Some(stream.hold());
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_DEADLINE)
        .max_buf_size(HEAD_BUFFER)
        .serve_connection(TokioIo::new(stream), app)
        .with_upgrades();
    tokio::pin!(connection);
    tokio::select! {
        served = &mut connection => served,
        _ = stop.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    }
}
