//! Events that clients send again when no answer has come: handled once, and answered the same each time.
//!
//! The official client's `retries` send an event again under another acknowledgement id, so what makes two events
//! one is an id that the program puts among the arguments.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use roomful_protocol::args::Args;
use roomful_protocol::packet::Outbound;

use crate::socket::Socket;
use crate::sync::Mutex;

/// The most events that are remembered for one client.
const REMEMBERED: usize = 256;

/// The most bytes of ids and answers that are remembered for one client.
const REMEMBERED_BYTES: usize = 256 << 10;

/// Finds the id that a client has given an event, among its name and arguments.
pub(crate) type FindId = dyn Fn(&str, &Args) -> Option<String> + Send + Sync;

/// The last argument as an id, if it is text: for [`Namespace::handle_once`](crate::Namespace::handle_once).
pub fn last_text(_event: &str, args: &Args) -> Option<String> {
    if !args.elements().trim_ascii_end().ends_with('"') {
        return None;
    }
    let values: Vec<serde_json::Value> = args.parse().ok()?;
    values.last()?.as_str().map(str::to_owned)
}

/// The events of one client that have been handled lately. They outlive its connection as its session does.
#[derive(Default)]
pub(crate) struct Handled {
    events: Mutex<Events>,
}

#[derive(Default)]
struct Events {
    by_id: HashMap<String, Event>,
    /// In the order in which they came first.
    order: VecDeque<String>,
    bytes: usize,
}

enum Event {
    /// A handler is at it; these wait for its answer.
    Running(Vec<Waiting>),
    /// It was answered so, or without an answer.
    Done(Option<Args>),
}

/// Somebody who sent the event again and waits for the answer under this id.
struct Waiting {
    socket: Socket,
    ack: u64,
}

/// What is to be done with an event.
pub(crate) enum Seen {
    /// It is new: to be handled.
    First(Ticket),
    /// It has been handled, or is being handled; its answer has been sent or will be.
    Again,
}

impl Handled {
    /// An event with this id has come.
    pub(crate) fn see(self: &Arc<Self>, id: String, socket: &Socket, ack: Option<u64>) -> Seen {
        let mut events = self.events.lock();
        let answer = match events.by_id.get_mut(&id) {
            None => {
                events.begin(id.clone());
                return Seen::First(Ticket { handled: self.clone(), id });
            }
            Some(Event::Running(waiting)) => {
                waiting.extend(ack.map(|ack| Waiting { socket: socket.clone(), ack }));
                None
            }
            Some(Event::Done(answer)) => answer.clone(),
        };
        drop(events);
        if let (Some(args), Some(ack)) = (answer, ack) {
            socket.member().send(&Outbound::Ack { id: ack, args: &args }, false);
        }
        Seen::Again
    }

    /// What has been answered, the oldest first.
    pub(crate) fn answered(&self) -> Vec<(String, Option<Args>)> {
        let events = self.events.lock();
        let done = events.order.iter().filter_map(|id| match events.by_id.get(id)? {
            Event::Done(answer) => Some((id.clone(), answer.clone())),
            Event::Running(_) => None,
        });
        done.collect()
    }

    /// What another server has answered.
    pub(crate) fn restored(answered: Vec<(String, Option<Args>)>) -> Self {
        let mut events = Events::default();
        for (id, answer) in answered {
            events.begin(id.clone());
            events.finish(&id, answer);
        }
        Self { events: Mutex::new(events) }
    }
}

impl Events {
    fn begin(&mut self, id: String) {
        self.bytes += id.len();
        self.order.push_back(id.clone());
        self.by_id.insert(id, Event::Running(Vec::new()));
        self.trim();
    }

    /// Who waits for the answer; nobody if it has been forgotten.
    fn finish(&mut self, id: &str, answer: Option<Args>) -> Vec<Waiting> {
        let Some(event @ Event::Running(_)) = self.by_id.get_mut(id) else { return Vec::new() };
        let len = answer.as_ref().map_or(0, bytes_of);
        let Event::Running(waiting) = std::mem::replace(event, Event::Done(answer)) else {
            return Vec::new();
        };
        self.bytes += len;
        self.trim();
        waiting
    }

    fn trim(&mut self) {
        while self.order.len() > REMEMBERED || self.bytes > REMEMBERED_BYTES {
            let Some(id) = self.order.pop_front() else { return };
            self.forget(&id);
        }
    }

    fn forget(&mut self, id: &str) {
        let answer = match self.by_id.remove(id) {
            Some(Event::Done(answer)) => answer.as_ref().map_or(0, bytes_of),
            Some(Event::Running(_)) => 0,
            None => return,
        };
        self.bytes = self.bytes.saturating_sub(id.len() + answer);
    }
}

fn bytes_of(args: &Args) -> usize {
    args.elements().len() + args.attachments().iter().map(bytes::Bytes::len).sum::<usize>()
}

/// An event that is being handled for the first time. Dropped without an answer, it counts as handled.
#[derive(Debug)]
pub(crate) struct Ticket {
    handled: Arc<Handled>,
    id: String,
}

impl Ticket {
    /// Keeps the answer, and gives it to those who have asked again in the meantime.
    pub(crate) fn answer(&self, args: &Args) {
        let waiting = self.handled.events.lock().finish(&self.id, Some(args.clone()));
        for Waiting { socket, ack } in waiting {
            socket.member().send(&Outbound::Ack { id: ack, args }, false);
        }
    }

    /// It has not been handled: the next try is the first again.
    pub(crate) fn give_up(&self) {
        let mut events = self.handled.events.lock();
        if let Some(Event::Running(_)) = events.by_id.get(&self.id) {
            events.forget(&self.id);
            events.order.retain(|other| *other != self.id);
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let waiting = self.handled.events.lock().finish(&self.id, None);
        drop(waiting);
    }
}

impl std::fmt::Debug for Handled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Handled({})", self.events.lock().order.len())
    }
}
