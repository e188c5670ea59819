//! A WebSocket on an upgraded stream: the handshake, reading, and the way to the end.
//!
//! Nothing here writes but through the outbox, where all bytes of a connection are already framed, so that order
//! holds whoever writes.

pub(crate) mod extended_connect;
mod incoming;
mod single;

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http::header::{SEC_WEBSOCKET_EXTENSIONS, UPGRADE};
use http::request::Parts;
use http::{HeaderValue, Request, Response, StatusCode};
use hyper::upgrade::OnUpgrade;
use roomful_core::CloseFrame;
use roomful_core::door::{Mode, Outbox, Sink};
use roomful_protocol::link::{Frame, TransportEnd};
use roomful_protocol::websocket::{Deflate, Message, Opcode, PerMessageDeflate};
use roomful_protocol::wire::{Unit, WireFrame};
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::handshake::server::create_response;

use crate::http::{Body, Outcome, Refused, answer, refused};
use crate::stream::holding::Hold;
use crate::stream::{RawStream, Reader, Writer};
use incoming::{Incoming, NoMore};
pub(crate) use single::Single;

/// Pings of one client that wait for their pongs at a time. Of more, the oldest get none: RFC 6455 (section 5.5.3)
/// asks for a pong to the last one only.
const MAX_PONGS: usize = 60;

/// How long the peer may take to answer a Close.
const CLOSE_DEADLINE: Duration = Duration::from_secs(1);

/// Whether a request is the handshake of a WebSocket, be it a good one or a bad one: an upgrade (HTTP/1.1), or an
/// extended CONNECT (HTTP/2).
pub(crate) fn is_asked_for(parts: &Parts) -> bool {
    let is_websocket = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"websocket");
    parts.headers.get(UPGRADE).is_some_and(is_websocket) || extended_connect::wants_websocket(parts)
}

/// A handshake that is accepted: the answer to send, and what was agreed on.
pub(crate) struct Accepted {
    pub(crate) response: Response<Body>,
    pub(crate) deflate: Option<Deflate>,
}

/// Checks a handshake and answers it: 101, or what was wrong with it, before anything is upgraded. Compression
/// is agreed on where the client offers it and `compression` is given.
pub(crate) fn accept(
    parts: &mut Parts,
    compression: Option<&PerMessageDeflate>,
) -> Result<Accepted, Refused> {
    let mut response = check(parts)?;
    let offers = parts.headers.get_all(SEC_WEBSOCKET_EXTENSIONS).iter();
    let offers = offers.filter_map(|offer| offer.to_str().ok());
    let deflate = compression.and_then(|options| {
        let agreed = options.negotiate(offers)?;
        let header = HeaderValue::try_from(agreed.to_header()).ok()?;
        response.headers_mut().insert(SEC_WEBSOCKET_EXTENSIONS, header);
        Some(options.deflate(&agreed))
    });
    Ok(Accepted { response, deflate })
}

fn check(parts: &mut Parts) -> Outcome {
    if extended_connect::wants_websocket(parts) {
        return extended_connect::check(parts);
    }
    let mut request = Request::new(());
    *request.method_mut() = parts.method.clone();
    *request.version_mut() = parts.version;
    // Lent, as a copy would cost an allocation for each name and value.
    std::mem::swap(request.headers_mut(), &mut parts.headers);
    let checked = create_response(&request);
    std::mem::swap(request.headers_mut(), &mut parts.headers);
    match checked {
        Ok(response) => Ok(response.map(|()| Body::default())),
        Err(Error::Protocol(error)) => {
            let mut refusal = answer(StatusCode::BAD_REQUEST, "text/plain; charset=UTF-8", error.to_string());
            refusal.headers_mut().insert("sec-websocket-version", HeaderValue::from_static("13"));
            Err(Box::new(refusal))
        }
        Err(_) => Err(refused(StatusCode::BAD_REQUEST)),
    }
}

/// Goes on with the stream when the 101 is out, or has been kept to go out with the first message.
pub(crate) fn on_upgrade(
    parts: &mut Parts,
    then: impl FnOnce(RawStream, Bytes) -> io::Result<()> + Send + 'static,
) {
    let Some(upgrade) = parts.extensions.remove::<OnUpgrade>() else {
        tracing::error!(
            "a WebSocket was asked for on a connection that cannot be upgraded: serve with upgrades"
        );
        return;
    };
    if let Some(hold) = parts.extensions.remove::<Hold>() {
        hold.take();
    }
    tokio::spawn(async move {
        let opened = match upgrade.await {
            Ok(upgraded) => RawStream::from_upgraded(upgraded).and_then(|(stream, read)| then(stream, read)),
            Err(error) => Err(io::Error::other(error)),
        };
        if let Err(error) = opened {
            tracing::debug!(%error, "an upgrade to WebSocket did not complete");
        }
    });
}

/// A WebSocket, owned by its connection's task.
pub(crate) struct WebSocket {
    incoming: Incoming,
    reader: Reader,
    writer: Arc<Writer>,
    /// How messages are compressed, where that was agreed on.
    deflate: Option<Deflate>,
    /// The payloads of pings that have not been answered.
    pings: VecDeque<Bytes>,
    /// Something has come since this was last asked for.
    heard: bool,
    /// What to say in our Close: a code, or nothing as the reference does.
    code: Option<u16>,
    /// The program's own words, where it has some.
    said: Option<Box<CloseFrame>>,
    end: Option<End>,
    /// Sent outside the outbox and not written yet: only before the outbox is attached, or instead of it.
    unsent: BytesMut,
    closing: Option<Pin<Box<tokio::time::Sleep>>>,
}

/// How reading ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// The peer has sent Close.
    Closed,
    /// The stream is gone.
    Gone,
    /// The peer broke the protocol; it is told why.
    Violated,
}

impl End {
    fn of_transport(self) -> TransportEnd {
        match self {
            Self::Closed => TransportEnd::Closed,
            Self::Gone | Self::Violated => TransportEnd::Failed,
        }
    }
}

impl WebSocket {
    /// Begins to use an upgraded stream on the current runtime. `read` is what came behind the request.
    pub(crate) fn open(
        stream: RawStream,
        read: &Bytes,
        max_message: usize,
        deflate: Option<Deflate>,
    ) -> io::Result<Self> {
        let (reader, writer, unsent) = stream.open()?;
        let incoming = Incoming::new(&reader, read, max_message, deflate.is_some());
        Ok(Self {
            incoming,
            reader,
            writer,
            deflate,
            pings: VecDeque::new(),
            heard: false,
            code: None,
            said: None,
            end: None,
            unsent: BytesMut::from(unsent),
            closing: None,
        })
    }

    /// How messages are compressed, where that was agreed on.
    pub(crate) fn deflate(&self) -> Option<Deflate> {
        self.deflate
    }

    /// Lets an outbox be written here, behind the answer to the handshake where that has been kept for this.
    pub(crate) fn attach(&mut self, outbox: &Arc<Outbox>) {
        if !self.unsent.is_empty() {
            outbox.push_first(Unit::One(WireFrame::verbatim(std::mem::take(&mut self.unsent).freeze())));
        }
        outbox.attach(Some(self.writer.clone()), self.writer.mode());
    }

    /// The next message.
    pub(crate) fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Result<Frame, TransportEnd>> {
        self.poll_unsent(cx);
        if self.end.is_some() {
            return Poll::Pending;
        }
        let end = loop {
            match ready!(self.incoming.poll(&mut self.reader, cx, &mut self.heard)) {
                Ok(Message::Text(text)) => return Poll::Ready(Ok(Frame::Text(text))),
                Ok(Message::Binary(data)) => return Poll::Ready(Ok(Frame::Binary(data))),
                Ok(Message::Ping(payload)) => {
                    if self.pings.len() == MAX_PONGS {
                        self.pings.pop_front();
                    }
                    self.pings.push_back(payload);
                }
                Ok(Message::Pong) => {}
                Ok(Message::Close(code)) => {
                    self.code = code;
                    break End::Closed;
                }
                Err(NoMore::Violated(error)) => {
                    self.code = Some(error as u16);
                    break End::Violated;
                }
                Err(NoMore::Broken) => break End::Gone,
                // The peer is gone without a Close: for the reference that is a close like any other.
                Err(NoMore::Ended) => {
                    self.end = Some(End::Gone);
                    return Poll::Ready(Err(TransportEnd::Closed));
                }
            }
        };
        self.end = Some(end);
        Poll::Ready(Err(end.of_transport()))
    }

    /// Queues the pongs that are due. For a client that takes nothing they wait here, where they have a bound.
    pub(crate) fn answer_pings(&mut self, cx: &mut Context<'_>, outbox: &Arc<Outbox>) {
        if self.pings.is_empty() || outbox.is_blocked() {
            return;
        }
        for payload in std::mem::take(&mut self.pings) {
            outbox.push_own(Unit::One(WireFrame::new(Opcode::Pong, &payload)));
        }
        self.poll_write(cx, outbox);
    }

    /// Whether anything has come since the last call, be it a ping, a pong or a part of a message.
    pub(crate) fn take_heard(&mut self) -> bool {
        std::mem::take(&mut self.heard)
    }

    /// Ends with this code, or with the program's own words, unless the peer has ended it already.
    pub(crate) fn close_with(&mut self, code: Option<u16>, frame: Option<&CloseFrame>) {
        if self.end.is_none() {
            self.code = frame.map(CloseFrame::code).or(code);
            self.said = frame.map(|frame| Box::new(frame.clone()));
        }
    }

    /// The Close frame with which this side ends.
    fn close_frame(&self) -> Unit {
        let mut payload = BytesMut::with_capacity(2);
        if let Some(code) = self.code {
            payload.put_u16(code);
            payload.put_slice(self.said.as_deref().map_or("", CloseFrame::reason).as_bytes());
        }
        Unit::One(WireFrame::new(Opcode::Close, &payload))
    }

    /// Sends what nobody else can see yet, outside any outbox. Written as soon as the stream takes it.
    pub(crate) fn send_alone(&mut self, unit: &Unit) {
        for frame in unit.frames() {
            self.unsent.extend_from_slice(frame.on_websocket());
        }
    }

    /// Writes what [`send_alone`](Self::send_alone) has left.
    fn poll_unsent(&mut self, cx: &mut Context<'_>) {
        while !self.unsent.is_empty() && self.writer.poll_ready(cx).is_ready() {
            match self.writer.try_write(&[io::IoSlice::new(&self.unsent)]) {
                Ok(n) => self.unsent.advance(n),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // Reading will tell that the stream is gone.
                Err(_) => self.unsent.clear(),
            }
        }
    }

    /// Says Close where there is no outbox; [`poll_gone`](Self::poll_gone) then waits for the peer's.
    pub(crate) fn close_alone(&mut self) {
        self.send_alone(&self.close_frame());
        self.closing = Some(Box::pin(tokio::time::sleep(CLOSE_DEADLINE)));
    }

    /// Waits for the answer to our Close, but not for long. Closing over unread bytes would reset the
    /// connection and take our Close from the peer.
    pub(crate) fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(timer) = &mut self.closing else { return Poll::Ready(()) };
        if timer.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        if self.end.is_none() {
            while ready!(self.poll_message(cx)).is_ok() {}
        }
        match self.end {
            Some(End::Violated) => self.poll_drain(cx),
            Some(End::Closed) if !self.reader.is_bare() => self.poll_drain(cx),
            _ => Poll::Ready(()),
        }
    }

    /// Writes what is queued where that is the task's part.
    pub(crate) fn poll_write(&self, cx: &mut Context<'_>, outbox: &Outbox) {
        match self.writer.mode() {
            Mode::Driver => {
                if self.writer.poll_ready(cx).is_ready() {
                    outbox.flush_from_driver();
                    outbox.set_ready(!outbox.has_queued());
                    // An error shows at the next write.
                    let _ = self.writer.poll_flush(cx);
                }
            }
            _ => {
                while outbox.is_blocked() && self.writer.poll_ready(cx).is_ready() {
                    outbox.flush_from_driver();
                }
            }
        }
    }

    /// Delivers what is queued, sends Close, and waits for the peer's, but not for long.
    pub(crate) fn poll_close(&mut self, cx: &mut Context<'_>, outbox: &Arc<Outbox>) -> Poll<()> {
        if self.end == Some(End::Gone) {
            return Poll::Ready(());
        }
        if self.closing.is_none() {
            outbox.push_own(self.close_frame());
            self.closing = Some(Box::pin(tokio::time::sleep(CLOSE_DEADLINE)));
        }
        outbox.flush_from_driver();
        self.poll_write(cx, outbox);
        let Some(timer) = &mut self.closing else { return Poll::Ready(()) };
        match self.end {
            Some(End::Gone) => return Poll::Ready(()),
            // Its Close is answered as far as it takes it. A stream of HTTP/2 is then ended by both sides: one that
            // is let go before would be reset.
            Some(End::Closed) if self.reader.is_bare() => return Poll::Ready(()),
            // The deadline is for the peer's answer: it begins when the peer has something to answer.
            None if outbox.has_queued() => {
                timer.as_mut().reset(tokio::time::Instant::now() + CLOSE_DEADLINE);
                return Poll::Pending;
            }
            Some(End::Violated | End::Closed) if outbox.has_queued() => return timer.as_mut().poll(cx),
            _ => {}
        }
        self.poll_gone(cx)
    }

    /// Ends the stream behind the Close, so that the peer need not wait to do so, and reads what it still says.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_unsent(cx);
        if !self.unsent.is_empty() {
            return Poll::Pending;
        }
        ready!(self.writer.poll_shutdown(cx));
        let mut scratch = [0; 4096];
        while let Ok(1..) = ready!(self.reader.poll_read(cx, &mut scratch)) {}
        Poll::Ready(())
    }
}
