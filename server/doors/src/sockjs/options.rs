//! What a door is to do.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use roomful_core::Server;
use roomful_core::door::limits;
use roomful_protocol::limits::Limits;
use roomful_protocol::sockjs::Timing;
use roomful_protocol::websocket::PerMessageDeflate;

use super::{Inner, SockJs};
use crate::cors::Origins;
use crate::dialect::{Dialect, Multiplex, PrimusProtocol};
use crate::proxy::TrustedProxies;

/// As in the reference.
const RESPONSE_LIMIT: usize = 128 << 10;
const CLIENT_URL: &str = "https://cdn.jsdelivr.net/npm/sockjs-client@1/dist/sockjs.min.js";

#[derive(Clone)]
pub(super) struct Options {
    pub(super) prefix: String,
    pub(super) dialect: Dialect,
    pub(super) timing: Timing,
    /// The server's, with the heartbeat of this door.
    pub(super) limits: Arc<Limits>,
    pub(super) response_limit: usize,
    pub(super) websocket: bool,
    pub(super) cookie: bool,
    pub(super) client_url: String,
    pub(super) origins: Option<Origins>,
    pub(super) deflate: Option<PerMessageDeflate>,
    pub(super) trusted_proxies: Option<TrustedProxies>,
}

impl Options {
    pub(super) fn new(server: &Server) -> Self {
        let timing = Timing::default();
        Self {
            prefix: String::new(),
            dialect: Dialect::default(),
            timing,
            limits: with_heartbeat(&limits(server), timing.heartbeat),
            response_limit: RESPONSE_LIMIT,
            websocket: true,
            cookie: false,
            client_url: CLIENT_URL.to_owned(),
            origins: None,
            deflate: None,
            trusted_proxies: None,
        }
    }

    /// Whether only pages of some origins may talk to the door.
    pub(super) fn is_restricted(&self) -> bool {
        self.origins.as_ref().is_some_and(Origins::is_restricted)
    }
}

fn with_heartbeat(limits: &Limits, heartbeat: Duration) -> Arc<Limits> {
    Arc::new(Limits { ping_interval: heartbeat, ..limits.clone() })
}

impl SockJs {
    /// Options belong to a door that is not in use yet; a clone that is keeps its own, and its sessions.
    fn with(self, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = self.inner.options.clone();
        change(&mut options);
        Self {
            inner: Arc::new(Inner { server: self.inner.server.clone(), options, sessions: Arc::default() }),
        }
    }

    /// The path of the door in the requests that it gets, such as `/chat`. Mounting sets it.
    #[must_use]
    pub fn prefix(self, path: &str) -> Self {
        self.with(|options| path.trim_end_matches('/').clone_into(&mut options.prefix))
    }

    /// The namespace that clients are in; a missing leading `/` is added. Default: the main namespace. Where the
    /// server has no such namespace, clients are refused (1008).
    #[must_use]
    pub fn namespace(self, name: &str) -> Self {
        self.with(|options| options.dialect.set_namespace(name))
    }

    /// Lets clients say and hear events of any name: `["event", ...arguments]` as JSON text.
    #[must_use]
    pub fn events(self) -> Self {
        self.with(|options| options.dialect.set_events())
    }

    /// Lets clients speak websocket-multiplex: several channels, each a namespace, over one session.
    #[must_use]
    pub fn multiplex(self, channels: Multiplex) -> Self {
        self.with(|options| options.dialect = Dialect::Multiplex(channels))
    }

    /// Lets clients speak Primus, as those of its transformer `sockjs` do.
    #[must_use]
    pub fn primus(self, protocol: PrimusProtocol) -> Self {
        self.with(|options| options.dialect = Dialect::Primus(protocol))
    }

    /// How often clients hear that the server is there. Default: 25 s. Over WebSocket that is a ping, and the
    /// connection ends when nothing comes within the limit `ping_timeout`.
    #[must_use]
    pub fn heartbeat(self, every: Duration) -> Self {
        self.with(|options| {
            options.timing.heartbeat = every;
            options.limits = with_heartbeat(&options.limits, every);
        })
    }

    /// How long a session over HTTP waits for the next request of its client, and how long it is remembered why one has
    /// ended. Default: 5 s.
    #[must_use]
    pub fn disconnect_delay(self, delay: Duration) -> Self {
        self.with(|options| options.timing.disconnect_delay = delay)
    }

    /// The length after which an answer that goes on ends, in bytes, so that browsers can free what they have kept of
    /// it. Default: 131,072.
    #[must_use]
    pub fn response_limit(self, bytes: usize) -> Self {
        self.with(|options| options.response_limit = bytes)
    }

    /// Whether clients may use WebSocket. Default: yes.
    #[must_use]
    pub fn websocket(self, allow: bool) -> Self {
        self.with(|options| options.websocket = allow)
    }

    /// Sets the cookie `JSESSIONID` with every answer to a session, as load balancers of old want it for sending all of
    /// a client's requests to one node, and tells clients to use transports that carry cookies. Default: no.
    #[must_use]
    pub fn cookie(self, set: bool) -> Self {
        self.with(|options| options.cookie = set)
    }

    /// Where the pages for iframes find the client's script: one of the very version that the pages around them use.
    /// Default: the latest version 1, at a public address.
    ///
    /// # Panics
    /// When the address could be more than an address in a page: it has quotes, `<`, `>`, `&` or white space.
    #[must_use]
    #[expect(clippy::panic, reason = "a mistake of the program's author, documented where it is made")]
    pub fn client_url(self, url: &str) -> Self {
        if url.contains(['"', '\'', '<', '>', '&']) || url.contains(char::is_whitespace) {
            panic!("`{url}` cannot be the address of a script");
        }
        self.with(|options| url.clone_into(&mut options.client_url))
    }

    /// Refuses requests that name another origin than these. The protocol lets every page talk to every server; this is
    /// what keeps a foreign page from doing so with its visitor's cookies. Ways to connect that name no origin, or that
    /// of this server for a foreign page, are refused as well then: JSONP, `htmlfile` and iframes. Default: any origin.
    #[must_use]
    pub fn only_origins(self, origins: Origins) -> Self {
        self.with(|options| options.origins = Some(origins))
    }

    /// Compresses messages to and from the WebSocket clients that offer it (permessage-deflate, RFC 7692). Default: off.
    #[must_use]
    pub fn per_message_deflate(self, options: PerMessageDeflate) -> Self {
        self.with(|door| door.deflate = Some(options))
    }

    /// The proxies whose word is taken for their clients' addresses. Default: none.
    #[must_use]
    pub fn trusted_proxies(self, proxies: TrustedProxies) -> Self {
        self.with(|options| options.trusted_proxies = Some(proxies))
    }
}

/// The value of the cookie that a client has sent, or the one that the protocol has for those without.
pub(super) fn session_cookie(request: &http::HeaderMap) -> Option<HeaderValue> {
    let cookies = request.get_all(http::header::COOKIE).iter().filter_map(|header| header.to_str().ok());
    let sent = cookies
        .flat_map(|header| header.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix("JSESSIONID="))
        .unwrap_or("dummy");
    HeaderValue::try_from(format!("JSESSIONID={sent}; path=/")).ok()
}
