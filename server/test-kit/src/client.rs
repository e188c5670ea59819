//! A client, as a test holds it.

use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use roomful_core::door::TransportEvent;
use roomful_core::{RawArgs, Server, Socket, SocketId};
use roomful_protocol::link::{TransportEnd, TransportId};
use roomful_protocol::packet::Outbound;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{sleep, timeout};

use crate::inbox::{Inbox, Push, State};
use crate::joining::Joining;
use crate::pipe::{Flow, Pipe};
use crate::place::Place;
use crate::reader::Voice;

/// How long nothing may happen before it is taken that nothing will.
const QUIET: Duration = Duration::from_millis(25);

/// Lets everything happen that happens without time passing. With the clock paused that is exact, as time moves on
/// only when every task waits; otherwise it is 25 milliseconds.
pub async fn settle() {
    sleep(QUIET).await;
}

/// A client in one namespace, on a connection of its own. Dropping it closes the connection.
///
/// It answers the server's heartbeats by itself. What it is sent waits until the test takes it, with
/// [`assert_push!`](crate::assert_push) or with [`pushes`](Self::pushes).
pub struct TestClient {
    pub(crate) server: Server,
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) voice: Voice,
    pub(crate) pipe: Arc<Pipe>,
    pub(crate) id: Option<SocketId>,
    pub(crate) patience: Duration,
    /// The only one that is no weak reference: the transport closes with it.
    pub(crate) feed: UnboundedSender<TransportEvent>,
}

impl TestClient {
    /// A client in the main namespace, which comes without an auth payload.
    ///
    /// # Panics
    /// When it is refused, or not answered in time.
    #[track_caller]
    pub fn join(server: &Server) -> impl Future<Output = Self> {
        Self::of(server).join()
    }

    /// A client that is about to join, with more to say about itself.
    pub fn of(server: &Server) -> Joining {
        Joining::new(server)
    }

    /// The namespace that it is in.
    pub fn namespace(&self) -> &str {
        &self.voice.namespace
    }

    /// The public id of its socket.
    ///
    /// # Panics
    /// Never: a client that a test holds has joined.
    pub fn id(&self) -> SocketId {
        self.id.clone().expect("it has joined")
    }

    /// Its socket, as handlers see it.
    ///
    /// # Panics
    /// When it is not in its namespace any more.
    #[track_caller]
    pub fn socket(&self) -> Socket {
        let namespace = self.server.namespace(self.namespace());
        let socket = namespace.and_then(|namespace| namespace.socket(self.id()));
        socket.unwrap_or_else(|| panic!("it is not in {} any more", self.namespace()))
    }

    // --- rooms ---

    /// The rooms that it is in, sorted, without the one of its own id.
    ///
    /// # Panics
    /// When it is not in its namespace any more.
    #[track_caller]
    pub fn rooms(&self) -> Vec<String> {
        let socket = self.socket();
        let mut rooms: Vec<_> = socket.rooms().iter().map(ToString::to_string).collect();
        rooms.retain(|room| room != socket.id().as_str());
        rooms.sort();
        rooms
    }

    /// Waits until it is in a room: a handler that joins it may not have been called yet.
    ///
    /// # Panics
    /// When it is not in time.
    #[track_caller]
    pub fn in_room(&self, room: &str) -> impl Future<Output = ()> {
        self.until(format!("to be in the room {room:?}"), move |rooms| rooms.iter().any(|name| name == room))
    }

    /// Waits until it is not in a room.
    ///
    /// # Panics
    /// When it is not out in time.
    #[track_caller]
    pub fn out_of_room(&self, room: &str) -> impl Future<Output = ()> {
        self.until(format!("to be out of the room {room:?}"), move |rooms| {
            rooms.iter().all(|name| name != room)
        })
    }

    #[track_caller]
    fn until(&self, what: String, is_so: impl Fn(&[String]) -> bool) -> impl Future<Output = ()> {
        let caller = Location::caller();
        async move {
            let wait = async {
                while !is_so(&self.rooms()) {
                    sleep(Duration::from_millis(1)).await;
                }
            };
            if timeout(self.patience, wait).await.is_err() {
                panic!("waited in vain for {} {what}; it is in {:?}, at {caller}", self.id(), self.rooms());
            }
        }
    }

    // --- saying ---

    /// Sends an event without asking for an acknowledgement: a tuple is several arguments, anything else one.
    ///
    /// # Panics
    /// When the arguments cannot be JSON.
    #[track_caller]
    pub fn emit<T: Serialize>(&self, event: &str, args: T) {
        let args = RawArgs::new(&args).expect("arguments that are JSON");
        self.voice.say(&Outbound::Event { name: event, args: &args, ack: None, offset: None });
    }

    /// Sends an event and waits for its acknowledgement.
    ///
    /// # Panics
    /// When none comes in time, or the arguments cannot be JSON.
    #[track_caller]
    pub fn request<T: Serialize>(&self, event: &str, args: T) -> impl Future<Output = RawArgs> {
        let caller = Location::caller();
        let args = RawArgs::new(&args).expect("arguments that are JSON");
        let id = self.inbox.change(|state| {
            state.last_id += 1;
            state.last_id
        });
        self.voice.say(&Outbound::Event { name: event, args: &args, ack: Some(id), offset: None });
        let what = format!("an answer to {event:?}");
        async move { self.within(caller, &what, |state| state.acks.remove(&id)).await }
    }

    /// As [`request`](Self::request), and the answer has to be this one. See [`assert_ack!`](crate::assert_ack).
    ///
    /// # Panics
    /// When it is another one, and as [`request`](Self::request).
    #[track_caller]
    pub fn request_with<T: Serialize, A: Serialize>(
        &self,
        event: &str,
        args: T,
        answer: A,
    ) -> impl Future<Output = RawArgs> {
        let caller = Location::caller();
        let what = format!("the answer to {event:?}");
        let request = self.request(event, args);
        async move {
            let came = request.await;
            compare(&came, &answer, &what, caller);
            came
        }
    }

    // --- hearing ---

    /// Waits for the next event of this name. See [`assert_push!`](crate::assert_push).
    ///
    /// # Panics
    /// When none comes in time.
    #[track_caller]
    pub fn push(&self, event: &str) -> impl Future<Output = Push> {
        let caller = Location::caller();
        let what = format!("the event {event:?}");
        async move {
            self.within(caller, &what, |state| {
                let at = state.pushes.iter().position(|push| push.name() == event)?;
                state.pushes.remove(at)
            })
            .await
        }
    }

    /// Waits for the next event of this name, which has to have these arguments. See
    /// [`assert_push!`](crate::assert_push).
    ///
    /// # Panics
    /// When none comes in time, or it has others.
    #[track_caller]
    pub fn push_with<T: Serialize>(&self, event: &str, args: T) -> impl Future<Output = Push> {
        let caller = Location::caller();
        let push = self.push(event);
        async move {
            let push = push.await;
            compare(push.args(), &args, &format!("the event {:?}", push.name()), caller);
            push
        }
    }

    /// Takes all events that have come and come without time passing, in their order.
    pub async fn pushes(&self) -> Vec<Push> {
        settle().await;
        self.inbox.change(|state| state.pushes.drain(..).collect())
    }

    /// Fails when an event comes without time passing. See [`refute_push!`](crate::refute_push).
    ///
    /// # Panics
    /// When one comes.
    #[track_caller]
    pub fn no_push(&self) -> impl Future<Output = ()> {
        self.none(|_| true)
    }

    /// Fails when an event of this name comes without time passing. See [`refute_push!`](crate::refute_push).
    ///
    /// # Panics
    /// When one comes.
    #[track_caller]
    pub fn no_push_of(&self, event: &str) -> impl Future<Output = ()> {
        self.none(move |push| push.name() == event)
    }

    #[track_caller]
    fn none(&self, is_it: impl Fn(&Push) -> bool) -> impl Future<Output = ()> {
        let caller = Location::caller();
        async move {
            settle().await;
            let unwanted = self.inbox.change(|state| {
                let unwanted = state.pushes.iter().find(|push| is_it(push));
                unwanted.map(|push| format!("{push:?}"))
            });
            if let Some(unwanted) = unwanted {
                panic!("{unwanted} should not have come, at {caller}");
            }
        }
    }

    // --- the end ---

    /// Leaves the namespace, as `socket.disconnect()` does in a browser.
    pub fn leave(&self) {
        self.voice.say(&Outbound::Disconnect);
    }

    /// Closes the connection in order, as a page that is left does.
    pub fn hang_up(&self) {
        self.end(TransportEnd::Closed);
    }

    /// Breaks the connection, as a network that goes away does.
    pub fn break_off(&self) {
        self.end(TransportEnd::Failed);
    }

    fn end(&self, how: TransportEnd) {
        // It may have ended already.
        let _ = self.feed.send(TransportEvent::Closed(TransportId(0), how));
    }

    /// Breaks the connection, waits until the server has noticed, and gives what it takes to come back: see
    /// [`Joining::back_at`]. What had come by then counts as received, also when the test has not taken it.
    ///
    /// # Panics
    /// When the server does not recover sessions, or does not end the connection in time.
    #[track_caller]
    pub fn lose_connection(self) -> impl Future<Output = Place> {
        let caller = Location::caller();
        async move {
            self.break_off();
            self.within(caller, "the end of its connection", |state| state.closed.then_some(())).await;
            let place = self.inbox.change(|state| state.place.clone());
            place.unwrap_or_else(|| {
                panic!("the server does not recover sessions: `Server::builder().recovery(…)`, at {caller}")
            })
        }
    }

    /// Answers no heartbeat from now on: after `Limits::ping_timeout` the server takes it for dead.
    pub fn fall_silent(&self) {
        self.inbox.change(|state| state.silent = true);
    }

    /// Changes how much it takes of what it is sent. One that takes nothing is a slow client.
    pub fn set_flow(&self, flow: Flow) {
        self.pipe.set_flow(flow);
    }

    /// Waits until the server has made it leave the namespace.
    ///
    /// # Panics
    /// When it does not in time.
    #[track_caller]
    pub fn kicked(&self) -> impl Future<Output = ()> {
        let caller = Location::caller();
        async move { self.within(caller, "to be kicked", |state| state.kicked.then_some(())).await }
    }

    /// Waits until its connection has ended, with all that the server does then.
    ///
    /// # Panics
    /// When it does not in time.
    #[track_caller]
    pub fn closed(&self) -> impl Future<Output = ()> {
        let caller = Location::caller();
        async move { self.within(caller, "the end of its connection", |state| state.closed.then_some(())).await }
    }

    /// Waits until `take` finds something.
    pub(crate) async fn within<T>(
        &self,
        caller: &'static Location<'static>,
        what: &str,
        take: impl FnMut(&mut State) -> Option<T>,
    ) -> T {
        match timeout(self.patience, self.inbox.wait(take)).await {
            Ok(Some(taken)) => taken,
            Ok(None) | Err(_) => panic!("waited in vain for {what}; {}, at {caller}", self.inbox.describe()),
        }
    }
}

/// Fails unless these are the arguments that were expected.
fn compare<T: Serialize>(came: &RawArgs, expected: &T, what: &str, caller: &Location<'_>) {
    let expected = RawArgs::new(expected).expect("arguments that are JSON");
    let values = |args: &RawArgs| -> Vec<Value> {
        serde_json::from_str(&format!("[{}]", args.elements())).expect("arguments are JSON")
    };
    let is_same = values(came) == values(&expected) && came.attachments() == expected.attachments();
    assert!(
        is_same,
        "{what} has [{}] {:?} instead of [{}] {:?}, at {caller}",
        came.elements(),
        came.attachments(),
        expected.elements(),
        expected.attachments()
    );
}
