//! A WebSocket on an upgraded stream: the handshake, reading, and the way to the end.
//!
//! tungstenite reads. It does not write: all bytes of a connection pass through its outbox, already framed, so
//! that order holds whoever writes.

use std::future::Future;
use std::io::{self, Read, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use bytestring::ByteString;
use http::request::Parts;
use http::{Request, StatusCode};
use roomful_core::door::{Mode, Outbox, Sink};
use roomful_protocol::link::{Frame, TransportEnd};
use roomful_protocol::websocket::Opcode;
use roomful_protocol::wire::{Unit, WireFrame};
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::handshake::server::create_response;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig, WebSocketContext};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::http::{Body, Outcome, answer, refused};
use crate::stream::{RawStream, Reader, Writer};

/// tungstenite's buffers for one connection. Its own defaults cost 140 KB.
const BUFFER: usize = 4096;

/// How long the peer may take to answer a Close.
const CLOSE_DEADLINE: Duration = Duration::from_secs(1);

/// Close codes of RFC 6455, section 7.4.1, that a server sends by itself.
mod code {
    pub(super) const PROTOCOL_ERROR: u16 = 1002;
    pub(super) const INVALID_TEXT: u16 = 1007;
    pub(super) const TOO_LARGE: u16 = 1009;
}

/// Checks a handshake and answers it: 101, or what was wrong with it, before anything is upgraded.
pub(crate) fn accept(parts: &Parts) -> Outcome {
    let mut request = Request::new(());
    *request.method_mut() = parts.method.clone();
    *request.version_mut() = parts.version;
    *request.headers_mut() = parts.headers.clone();
    match create_response(&request) {
        Ok(response) => Ok(response.map(|()| Body::default())),
        Err(Error::Protocol(error)) => {
            let mut refusal = answer(StatusCode::BAD_REQUEST, "text/plain; charset=UTF-8", error.to_string());
            refusal.headers_mut().insert("sec-websocket-version", http::HeaderValue::from_static("13"));
            Err(Box::new(refusal))
        }
        Err(_) => Err(refused(StatusCode::BAD_REQUEST)),
    }
}

/// A WebSocket, owned by its connection's task.
pub(crate) struct WebSocket {
    context: WebSocketContext,
    reader: Reader,
    writer: Arc<Writer>,
    /// The payload of the last ping that has not been answered: only that one gets a pong.
    ping: Option<Bytes>,
    /// What to say in our Close: a code, or nothing as the reference does.
    code: Option<u16>,
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
    pub(crate) fn open(stream: RawStream, read: &Bytes, max_message: usize) -> io::Result<Self> {
        let (reader, writer) = stream.open()?;
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER)
            .write_buffer_size(0)
            .max_write_buffer_size(BUFFER)
            .max_message_size(Some(max_message))
            .max_frame_size(Some(max_message));
        let context = if read.is_empty() {
            WebSocketContext::new(Role::Server, Some(config))
        } else {
            WebSocketContext::from_partially_read(read.to_vec(), Role::Server, Some(config))
        };
        Ok(Self {
            context,
            reader,
            writer,
            ping: None,
            code: None,
            end: None,
            unsent: BytesMut::new(),
            closing: None,
        })
    }

    /// Lets an outbox be written here.
    pub(crate) fn attach(&self, outbox: &Arc<Outbox>) {
        outbox.attach(Some(self.writer.clone()), self.writer.mode());
    }

    /// The next message.
    pub(crate) fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Result<Frame, TransportEnd>> {
        self.poll_unsent(cx);
        if self.end.is_some() {
            return Poll::Pending;
        }
        let end = loop {
            let mut stream = ReadOnly { reader: &mut self.reader, cx };
            match self.context.read(&mut stream) {
                Ok(Message::Text(text)) => match ByteString::try_from(Bytes::from(text)) {
                    Ok(text) => return Poll::Ready(Ok(Frame::Text(text))),
                    Err(_) => break self.violated(code::INVALID_TEXT),
                },
                Ok(Message::Binary(data)) => return Poll::Ready(Ok(Frame::Binary(data))),
                Ok(Message::Ping(payload)) => self.ping = Some(payload),
                Ok(Message::Pong(_) | Message::Frame(_)) => {}
                Ok(Message::Close(frame)) => {
                    self.code = frame.map(|frame| frame.code.into());
                    break End::Closed;
                }
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => return Poll::Pending,
                Err(Error::Io(_)) => break End::Gone,
                Err(Error::Capacity(_)) => break self.violated(code::TOO_LARGE),
                Err(Error::Utf8(_)) => break self.violated(code::INVALID_TEXT),
                // The peer is gone without a Close: for the reference that is a close like any other.
                Err(
                    Error::ConnectionClosed
                    | Error::AlreadyClosed
                    | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake),
                ) => {
                    self.end = Some(End::Gone);
                    return Poll::Ready(Err(TransportEnd::Closed));
                }
                Err(_) => break self.violated(code::PROTOCOL_ERROR),
            }
        };
        self.end = Some(end);
        Poll::Ready(Err(end.of_transport()))
    }

    fn violated(&mut self, code: u16) -> End {
        self.code = Some(code);
        End::Violated
    }

    /// The pong that is due, if any.
    pub(crate) fn take_pong(&mut self) -> Option<Unit> {
        self.ping.take().map(|payload| Unit::One(WireFrame::new(Opcode::Pong, &payload)))
    }

    /// The Close frame with which this side ends.
    fn close_frame(&self) -> Unit {
        let mut payload = BytesMut::with_capacity(2);
        if let Some(code) = self.code {
            payload.put_u16(code);
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
            // Its Close is answered as far as it takes it.
            Some(End::Closed | End::Gone) => return Poll::Ready(()),
            // The deadline is for the peer's answer: it begins when the peer has something to answer.
            None if outbox.has_queued() => {
                timer.as_mut().reset(tokio::time::Instant::now() + CLOSE_DEADLINE);
                return Poll::Pending;
            }
            _ => {}
        }
        self.poll_gone(cx)
    }

    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut scratch = [0; BUFFER];
        while let Ok(1..) = ready!(self.reader.poll_read(cx, &mut scratch)) {}
        Poll::Ready(())
    }
}

/// The stream as tungstenite sees it: what it would write by itself (pongs, answers to Close) goes nowhere,
/// as it is sent through the outbox instead.
struct ReadOnly<'a, 'b, 'c> {
    reader: &'a mut Reader,
    cx: &'b mut Context<'c>,
}

impl Read for ReadOnly<'_, '_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.reader.poll_read(self.cx, buffer) {
            Poll::Ready(result) => result,
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }
}

impl Write for ReadOnly<'_, '_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
