//! A WebTransport session: one stream of frames, opened by the client.
//!
//! This knows no HTTP/3: a [`Session`] is what a library that speaks it has to bring.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use bytestring::ByteString;
use roomful_core::door::{Mode, Outbox};
use roomful_protocol::engineio::webtransport::{FrameDecoder, Hello, encode};
use roomful_protocol::link::{Frame, TransportEnd};
use roomful_protocol::websocket::Opcode;
use roomful_protocol::wire::Unit;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// Bytes that are read at a time.
const READ: usize = 8192;

/// Packets are taken out of the outbox until about so many bytes of them wait for the stream.
const CHUNK: usize = 64 << 10;

/// How long the peer may take to acknowledge the last of what it was sent.
const CLOSE_DEADLINE: Duration = Duration::from_secs(1);

/// A WebTransport session that has been accepted. It is closed when this is dropped.
pub trait Session: Send + 'static {
    /// The receiving half of a stream.
    type Reader: AsyncRead + Send + Unpin + 'static;
    /// The sending half. Its shutdown is complete when the peer has acknowledged everything.
    type Writer: AsyncWrite + Send + Unpin + 'static;

    /// Waits for the client to open a bidirectional stream.
    ///
    /// # Errors
    /// When the session has ended.
    fn accept_stream(&mut self) -> impl Future<Output = io::Result<(Self::Reader, Self::Writer)>> + Send;
}

/// A session as a transport of an Engine.IO connection.
pub(super) struct WebTransport {
    reader: Box<dyn AsyncRead + Send + Unpin>,
    decoder: FrameDecoder,
    decoded: VecDeque<Frame>,
    /// The stream or the session has ended.
    gone: bool,
    /// Nothing more comes in, and whoever reads knows.
    told: bool,
    writer: Box<dyn AsyncWrite + Send + Unpin>,
    /// Encoded and not written yet.
    unsent: BytesMut,
    closing: Option<Pin<Box<Sleep>>>,
    /// Held for its end.
    _session: Box<dyn Send>,
}

impl WebTransport {
    /// Waits for the client's stream and the first frame on it, whose payload and those that follow may have
    /// `max_payload` bytes.
    ///
    /// # Errors
    /// When the session ends before, or that frame is none with which a client may begin.
    pub(super) async fn open<S: Session>(mut session: S, max_payload: usize) -> io::Result<(Self, Hello)> {
        let (reader, writer) = session.accept_stream().await?;
        let mut opened = Self {
            reader: Box::new(reader),
            decoder: FrameDecoder::new(max_payload),
            decoded: VecDeque::new(),
            gone: false,
            told: false,
            writer: Box::new(writer),
            unsent: BytesMut::new(),
            closing: None,
            _session: Box::new(session),
        };
        let first = std::future::poll_fn(|cx| opened.poll_message(cx)).await;
        let first = first.map_err(|_| io::ErrorKind::UnexpectedEof)?;
        let hello = Hello::read(&first).ok_or(io::ErrorKind::InvalidData)?;
        Ok((opened, hello))
    }

    /// Lets an outbox be written here.
    pub(super) fn attach(&self, outbox: &Arc<Outbox>) {
        outbox.attach(None, Mode::Driver);
    }

    /// The next frame.
    pub(super) fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Result<Frame, TransportEnd>> {
        // Before there is an outbox nothing else writes what was sent alone.
        let _ = self.poll_unsent(cx);
        loop {
            if let Some(frame) = self.decoded.pop_front() {
                return Poll::Ready(Ok(frame));
            }
            if self.told {
                return Poll::Pending;
            }
            if self.gone {
                self.told = true;
                // For the reference a session that breaks is one that closes.
                return Poll::Ready(Err(TransportEnd::Closed));
            }
            ready!(self.poll_read(cx));
        }
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut bytes = [0; READ];
        let mut buffer = ReadBuf::new(&mut bytes);
        let read = ready!(Pin::new(&mut self.reader).poll_read(cx, &mut buffer));
        let mut input = buffer.filled();
        self.gone = read.is_err() || input.is_empty();
        loop {
            match self.decoder.decode(&mut input) {
                Ok(Some(frame)) => self.decoded.push_back(frame),
                Ok(None) => return Poll::Ready(()),
                Err(error) => {
                    tracing::debug!(%error, "a WebTransport stream cannot be read");
                    // What cannot be read is, as in the reference, a packet that is none: the link says what follows.
                    self.decoded.push_back(Frame::Text(ByteString::new()));
                    self.told = true;
                    return Poll::Ready(());
                }
            }
        }
    }

    /// Sends what nobody else can see yet, outside any outbox. Written as soon as the stream takes it.
    pub(super) fn send_alone(&mut self, unit: &Unit) {
        encode_unit(unit, &mut self.unsent);
    }

    /// Writes what is queued, as far as the stream takes it.
    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>, outbox: &Outbox) {
        while self.poll_unsent(cx).is_ready() {
            if self.gone || !outbox.has_queued() {
                // What was allocated for a burst is not kept.
                self.unsent = BytesMut::new();
                outbox.set_ready(!self.gone);
                return;
            }
            outbox.hand_out(|unit| {
                let takes = self.unsent.len() < CHUNK;
                if takes {
                    encode_unit(unit, &mut self.unsent);
                }
                takes
            });
        }
        outbox.set_ready(false);
    }

    /// Ready when nothing waits for the stream.
    fn poll_unsent(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while !self.unsent.is_empty() {
            match ready!(Pin::new(&mut self.writer).poll_write(cx, &self.unsent)) {
                Ok(written @ 1..) => self.unsent.advance(written),
                Ok(0) | Err(_) => {
                    self.unsent.clear();
                    self.gone = true;
                }
            }
        }
        Poll::Ready(())
    }

    /// Delivers what is queued and waits until the peer has it, but not for long. The session ends when this is let
    /// go.
    pub(super) fn poll_close(&mut self, cx: &mut Context<'_>, outbox: &Outbox) -> Poll<()> {
        self.poll_write(cx, outbox);
        if self.gone {
            return Poll::Ready(());
        }
        if !self.unsent.is_empty() || outbox.has_queued() {
            return Poll::Pending;
        }
        let timer = self.closing.get_or_insert_with(|| Box::pin(tokio::time::sleep(CLOSE_DEADLINE)));
        if timer.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        Pin::new(&mut self.writer).poll_shutdown(cx).map(drop)
    }
}

fn encode_unit(unit: &Unit, to: &mut BytesMut) {
    for frame in unit.frames() {
        encode(frame.opcode() == Opcode::Binary, &frame.payload(), to);
    }
}

#[cfg(test)]
mod tests;
