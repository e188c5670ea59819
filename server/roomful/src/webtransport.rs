//! WebTransport: Socket.IO over HTTP/3, beside an app that is served over TCP.
//!
//! Browsers use it only with a certificate: one that they trust, or one whose hash the page names
//! (`serverCertificateHashes`), which [`Identity::self_signed`] is for. Clients find it at the host and the port at
//! which they find the app, so bind the UDP socket to the same port.
//!
//! ```no_run
//! use std::net::{TcpListener, UdpSocket};
//!
//! use roomful::prelude::*;
//! use roomful::webtransport::{self, Identity};
//! use roomful::{EngineIo, TransportKind};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Server::builder::<()>().build()?;
//! // One door for both: a client begins with polling and goes over to WebTransport.
//! let all = [TransportKind::Polling, TransportKind::WebSocket, TransportKind::WebTransport];
//! let door = EngineIo::socketio(server).transports(all);
//!
//! let identity = Identity::from_pem(&std::fs::read("chain.pem")?, &std::fs::read("key.pem")?)?;
//! let sessions = webtransport::serve(UdpSocket::bind("0.0.0.0:3000")?, identity, door.clone());
//!
//! let app = door.mount("/socket.io");
//! let serving = roomful::serve(TcpListener::bind("0.0.0.0:3000")?, app);
//! serving.until(async { sessions.run().await.expect("a socket that can be used") }).run()?;
//! # Ok(())
//! # }
//! ```
//!
//! A page then connects with `io({ transports: ["polling", "websocket", "webtransport"] })`.

mod identity;
mod session;

use std::future::{Future, pending};
use std::io;
use std::net::UdpSocket;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use roomful_core::{Handshake, Headers, Limits};
use roomful_doors::EngineIo;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use wtransport::config::QuicTransportConfig;
use wtransport::endpoint::{IncomingSession, SessionRequest};
use wtransport::quinn::IdleTimeout;
use wtransport::{Endpoint, ServerConfig};

pub use identity::{Identity, IdentityError};
use session::WebTransportSession;

/// Where Socket.IO clients look for a server.
const DEFAULT_PATH: &str = "/socket.io";

/// How long a client may take for the handshakes of QUIC and HTTP/3. What follows has Engine.IO's own deadline.
const HANDSHAKE_DEADLINE: Duration = Duration::from_secs(10);

/// Clients that may be in their handshakes at a time; more are refused until some are through.
const MAX_OPENING: usize = 1024;

/// How long clients may take to hear that nothing is served any more.
const STOP_DEADLINE: Duration = Duration::from_millis(400);

/// Streams that a client may open: its request, the one that carries everything, and a few for HTTP/3 itself.
const MAX_STREAMS: u32 = 8;

/// What a client may send ahead of being read, in bytes, on one stream and on all of them.
const STREAM_WINDOW: u32 = 256 << 10;
const WINDOW: u32 = 512 << 10;

/// What is sent ahead of being acknowledged. More waits in the connection's outbox, where it is counted.
const SEND_WINDOW: u64 = 512 << 10;

/// Serves the WebTransport sessions that come in on `socket` through `door`. Nothing happens before [`Serve::run`].
///
/// The door must offer [`TransportKind::WebTransport`](crate::TransportKind::WebTransport). It is the same one
/// wherever else it is mounted: polling sessions that were opened there can be upgraded here.
pub fn serve(socket: UdpSocket, identity: Identity, door: EngineIo) -> Serve {
    Serve { socket, identity, door, path: format!("{DEFAULT_PATH}/"), until: Box::pin(pending()) }
}

/// How WebTransport sessions are to be served.
#[must_use = "call `run`"]
pub struct Serve {
    socket: UdpSocket,
    identity: Identity,
    door: EngineIo,
    path: String,
    until: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Serve {
    /// The path at which the door is mounted. Sessions for another one are refused with 404. Default: `/socket.io`.
    pub fn path(mut self, path: &str) -> Self {
        self.path = format!("{}/", path.trim_end_matches('/'));
        self
    }

    /// Serves until this future ends. Close the servers in it, so that their clients are told.
    pub fn until(mut self, until: impl Future<Output = ()> + Send + 'static) -> Self {
        self.until = Box::pin(until);
        self
    }

    /// Serves, on the runtime on which this is polled.
    ///
    /// # Errors
    /// When the socket cannot be used.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn run(mut self) -> io::Result<()> {
        let config = ServerConfig::builder()
            .with_bind_socket(self.socket)
            .with_custom_tls_and_transport(self.identity.into_tls(), transport(self.door.limits()))
            .build();
        let endpoint = Endpoint::server(config)?;
        let opening = Arc::new(Semaphore::new(MAX_OPENING));
        let path: Arc<str> = self.path.into();
        loop {
            let incoming = tokio::select! {
                incoming = endpoint.accept() => incoming,
                () = &mut self.until => break,
            };
            let Ok(permit) = opening.clone().try_acquire_owned() else {
                incoming.refuse();
                continue;
            };
            let (door, path) = (self.door.clone(), path.clone());
            tokio::spawn(async move {
                open(incoming, door, &path).await;
                drop(permit);
            });
        }
        endpoint.close(session::NO_ERROR, b"");
        let _ = timeout(STOP_DEADLINE, endpoint.wait_idle()).await;
        Ok(())
    }
}

/// Bounds for what one client can hold.
fn transport(limits: &Limits) -> QuicTransportConfig {
    let mut transport = QuicTransportConfig::default();
    // A client that is silent for that long has missed its heartbeat. One that is too long for QUIC is not announced.
    let idle = limits.ping_interval + limits.ping_timeout + HANDSHAKE_DEADLINE;
    transport
        .max_idle_timeout(IdleTimeout::try_from(idle).ok())
        .max_concurrent_bidi_streams(MAX_STREAMS.into())
        .max_concurrent_uni_streams(MAX_STREAMS.into())
        .stream_receive_window(STREAM_WINDOW.into())
        .receive_window(WINDOW.into())
        .send_window(SEND_WINDOW)
        // None are used. A small buffer rather than none, as a client that cannot send any sees no WebTransport.
        .datagram_receive_buffer_size(Some(4096))
        .datagram_send_buffer_size(4096);
    transport
}

/// Goes with a client through its handshakes, and hands its session to the door.
async fn open(incoming: IncomingSession, door: EngineIo, path: &str) {
    let accepting = async {
        let request = incoming.await?;
        if request.path().split('?').next() != Some(path) {
            request.not_found().await;
            return Ok(None);
        }
        let handshake = handshake(&request);
        if !door.admits_webtransport(&handshake) {
            request.forbidden().await;
            return Ok(None);
        }
        request.accept().await.map(|connection| Some((connection, handshake)))
    };
    match timeout(HANDSHAKE_DEADLINE, accepting).await {
        Ok(Ok(Some((connection, handshake)))) => {
            door.webtransport(WebTransportSession::new(connection), handshake).await;
        }
        Ok(Ok(None)) => tracing::debug!("a WebTransport session was refused"),
        Ok(Err(error)) => tracing::debug!(%error, "a WebTransport session was not opened"),
        Err(_) => tracing::debug!("a WebTransport session was not opened in time"),
    }
}

/// Copies what is kept of a request.
fn handshake(request: &SessionRequest) -> Handshake {
    let host = ("host", request.authority().as_bytes());
    let others = request.headers().iter().filter(|(name, _)| !name.starts_with(':'));
    let others = others.map(|(name, value)| (name.as_str(), value.as_bytes()));
    let headers = Headers::collect([host].into_iter().chain(others));
    let url = request.path();
    let query = roomful_doors::parse_query(url.split_once('?').map_or("", |(_, query)| query));
    Handshake::new(headers, url, query, Some(request.remote_address()), true)
}
