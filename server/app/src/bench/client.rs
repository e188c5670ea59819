//! A Socket.IO client: one WebSocket, one namespace, no fallback. Who wants to reconnect makes a new one.

use std::cell::RefCell;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::failure::Failure;
use super::handshake;
use super::packet::{self, Packet};
use super::target::Target;
use super::wire::{self, Frames, Message};

/// How long a connection may take until its namespace has let it in.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is read at a time, in bytes. One buffer serves all connections of a thread.
const READ: usize = 64 << 10;

thread_local! {
    static BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; READ].into_boxed_slice());
}

/// A client that is in its namespace.
pub(crate) struct Client {
    stream: TcpStream,
    frames: Frames,
    /// Frames that go out while the next packets are awaited.
    output: Vec<u8>,
    namespace: String,
    /// By which the server knows the session again, when it can recover one.
    pid: Option<String>,
    /// Packets that came before the namespace had let the client in: what it missed.
    early: Vec<String>,
    /// Where the text of an event is put together.
    scratch: String,
}

/// The answer of a namespace.
#[derive(Deserialize)]
struct Session {
    #[serde(rename = "sid")]
    _sid: String,
    pid: Option<String>,
}

impl Client {
    /// Connects and joins a namespace. `auth` is an object as JSON.
    ///
    /// # Errors
    /// When the server cannot be reached in time, is no Socket.IO server, or refuses.
    pub(crate) async fn connect(
        target: &Target,
        namespace: &str,
        auth: Option<&str>,
    ) -> Result<Self, Failure> {
        timeout(PATIENCE, Self::open(target, namespace, auth)).await.unwrap_or_else(|_| {
            let seconds = PATIENCE.as_secs();
            Err(Failure::new(format!(
                "{} did not let a client in within {seconds} s: is a Socket.IO server there, and does it have \
                 the namespace {namespace}?",
                target.websocket
            )))
        })
    }

    async fn open(target: &Target, namespace: &str, auth: Option<&str>) -> Result<Self, Failure> {
        let connected = TcpStream::connect(target.addresses.as_slice()).await;
        let mut stream = connected.map_err(|error| Failure::of_connecting(target, &error))?;
        // Where it is not supported, it is only slower.
        let _ = stream.set_nodelay(true);
        let behind = handshake::upgrade(&mut stream, target).await?;
        let mut client = Self {
            stream,
            frames: Frames::default(),
            output: Vec::new(),
            namespace: namespace.to_owned(),
            pid: None,
            early: Vec::new(),
            scratch: String::new(),
        };
        client.enter(target, &behind, auth).await?;
        Ok(client)
    }

    /// Waits for the Engine.IO handshake, then joins the namespace.
    async fn enter(&mut self, target: &Target, behind: &[u8], auth: Option<&str>) -> Result<(), Failure> {
        let mut entry = Entry::default();
        self.take(behind, &mut |packet| entry.hear(packet))?;
        while !entry.opened {
            if entry.heard_anything {
                return Err(Failure::new(format!(
                    "{} is a WebSocket, but its first message is no handshake of Engine.IO 4: is it Socket.IO 3 or 4?",
                    target.websocket
                )));
            }
            self.read(|packet| entry.hear(packet)).await?;
        }
        let prefix = self.prefix();
        wire::push_text(&mut self.output, &format!("40{prefix}{}", auth.unwrap_or_default()));
        loop {
            if let Some(why) = entry.refused.take() {
                let namespace = &self.namespace;
                return Err(Failure::new(format!(
                    "the server refuses a client in {namespace}: {why}; --namespace and --auth choose others"
                )));
            }
            if let Some(session) = entry.session.take() {
                // Older servers have no object here.
                let session: Session = serde_json::from_str(&session).map_err(|_| {
                    Failure::new(format!("no answer of Socket.IO 3 or 4 to a connect: {session}"))
                })?;
                self.pid = session.pid;
                self.early = entry.early;
                return Ok(());
            }
            self.read(|packet| entry.hear(packet)).await?;
        }
    }

    /// By which the server knows this session again, when it can recover one.
    pub(crate) fn pid(&self) -> Option<&str> {
        self.pid.as_deref()
    }

    /// Queues an event. It goes out while the next packets are awaited.
    pub(crate) fn emit(&mut self, ack: Option<u64>, array: fmt::Arguments<'_>) {
        use fmt::Write as _;
        let mut text = mem::take(&mut self.scratch);
        text.clear();
        text.push_str("42");
        if self.namespace != "/" {
            text.push_str(&self.namespace);
            text.push(',');
        }
        // Writing to a string cannot fail.
        if let Some(id) = ack {
            let _ = write!(text, "{id}");
        }
        let _ = text.write_fmt(array);
        wire::push_text(&mut self.output, &text);
        self.scratch = text;
    }

    /// Writes what is queued, waits until something comes, and passes on all packets of it. Heartbeats are
    /// answered. Cancelling it loses nothing.
    ///
    /// # Errors
    /// When the connection ends or says what makes no sense.
    pub(crate) async fn read(&mut self, mut each: impl FnMut(Packet<'_>)) -> Result<(), Failure> {
        if !self.early.is_empty() {
            for text in mem::take(&mut self.early) {
                each(Packet::Event(&text));
            }
            return Ok(());
        }
        poll_fn(|cx| self.poll_read(cx, &mut each)).await
    }

    fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        each: &mut impl FnMut(Packet<'_>),
    ) -> Poll<Result<(), Failure>> {
        if let Poll::Ready(Err(error)) = self.poll_write(cx) {
            return Poll::Ready(Err(ended(&format!(": {error}"))));
        }
        BUFFER.with_borrow_mut(|buffer| {
            let mut buffer = ReadBuf::new(buffer);
            let read = ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer));
            Poll::Ready(match read {
                Err(error) => Err(ended(&format!(": {error}"))),
                Ok(()) if buffer.filled().is_empty() => Err(ended("")),
                Ok(()) => self.take(buffer.filled(), each),
            })
        })
    }

    fn take(&mut self, bytes: &[u8], each: &mut impl FnMut(Packet<'_>)) -> Result<(), Failure> {
        let Self { frames, output, namespace, .. } = self;
        frames.feed(bytes, &mut |message| {
            match message {
                Message::Text(text) => match packet::read(text, namespace) {
                    Packet::Ping => wire::push_text(output, "3"),
                    Packet::Close => return Err(ended("")),
                    Packet::Left => {
                        return Err(Failure::new("the server made a client leave the namespace"));
                    }
                    packet => each(packet),
                },
                Message::Ping(payload) => wire::push_pong(output, payload),
                Message::Close(why) => return Err(ended(&why)),
            }
            Ok(())
        })
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.output.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.output))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.output.drain(..written);
        }
        Poll::Ready(Ok(()))
    }

    /// Ends the connection and says so. Whether the server hears it is not awaited.
    pub(crate) async fn close(mut self) {
        let prefix = self.prefix();
        wire::push_text(&mut self.output, &format!("41{prefix}"));
        poll_fn(|cx| {
            // What does not go out at once never does.
            let _ = self.poll_write(cx);
            Poll::Ready(())
        })
        .await;
        self.cut();
    }

    /// Ends the connection as a lost network does, leaving no port behind that nobody can use for a minute.
    pub(crate) fn cut(self) {
        // Where it is not supported, ports come back later.
        let _ = self.stream.set_zero_linger();
    }

    /// What stands in front of a packet's content.
    fn prefix(&self) -> String {
        if self.namespace == "/" { String::new() } else { format!("{},", self.namespace) }
    }
}

/// What a client has heard until it was let in.
#[derive(Default)]
struct Entry {
    heard_anything: bool,
    opened: bool,
    session: Option<String>,
    refused: Option<String>,
    early: Vec<String>,
}

impl Entry {
    fn hear(&mut self, packet: Packet<'_>) {
        self.heard_anything = true;
        match packet {
            Packet::Open => self.opened = true,
            Packet::Connected(session) => self.session = Some(session.to_owned()),
            Packet::Refused(why) => self.refused = Some(why.to_owned()),
            Packet::Event(array) => self.early.push(array.to_owned()),
            _ => {}
        }
    }
}

fn ended(why: &str) -> Failure {
    Failure::new(format!("the server ended a connection{why}"))
}
