//! What the messages at one mount mean, whatever carries them.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytestring::ByteString;
use roomful_core::ConnectionId;
use roomful_protocol::messages::Messages;
use roomful_protocol::multiplex::{Channels, MultiplexMessages};
use roomful_protocol::packet::MAIN;
use roomful_protocol::primus::{ClientId, Events, Options, PrimusMessages};
use roomful_protocol::raw::{Form, RawMessages};

/// What clients say with their messages, where the transport does not decide it.
#[derive(Clone)]
pub(crate) enum Dialect {
    /// Each message is an event in one namespace, in which the client is from the start.
    Plain {
        /// That namespace.
        namespace: ByteString,
        /// How events are told apart.
        form: Form,
    },
    /// websocket-multiplex.
    Multiplex(Multiplex),
    /// Primus.
    Primus(PrimusProtocol),
}

impl Default for Dialect {
    fn default() -> Self {
        Self::Plain { namespace: MAIN, form: Form::default() }
    }
}

impl Dialect {
    /// What reads the messages of one connection, which opens now.
    pub(crate) fn messages(&self) -> Box<dyn Messages> {
        match self {
            Self::Plain { namespace, form } => Box::new(RawMessages::new(namespace.clone(), *form)),
            Self::Multiplex(it) => Box::new(MultiplexMessages::new(it.channels.clone())),
            Self::Primus(it) => Box::new(it.messages(None)),
        }
    }

    /// The namespace that clients are in from the start. Channels have their own.
    pub(crate) fn set_namespace(&mut self, name: &str) {
        match self {
            Self::Plain { namespace, .. } => *namespace = path(name),
            Self::Multiplex(_) => {}
            Self::Primus(it) => Arc::make_mut(&mut it.options).namespace = path(name),
        }
    }

    /// Lets clients of plain messages say and hear events of any name.
    pub(crate) fn set_events(&mut self) {
        if let Self::Plain { form, .. } = self {
            *form = Form::Events;
        }
    }
}

/// The name of a namespace; a missing leading `/` is added.
pub(crate) fn path(name: &str) -> ByteString {
    if name.starts_with('/') { name.into() } else { format!("/{name}").into() }
}

/// The channels of websocket-multiplex at one mount. Each is a namespace: a client that subscribes to it joins there,
/// and its messages are `message` events with one string. A channel that is not among these does not exist for clients,
/// and what they say there means nothing.
#[derive(Clone, Debug, Default)]
pub struct Multiplex {
    channels: Arc<Channels>,
}

impl Multiplex {
    /// No channels yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a channel, which is this namespace; a missing leading `/` of that is added.
    #[must_use]
    pub fn channel(mut self, name: &str, namespace: &str) -> Self {
        Arc::make_mut(&mut self.channels).insert(name, path(namespace));
        self
    }
}

/// What clients of Primus and the server have agreed on: version 8, the parser for JSON, and plugins.
///
/// A message of a client is a `message` event with one argument, any JSON, and back. Without plugins other events cannot
/// be said to a client; they are counted as `inexpressible`, as is binary data.
#[derive(Clone, Debug, Default)]
pub struct PrimusProtocol {
    options: Arc<Options>,
}

impl PrimusProtocol {
    /// Clients of the main namespace, without plugins, pinged every 30 s.
    pub fn new() -> Self {
        Self::default()
    }

    fn with(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(Arc::make_mut(&mut self.options));
        self
    }

    /// The namespace that clients are in; a missing leading `/` is added. Default: the main namespace.
    #[must_use]
    pub fn namespace(self, name: &str) -> Self {
        self.with(|options| options.namespace = path(name))
    }

    /// Lets clients say and hear events of any name, with acknowledgements, by the plugin `primus-emitter`. A `message`
    /// event with one argument still is a message of Primus.
    #[must_use]
    pub fn emitter(self) -> Self {
        self.with(|options| options.events = Events::Emitter)
    }

    /// Adds a channel of the plugin `primus-multiplex`, which is this namespace; a missing leading `/` of that is added.
    /// A client may be in it several times, each time with a socket of its own. Clients cannot make channels.
    #[must_use]
    pub fn channel(self, name: &str, namespace: &str) -> Self {
        self.with(|options| _ = options.channels.insert(name.into(), path(namespace)))
    }

    /// How often the server pings. A client that has said nothing by the next ping is closed. Default: 30 s.
    #[must_use]
    pub fn ping_interval(self, interval: Duration) -> Self {
        self.with(|options| options.ping_interval = interval)
    }

    /// What reads the messages of one connection, which opens now. `secret` is the id that the transport has told the
    /// client; it is given a public one where there is none.
    pub(crate) fn messages(&self, secret: Option<&ConnectionId>) -> PrimusMessages {
        let now = tokio::time::Instant::now().into_std();
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let id = match secret {
            Some(id) => ClientId::Secret(id.expose().into()),
            None => ClientId::Public(ConnectionId::random().expose().into()),
        };
        PrimusMessages::new(now, since_1970, self.options.clone(), id)
    }

    /// The interval between pings.
    pub(crate) fn interval(&self) -> Duration {
        self.options.ping_interval
    }
}
