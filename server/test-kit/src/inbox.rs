//! What has come to a client, until a test asks for it.

use std::collections::{HashMap, VecDeque};
use std::fmt;

use bytestring::ByteString;
use parking_lot::Mutex;
use roomful_core::{RawArgs, SocketId};
use roomful_protocol::packet::Outbound;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::joining::Refused;
use crate::place::Place;
use crate::reader::Voice;

/// An event that the server has emitted to a client.
pub struct Push {
    pub(crate) name: ByteString,
    pub(crate) args: RawArgs,
    pub(crate) ack: Option<u64>,
    pub(crate) voice: Voice,
}

impl Push {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its arguments as they travel.
    pub fn args(&self) -> &RawArgs {
        &self.args
    }

    /// Its arguments: a tuple takes them all, `Vec<T>` too, anything else the first.
    ///
    /// # Panics
    /// When they are of another shape.
    #[track_caller]
    pub fn parse<T: DeserializeOwned>(&self) -> T {
        self.args
            .parse()
            .unwrap_or_else(|error| panic!("{self:?} is no {}: {error}", std::any::type_name::<T>()))
    }

    /// Whether the server asks for an acknowledgement.
    pub fn wants_answer(&self) -> bool {
        self.ack.is_some()
    }

    /// Acknowledges it: a tuple is several arguments, anything else one.
    ///
    /// # Panics
    /// When the server has not asked for that, or the answer cannot be JSON.
    #[track_caller]
    pub fn answer<T: Serialize>(self, answer: T) {
        let id = self.ack.unwrap_or_else(|| panic!("{self:?} does not ask for an answer"));
        let args = RawArgs::new(&answer).expect("an answer that is JSON");
        self.voice.say(&Outbound::Ack { id, args: &args });
    }
}

impl fmt::Debug for Push {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the event {:?} with [{}]", self.name, self.args.elements())?;
        match self.args.attachments() {
            [] => Ok(()),
            attachments => write!(f, " and {attachments:?}"),
        }
    }
}

/// What is known of a client's place in its namespace, and what has come for it.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) joined: Option<SocketId>,
    pub(crate) refused: Option<Refused>,
    pub(crate) kicked: bool,
    pub(crate) closed: bool,
    pub(crate) silent: bool,
    pub(crate) pushes: VecDeque<Push>,
    pub(crate) acks: HashMap<u64, RawArgs>,
    pub(crate) last_id: u64,
    /// Where the server recovers sessions: the client's place in its namespace.
    pub(crate) place: Option<Place>,
}

impl State {
    /// Takes the answer to a CONNECT.
    pub(crate) fn joined(&mut self, answer: &str) {
        #[derive(Deserialize)]
        struct Joined {
            sid: String,
            pid: Option<String>,
        }
        let Joined { sid, pid } = serde_json::from_str(answer).expect("a CONNECT is answered with an id");
        self.joined = SocketId::parse(&sid);
        // In a session that goes on, the offset does too.
        let before = self.place.take();
        self.place = pid.map(|pid| match before {
            Some(before) if before.pid == pid => before,
            _ => Place { pid, offset: None },
        });
    }
}

/// Written by the task that reads the connection, read by the test.
#[derive(Default)]
pub(crate) struct Inbox {
    state: Mutex<State>,
    changed: Notify,
}

impl Inbox {
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let changed = change(&mut self.state.lock());
        self.changed.notify_waiters();
        changed
    }

    /// Waits until `take` finds something; `None` when the connection has ended and it still does not.
    pub(crate) async fn wait<T>(&self, mut take: impl FnMut(&mut State) -> Option<T>) -> Option<T> {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            {
                let mut state = self.state.lock();
                let taken = take(&mut state);
                if taken.is_some() || state.closed {
                    return taken;
                }
            }
            changed.await;
        }
    }

    /// What has come and was not taken, for messages of failed tests.
    pub(crate) fn describe(&self) -> String {
        let state = self.state.lock();
        let mut told: Vec<_> = state.pushes.iter().map(|push| format!("{push:?}")).collect();
        for (what, is_so) in [("it was kicked", state.kicked), ("its connection has ended", state.closed)] {
            told.extend(is_so.then(|| what.to_owned()));
        }
        match &*told {
            [] => "nothing else has come".to_owned(),
            told => format!("what has come: {}", told.join("; ")),
        }
    }
}
