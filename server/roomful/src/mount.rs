//! Mounting a server in an axum app.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::map_request;
use roomful_core::Server;
use roomful_doors::{EngineIo, PeerAddr, PlainWebSocket, ServerSentEvents, SockJs};

/// The path at which Socket.IO clients look for a server.
const DEFAULT_PATH: &str = "/socket.io";

/// Mounts a [`Server`] in an axum [`Router`].
pub trait Mount {
    /// A router that serves Socket.IO clients at `/socket.io/`; merge it into an app.
    ///
    /// Handlers see the peer's address in the handshake when the app is served by [`serve`](crate::serve), or
    /// by axum with `into_make_service_with_connect_info::<SocketAddr>()`.
    fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S>;
}

impl Mount for Server {
    fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        EngineIo::socketio(self.clone()).mount(DEFAULT_PATH)
    }
}

/// Mounts one door at a path.
pub trait MountAt {
    /// A router that serves this door: Engine.IO at `path` with a slash behind it, and below; SockJS at `path` and
    /// below; a plain WebSocket and server-sent events at `path` itself and nowhere else.
    ///
    /// # Panics
    /// When `path` is no path that axum takes: it must begin with `/` and have no `{` or `*` of its own.
    fn mount<S: Clone + Send + Sync + 'static>(self, path: &str) -> Router<S>;
}

impl MountAt for EngineIo {
    fn mount<S: Clone + Send + Sync + 'static>(self, path: &str) -> Router<S> {
        let path = path.trim_end_matches('/');
        let mut router = Router::new().route_service(&format!("{path}/"), self.clone());
        if !self.has_trailing_slash() && !path.is_empty() {
            router = router.route_service(path, self.clone());
        }
        router.route_service(&format!("{path}/{{*rest}}"), self).layer(map_request(name_peer))
    }
}

impl MountAt for PlainWebSocket {
    fn mount<S: Clone + Send + Sync + 'static>(self, path: &str) -> Router<S> {
        Router::new().route_service(path, self).layer(map_request(name_peer))
    }
}

impl MountAt for ServerSentEvents {
    fn mount<S: Clone + Send + Sync + 'static>(self, path: &str) -> Router<S> {
        Router::new().route_service(path, self).layer(map_request(name_peer))
    }
}

impl MountAt for SockJs {
    fn mount<S: Clone + Send + Sync + 'static>(self, path: &str) -> Router<S> {
        let path = path.trim_end_matches('/');
        let door = self.prefix(path);
        let mut router = Router::new().route_service(&format!("{path}/"), door.clone());
        if !path.is_empty() {
            router = router.route_service(path, door.clone());
        }
        router.route_service(&format!("{path}/{{*rest}}"), door).layer(map_request(name_peer))
    }
}

/// Tells the door what axum knows of the peer.
pub(crate) async fn name_peer(mut request: Request) -> Request {
    let known = request.extensions().get::<ConnectInfo<SocketAddr>>();
    if let Some(ConnectInfo(address)) = known.copied() {
        request.extensions_mut().insert(PeerAddr(address));
    }
    request
}
