//! Where the requests of a session over HTTP meet its task.

use std::sync::Arc;
use std::task::Context;
use std::time::Duration;

use bytestring::ByteString;
use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use roomful_protocol::sockjs::frame;
use tokio::sync::oneshot;

use super::receiver::Receiver;

/// Requests that would receive and wait for the task's look; of more, the newest hear that there are others.
const MAX_RECEIVERS: usize = 8;

/// The sessions of a door by the id that their clients have chosen.
#[derive(Default)]
pub(super) struct Sessions {
    places: DashMap<Box<str>, Place>,
}

#[derive(Clone)]
enum Place {
    Live(Arc<Session>),
    /// Why it has ended, for clients that come late.
    Over(Arc<str>),
}

/// Where a request that receives belongs.
pub(super) enum Found {
    /// To this session, which is told.
    Live,
    /// To a new session; the receiver is given back.
    New(Arc<Session>, Receiver),
    /// To none: it has been told why.
    Over,
}

impl Sessions {
    pub(super) fn get(&self, id: &str) -> Option<Arc<Session>> {
        match self.places.get(id).as_deref() {
            Some(Place::Live(session)) => Some(session.clone()),
            _ => None,
        }
    }

    /// Gives a request that receives to its session, or makes one where `may_open`.
    pub(super) fn receive(&self, id: &str, mut receiver: Receiver, may_open: bool) -> Found {
        let place = match self.places.entry(id.into()) {
            Entry::Occupied(place) => place.get().clone(),
            Entry::Vacant(place) if may_open => {
                let session = Arc::new(Session::default());
                place.insert(Place::Live(session.clone()));
                return Found::New(session, receiver);
            }
            Entry::Vacant(_) => return Found::Over,
        };
        match place {
            Place::Live(session) => {
                session.receive(receiver);
                Found::Live
            }
            Place::Over(why) => {
                receiver.send(&why);
                Found::Over
            }
        }
    }

    /// Forgets a session that has ended; where `why` is told to late clients, only after a while.
    pub(super) fn end(self: &Arc<Self>, id: &str, why: Option<Arc<str>>, remember: Duration) {
        let (Some(why), Ok(runtime)) = (why, tokio::runtime::Handle::try_current()) else {
            self.places.remove(id);
            return;
        };
        self.places.insert(id.into(), Place::Over(why.clone()));
        let (sessions, id) = (self.clone(), Box::<str>::from(id));
        runtime.spawn(async move {
            tokio::time::sleep(remember).await;
            let is_same = |place: &Place| matches!(place, Place::Over(it) if Arc::ptr_eq(it, &why));
            sessions.places.remove_if(&id, |_, place| is_same(place));
        });
    }
}

/// The shared side of a session.
#[derive(Default)]
pub(super) struct Session {
    mailbox: Mutex<Mailbox>,
    task: AtomicWaker,
    /// Held by the request whose messages are handled; the others wait in the order in which they came.
    sending: tokio::sync::Mutex<()>,
}

/// What has come since the task last looked.
#[derive(Default)]
pub(super) struct Mailbox {
    pub(super) receivers: Vec<Receiver>,
    pub(super) post: Option<Post>,
    over: Option<Arc<str>>,
}

/// Messages of one request.
pub(super) struct Post {
    pub(super) messages: Vec<ByteString>,
    /// Told when all of them have been handled.
    pub(super) handled: oneshot::Sender<()>,
}

impl Session {
    fn receive(&self, mut receiver: Receiver) {
        let mut mailbox = self.mailbox.lock();
        let why = match &mailbox.over {
            Some(why) => why.clone(),
            None if mailbox.receivers.len() < MAX_RECEIVERS => {
                mailbox.receivers.push(receiver);
                drop(mailbox);
                return self.task.wake();
            }
            None => frame::STILL_OPEN.into(),
        };
        drop(mailbox);
        receiver.send(&why);
    }

    /// Hands messages over and waits until they have been handled; whether the session was there for that.
    pub(super) async fn send(&self, messages: Vec<ByteString>) -> bool {
        let _turn = self.sending.lock().await;
        let (handled, done) = oneshot::channel();
        {
            let mut mailbox = self.mailbox.lock();
            if mailbox.over.is_some() {
                return false;
            }
            mailbox.post = Some(Post { messages, handled });
        }
        self.task.wake();
        done.await.is_ok()
    }

    /// Takes what has come, and arranges a wake for what comes next.
    pub(super) fn take(&self, cx: &Context<'_>) -> Mailbox {
        self.task.register(cx.waker());
        let mut mailbox = self.mailbox.lock();
        Mailbox { receivers: std::mem::take(&mut mailbox.receivers), post: mailbox.post.take(), over: None }
    }

    /// From now on every request hears this; those that wait do at once.
    pub(super) fn end(&self, why: &Arc<str>) {
        let mut mailbox = self.mailbox.lock();
        mailbox.over = Some(why.clone());
        mailbox.post = None;
        let receivers = std::mem::take(&mut mailbox.receivers);
        drop(mailbox);
        for mut receiver in receivers {
            receiver.send(why);
        }
    }
}
