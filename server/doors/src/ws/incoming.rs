//! Messages out of a stream: by our own decoder from bare TCP and where messages are compressed, by tungstenite
//! from every other stream.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use bytestring::ByteString;
use roomful_protocol::websocket::{DecodeError, Decoder, Message};
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig, WebSocketContext};
use tokio_tungstenite::tungstenite::{self, Error};

use crate::stream::Reader;

/// The buffer into which all connections of a thread are read, each for no longer than one poll: an idle
/// connection has no read buffer of its own.
const SHARED_BUFFER: usize = 64 << 10;

/// tungstenite's buffer for one connection. Its own default costs 128 KiB.
const OWN_BUFFER: usize = 4096;

/// The longest queue of messages whose memory is kept for the next connection.
const KEPT: usize = 1024;

thread_local! {
    static BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; SHARED_BUFFER].into_boxed_slice());
    /// An empty queue: a connection has one only between reading and handling what it read.
    static SPARE: Cell<VecDeque<Message>> = const { Cell::new(VecDeque::new()) };
}

/// Why there are no more messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoMore {
    /// The stream has ended.
    Ended,
    /// The stream broke.
    Broken,
    /// The peer broke the protocol.
    Violated(DecodeError),
}

pub(super) enum Incoming {
    Own { decoder: Decoder, decoded: VecDeque<Message>, failed: Option<DecodeError> },
    Other(Box<WebSocketContext>),
}

impl Incoming {
    /// Begins to read messages of at most `max_message` bytes, compressed ones too where that was agreed on;
    /// `read` has come already.
    pub(super) fn new(reader: &Reader, read: &Bytes, max_message: usize, inflates: bool) -> Self {
        // tungstenite has no compression.
        if reader.is_bare() || inflates {
            let mut decoder = Decoder::new(max_message);
            if inflates {
                decoder = decoder.inflating();
            }
            let mut decoded = VecDeque::new();
            let failed = decode_all(&mut decoder, read, &mut decoded);
            return Self::Own { decoder, decoded, failed };
        }
        let config = WebSocketConfig::default()
            .read_buffer_size(OWN_BUFFER)
            .write_buffer_size(0)
            .max_write_buffer_size(OWN_BUFFER)
            .max_message_size(Some(max_message))
            .max_frame_size(Some(max_message));
        Self::Other(Box::new(if read.is_empty() {
            WebSocketContext::new(Role::Server, Some(config))
        } else {
            WebSocketContext::from_partially_read(read.to_vec(), Role::Server, Some(config))
        }))
    }

    /// The next message. Sets `heard` when anything has come, be it a part of one.
    pub(super) fn poll(
        &mut self,
        reader: &mut Reader,
        cx: &mut Context<'_>,
        heard: &mut bool,
    ) -> Poll<Result<Message, NoMore>> {
        match self {
            Self::Own { decoder, decoded, failed } => loop {
                if let Some(message) = decoded.pop_front() {
                    give_back_if_empty(decoded);
                    return Poll::Ready(Ok(message));
                }
                if let Some(error) = *failed {
                    return Poll::Ready(Err(NoMore::Violated(error)));
                }
                let read = BUFFER.with_borrow_mut(|buffer| {
                    let read = reader.poll_read(cx, buffer);
                    if let Poll::Ready(Ok(n)) = read {
                        *decoded = SPARE.take();
                        *failed = decode_all(decoder, buffer.get(..n).unwrap_or_default(), decoded);
                        give_back_if_empty(decoded);
                    }
                    read
                });
                match ready!(read) {
                    Ok(0) => return Poll::Ready(Err(NoMore::Ended)),
                    Ok(_) => *heard = true,
                    Err(_) => return Poll::Ready(Err(NoMore::Broken)),
                }
            },
            Self::Other(context) => poll_tungstenite(context, ReadOnly { reader, cx, heard }),
        }
    }
}

fn give_back_if_empty(queue: &mut VecDeque<Message>) {
    if queue.is_empty() && queue.capacity() <= KEPT {
        SPARE.set(std::mem::take(queue));
    } else if queue.is_empty() {
        *queue = VecDeque::new();
    }
}

/// Decodes everything there is; the error behind the last good message, if there is one.
fn decode_all(
    decoder: &mut Decoder,
    mut bytes: &[u8],
    decoded: &mut VecDeque<Message>,
) -> Option<DecodeError> {
    loop {
        match decoder.decode(&mut bytes) {
            Ok(Some(message)) => decoded.push_back(message),
            Ok(None) => return None,
            Err(error) => return Some(error),
        }
    }
}

fn poll_tungstenite(
    context: &mut WebSocketContext,
    mut stream: ReadOnly<'_, '_, '_>,
) -> Poll<Result<Message, NoMore>> {
    Poll::Ready(match context.read(&mut stream) {
        Ok(tungstenite::Message::Text(text)) => ByteString::try_from(Bytes::from(text))
            .map(Message::Text)
            .map_err(|_| NoMore::Violated(DecodeError::Data)),
        Ok(tungstenite::Message::Binary(data)) => Ok(Message::Binary(data)),
        Ok(tungstenite::Message::Ping(payload)) => Ok(Message::Ping(payload)),
        Ok(tungstenite::Message::Pong(_) | tungstenite::Message::Frame(_)) => Ok(Message::Pong),
        Ok(tungstenite::Message::Close(frame)) => Ok(Message::Close(frame.map(|frame| frame.code.into()))),
        Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => return Poll::Pending,
        Err(Error::Io(_)) => Err(NoMore::Broken),
        Err(Error::Capacity(_)) => Err(NoMore::Violated(DecodeError::TooLarge)),
        Err(Error::Utf8(_)) => Err(NoMore::Violated(DecodeError::Data)),
        Err(
            Error::ConnectionClosed
            | Error::AlreadyClosed
            | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake),
        ) => Err(NoMore::Ended),
        Err(_) => Err(NoMore::Violated(DecodeError::Protocol)),
    })
}

/// The stream as tungstenite sees it: what it would write by itself (pongs, answers to Close) goes nowhere,
/// as it is sent through the outbox instead.
struct ReadOnly<'a, 'b, 'c> {
    reader: &'a mut Reader,
    cx: &'b mut Context<'c>,
    heard: &'a mut bool,
}

impl Read for ReadOnly<'_, '_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.reader.poll_read(self.cx, buffer) {
            Poll::Ready(result) => {
                *self.heard |= result.as_ref().is_ok_and(|n| *n > 0);
                result
            }
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
