//! How a client comes in.

use std::net::SocketAddr;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use roomful_core::door::{drive, limits, outbox};
use roomful_core::{Handshake, Headers, Server, TransportKind};
use roomful_protocol::engineio::{EngineLink, Framing, Start};
use roomful_protocol::link::{Frame, TransportId};
use roomful_protocol::socketio::SocketIoMessages;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::mpsc::unbounded_channel;

use crate::client::TestClient;
use crate::inbox::Inbox;
use crate::memory::Memory;
use crate::pipe::Pipe;
use crate::place::Place;
use crate::reader::{Voice, read};

/// Why a client was not let in.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Refused {
    /// For people.
    pub message: String,
    /// For programs, where the guard gave something.
    #[serde(default)]
    pub data: Option<Value>,
}

/// A client that is about to join. Made by [`TestClient::of`].
#[must_use = "it joins with `join().await`"]
pub struct Joining {
    server: Server,
    namespace: String,
    auth: Map<String, Value>,
    place: Option<Place>,
    headers: Vec<(String, String)>,
    query: Vec<(String, String)>,
    address: Option<SocketAddr>,
    patience: Duration,
}

impl Joining {
    pub(crate) fn new(server: &Server) -> Self {
        Self {
            server: server.clone(),
            namespace: "/".to_owned(),
            auth: Map::new(),
            place: None,
            headers: Vec::new(),
            query: Vec::new(),
            address: None,
            patience: Duration::from_secs(5),
        }
    }

    /// The namespace to join, with its leading `/`. Default: the main one.
    pub fn namespace(mut self, name: &str) -> Self {
        name.clone_into(&mut self.namespace);
        self
    }

    /// What a guard extracts with `Auth`: anything that serialises as an object. Default: nothing.
    ///
    /// # Panics
    /// When it is no JSON object.
    pub fn auth<T: Serialize>(mut self, auth: T) -> Self {
        match serde_json::to_value(auth) {
            Ok(Value::Object(auth)) => self.auth = auth,
            other => panic!("an auth payload is an object, not {other:?}"),
        }
        self
    }

    /// Comes back to where a client was that lost its connection.
    pub fn back_at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// One more header of the request that opens the connection.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// One more parameter of that request's query.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The client's address. Default: unknown.
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = Some(address);
        self
    }

    /// How long the client waits for anything before the test fails. Default: 5 seconds, which pass at once when
    /// the clock is paused and nothing else happens.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Opens a connection and joins.
    ///
    /// # Panics
    /// When it is refused, or not answered in time.
    #[track_caller]
    pub fn join(self) -> impl Future<Output = TestClient> {
        let caller = Location::caller();
        async move {
            let namespace = self.namespace.clone();
            let joined = self.try_join(caller).await;
            joined.unwrap_or_else(|refused| panic!("{namespace} was not joined: {refused:?}, at {caller}"))
        }
    }

    /// Opens a connection and asks to join, which must be refused.
    ///
    /// # Panics
    /// When it joins, or is not answered in time.
    #[track_caller]
    pub fn refused(self) -> impl Future<Output = Refused> {
        let caller = Location::caller();
        async move {
            match self.try_join(caller).await {
                Ok(client) => panic!("{} was joined as {}, at {caller}", client.namespace(), client.id()),
                Err(refused) => refused,
            }
        }
    }

    async fn try_join(self, caller: &'static Location<'static>) -> Result<TestClient, Refused> {
        let (mut auth, place) = (self.auth.clone(), self.place.clone());
        let mut client = self.open();
        if let Some(place) = &place {
            place.add_to(&mut auth);
        }
        let auth = if auth.is_empty() { String::new() } else { Value::Object(auth).to_string() };
        client.inbox.change(|state| state.place = place);
        let packet = match client.namespace() {
            "/" => format!("40{auth}"),
            name => format!("40{name},{auth}"),
        };
        client.voice.frame(Frame::Text(packet.into()));
        let answered = client
            .within(caller, "an answer to its CONNECT", |state| {
                let refused = state.refused.take().map(Err);
                refused.or_else(|| state.joined.take().map(Ok))
            })
            .await?;
        client.id = Some(answered);
        Ok(client)
    }

    /// A connection that is in no namespace yet.
    fn open(self) -> TestClient {
        let (pipe, inbox) = (Arc::new(Pipe::default()), Arc::new(Inbox::default()));
        let (feed, fed) = unbounded_channel();
        let kind = TransportKind::WebSocket;
        let transports = Memory::new(outbox(&self.server), pipe.clone(), fed, kind);
        let open = Start {
            transport: TransportId(0),
            kind,
            open: "0".to_owned(),
            allow_upgrades: false,
            framing: Framing::default(),
        };
        let now = tokio::time::Instant::now().into_std();
        let link = EngineLink::new(now, open, SocketIoMessages::default(), limits(&self.server));
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let url = "/socket.io/?EIO=4&transport=websocket";
        let handshake = Handshake::new(Headers::collect(headers), url, self.query, self.address, false);
        let task = tokio::spawn(drive(self.server.clone(), link, transports, handshake));
        let voice = Voice { feed: feed.downgrade(), namespace: self.namespace.into() };
        tokio::spawn(read(pipe.clone(), inbox.clone(), voice.clone(), task));
        TestClient { server: self.server, inbox, voice, pipe, id: None, patience: self.patience, feed }
    }
}
