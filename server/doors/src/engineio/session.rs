//! Where the requests of a polling session meet its task: a mailbox with one place for each kind of request.

use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Waker};

use bytes::Bytes;
use bytestring::ByteString;
use futures_util::task::AtomicWaker;
use http::StatusCode;
use parking_lot::Mutex;
use roomful_protocol::engineio::payload_v3::Payload;
use roomful_protocol::engineio::{Refusal, Version};
use roomful_protocol::websocket::Deflate;
use tokio::sync::oneshot;

use super::body::Packets;
use super::webtransport::WebTransport;
use crate::http::{Refused, answer, refused};
use crate::stream::RawStream;

/// A GET that waits for packets. Its request is gone when the receiving side is.
pub(super) type Waiting = oneshot::Sender<PollAnswer>;

/// What a GET is told.
#[derive(Debug)]
pub(super) enum PollAnswer {
    Packets(Payload),
    /// Another one is waiting already.
    Overlap,
}

/// A body to be handled.
pub(super) struct Post {
    pub(super) packets: Packets,
    /// Of its request, where messages are to come with them.
    pub(super) headers: Option<ByteString>,
    /// Told when all of it has been handled.
    pub(super) handled: oneshot::Sender<()>,
}

/// What wants to take over the session.
pub(super) enum Upgrade {
    WebSocket {
        stream: RawStream,
        read: Bytes,
        deflate: Option<Deflate>,
        /// Of its request, where messages are to come with them.
        headers: Option<ByteString>,
    },
    WebTransport(Box<WebTransport>),
}

/// The shared side of a polling session.
pub(super) struct Session {
    /// A session speaks the version in which it was opened.
    pub(super) version: Version,
    mailbox: Mutex<Mailbox>,
    task: AtomicWaker,
    /// It is carried by something else now: requests to poll are refused.
    upgraded: AtomicBool,
    /// A POST is on its way.
    posting: AtomicBool,
}

/// The right to be the one POST of a session.
pub(super) struct PostClaim<'a>(&'a Session);

impl Drop for PostClaim<'_> {
    fn drop(&mut self) {
        self.0.posting.store(false, Ordering::Release);
    }
}

/// What has come since the task last looked.
#[derive(Default)]
pub(super) struct Mailbox {
    pub(super) poll: Option<Waiting>,
    pub(super) post: Option<Post>,
    pub(super) upgrades: Vec<Upgrade>,
    /// A client broke the rules of polling in a way that its request alone shows.
    pub(super) failed: bool,
}

impl Session {
    pub(super) fn new(version: Version) -> Self {
        Self {
            version,
            mailbox: Mutex::default(),
            task: AtomicWaker::new(),
            upgraded: AtomicBool::new(false),
            posting: AtomicBool::new(false),
        }
    }

    pub(super) fn is_polling(&self) -> bool {
        !self.upgraded.load(Ordering::Acquire)
    }

    pub(super) fn set_upgraded(&self) {
        self.upgraded.store(true, Ordering::Release);
    }

    /// Waits for packets.
    pub(super) async fn poll(&self) -> Result<Payload, Refused> {
        let (sender, receiver) = oneshot::channel();
        let free = self.put(|mailbox| mailbox.poll.is_none().then(|| mailbox.poll = Some(sender)));
        if !free {
            self.fail();
            return Err(refused(StatusCode::BAD_REQUEST));
        }
        match receiver.await {
            Ok(PollAnswer::Packets(packets)) => Ok(packets),
            Ok(PollAnswer::Overlap) => Err(refused(StatusCode::BAD_REQUEST)),
            Err(_) => Err(gone()),
        }
    }

    /// Begins a POST; `None`, and the end of the session, when there is one already.
    pub(super) fn claim_post(&self) -> Option<PostClaim<'_>> {
        if self.posting.swap(true, Ordering::AcqRel) {
            self.fail();
            return None;
        }
        Some(PostClaim(self))
    }

    /// Hands a body over and waits until it has been handled.
    pub(super) async fn post(&self, packets: Packets, headers: Option<ByteString>) -> Result<(), Refused> {
        let (handled, receiver) = oneshot::channel();
        self.put(|mailbox| {
            mailbox.post = Some(Post { packets, headers, handled });
            Some(())
        });
        receiver.await.map_err(|_| gone())
    }

    /// Offers another transport. Whether it is taken is for the task to say.
    pub(super) fn upgrade(&self, upgrade: Upgrade) {
        self.put(|mailbox| {
            mailbox.upgrades.push(upgrade);
            Some(())
        });
    }

    /// The client broke the rules of polling: its session ends.
    pub(super) fn fail(&self) {
        self.put(|mailbox| {
            mailbox.failed = true;
            Some(())
        });
    }

    fn put(&self, put: impl FnOnce(&mut Mailbox) -> Option<()>) -> bool {
        let done = put(&mut self.mailbox.lock()).is_some();
        if done {
            self.task.wake();
        }
        done
    }

    /// Takes what has come, and arranges a wake for what comes next.
    pub(super) fn take(&self, cx: &Context<'_>) -> Mailbox {
        self.register(cx.waker());
        std::mem::take(&mut *self.mailbox.lock())
    }

    fn register(&self, waker: &Waker) {
        self.task.register(waker);
    }
}

/// The session has ended meanwhile.
fn gone() -> Refused {
    Box::new(answer(StatusCode::BAD_REQUEST, "application/json", Refusal::UnknownSession.body()))
}
