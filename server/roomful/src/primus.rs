//! Mounting Primus: one of its transports, and beside it what clients ask for over HTTP.

use std::convert::Infallible;

use axum::Router;
use axum::extract::Request;
use axum::http::Response;
use axum::middleware::map_request;
use roomful_core::Server;
use roomful_doors::{
    Body, Cors, EngineIo, Origins, PlainWebSocket, PrimusProtocol, SockJs, Transformer, TrustedProxies,
    WithPrimusFiles,
};
use tower_service::Service;

use crate::Bytes;
use crate::mount::{MountAt, name_peer};

/// A door for clients of Primus 8, to be [mounted](MountAt::mount) at a path.
///
/// Primus generates its browser client for each server. Give what its npm package makes, with the same path,
/// transformer and plugins, to [`library`](Self::library), and clients find it at `primus.js` below the path:
///
/// ```js
/// const primus = new Primus(http.createServer(), { pathname: "/primus", transformer: "websockets" });
/// fs.writeFileSync("primus.js", primus.library());
/// ```
///
/// Over Engine.IO a client knows its connection by an id that is a secret, so the sockets of such a client have other
/// ids than `primus.id(…)` says; with the other transformers that is the id of its socket in the main namespace, and a
/// part of those in others.
#[derive(Clone)]
#[must_use = "a door does nothing until it is mounted"]
pub struct Primus {
    server: Server,
    transformer: Transformer,
    protocol: PrimusProtocol,
    library: Option<Bytes>,
    sockjs_client_url: Option<String>,
    cors: Option<Cors>,
    origins: Option<Origins>,
    trusted_proxies: Option<TrustedProxies>,
}

impl Primus {
    /// A door for clients that use this transformer and agree on that protocol.
    pub fn new(server: Server, transformer: Transformer, protocol: PrimusProtocol) -> Self {
        Self {
            server,
            transformer,
            protocol,
            library: None,
            sockjs_client_url: None,
            cors: None,
            origins: None,
            trusted_proxies: None,
        }
    }

    /// The source of the client, which is served at `primus.js`. Default: none.
    pub fn library(self, source: impl Into<Bytes>) -> Self {
        Self { library: Some(source.into()), ..self }
    }

    /// Where pages for iframes find the client of SockJS: see [`SockJs::client_url`]. For the other transformers this
    /// changes nothing.
    pub fn sockjs_client_url(self, url: &str) -> Self {
        Self { sockjs_client_url: Some(url.to_owned()), ..self }
    }

    /// Lets pages of other origins read the answers over HTTP. Default: none may, but with SockJS, whose protocol lets
    /// all of them.
    pub fn cors(self, cors: Cors) -> Self {
        Self { cors: Some(cors), ..self }
    }

    /// Refuses requests that name another origin than these, over every transport. Default: any origin.
    pub fn only_origins(self, origins: Origins) -> Self {
        Self { origins: Some(origins), ..self }
    }

    /// The proxies whose word is taken for their clients' addresses. Default: none.
    pub fn trusted_proxies(self, proxies: TrustedProxies) -> Self {
        Self { trusted_proxies: Some(proxies), ..self }
    }

    /// One transport at `path`, with the files beside it.
    fn at<D, S>(self, path: &str, door: D) -> Router<S>
    where
        D: Service<Request, Response = Response<Body>, Error = Infallible> + Clone + Send + Sync + 'static,
        D::Future: Send + 'static,
        S: Clone + Send + Sync + 'static,
    {
        let door =
            WithPrimusFiles::new(door, path, self.transformer, &self.protocol, self.library, self.cors);
        let mut router = Router::new().route_service(&format!("{path}/"), door.clone());
        if !path.is_empty() {
            router = router.route_service(path, door.clone());
        }
        // Whatever else is asked for below a WebSocket is told to upgrade, as by the reference.
        router.route_service(&format!("{path}/{{*rest}}"), door).layer(map_request(name_peer))
    }
}

/// A door with what is the same for all of them.
macro_rules! guarded {
    ($door:expr, $options:expr) => {{
        let door = match &$options.origins {
            Some(origins) => $door.only_origins(origins.clone()),
            None => $door,
        };
        match &$options.trusted_proxies {
            Some(proxies) => door.trusted_proxies(proxies.clone()),
            None => door,
        }
    }};
}

impl MountAt for Primus {
    fn mount<S: Clone + Send + Sync + 'static>(self, path: &str) -> Router<S> {
        let path = path.trim_end_matches('/');
        let (server, protocol) = (self.server.clone(), self.protocol.clone());
        match self.transformer {
            Transformer::WebSockets | Transformer::Faye => {
                let door = guarded!(PlainWebSocket::new(server).primus(protocol), self);
                self.at(path, door)
            }
            Transformer::EngineIo => {
                let door = guarded!(EngineIo::primus(server, protocol), self);
                let door = match &self.cors {
                    Some(cors) => door.cors(cors.clone()),
                    None => door,
                };
                self.at(path, door)
            }
            Transformer::SockJs => {
                let door = guarded!(SockJs::new(server).primus(protocol), self).prefix(path);
                let door = match &self.sockjs_client_url {
                    Some(url) => door.client_url(url),
                    None => door,
                };
                self.at(path, door)
            }
        }
    }
}
