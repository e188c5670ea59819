//! A stream that takes what it is told to take, and the WebSocket frames that arrive at its other end.

use std::io::{self, IoSlice};
use std::task::Waker;

use bytes::{Buf as _, Bytes, BytesMut};
use parking_lot::Mutex;
use roomful_core::door::Sink;
use roomful_protocol::websocket::Opcode;
use tokio::sync::Notify;

/// How much a pipe takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Everything.
    Open,
    /// Nothing.
    Stopped,
    /// One byte, and then nothing until it is asked again.
    Trickle,
    /// It is broken.
    Broken,
}

/// A [`Sink`] in memory: what a connection writes is read at its other end, frame by frame.
#[derive(Default)]
pub struct Pipe {
    state: Mutex<State>,
    /// Told when bytes have come through.
    arrived: Notify,
}

struct State {
    bytes: BytesMut,
    flow: Flow,
    /// A trickle takes every second time.
    pause: bool,
    driver: Option<Waker>,
    released: bool,
}

impl Default for State {
    fn default() -> Self {
        Self { bytes: BytesMut::new(), flow: Flow::Open, pause: false, driver: None, released: false }
    }
}

/// A frame that came through.
pub type Arrived = (Opcode, Bytes);

impl Pipe {
    /// Changes how much it takes from now on.
    pub fn set_flow(&self, flow: Flow) {
        let driver = {
            let mut state = self.state.lock();
            state.flow = flow;
            state.driver.take()
        };
        if let Some(driver) = driver {
            driver.wake();
        }
    }

    /// How much it takes.
    pub fn flow(&self) -> Flow {
        self.state.lock().flow
    }

    /// Whom to wake when more can be written.
    pub(crate) fn register(&self, waker: &Waker) {
        self.state.lock().driver = Some(waker.clone());
    }

    /// Its connection has let go of it.
    pub(crate) fn release(&self) {
        self.state.lock().released = true;
        self.arrived.notify_waiters();
    }

    /// Whether the connection that wrote it has ended.
    pub fn is_released(&self) -> bool {
        self.state.lock().released
    }

    /// Waits for the next frame; `None` when its connection has ended and nothing is left.
    ///
    /// # Panics
    /// As [`frame`](Self::frame).
    pub async fn next(&self) -> Option<Arrived> {
        loop {
            let arrived = self.arrived.notified();
            tokio::pin!(arrived);
            arrived.as_mut().enable();
            match self.frame() {
                Some(frame) => return Some(frame),
                None if self.is_released() => return None,
                None => arrived.await,
            }
        }
    }

    /// The next whole frame, if it is there.
    ///
    /// # Panics
    /// When what came is no frame: two were mixed.
    pub fn frame(&self) -> Option<Arrived> {
        let mut state = self.state.lock();
        let bytes = &state.bytes[..];
        let [first, second, ..] = *bytes else { return None };
        let opcode = match first {
            0x81 => Opcode::Text,
            0x82 => Opcode::Binary,
            0x88 => Opcode::Close,
            0x8A => Opcode::Pong,
            other => panic!("frames are mixed: a frame begins with {other:#x}"),
        };
        let (header, len) = match second {
            126 => (4, u64::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
            127 => (10, u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)),
            short => (2, u64::from(short)),
        };
        assert!(len < 1 << 30, "frames are mixed: a frame of {len} bytes");
        let end = header + usize::try_from(len).ok()?;
        if bytes.len() < end {
            return None;
        }
        let mut frame = state.bytes.split_to(end);
        frame.advance(header);
        Some((opcode, frame.freeze()))
    }
}

impl Sink for Pipe {
    fn try_write(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut state = self.state.lock();
        let taken = match state.flow {
            Flow::Stopped => return Err(io::ErrorKind::WouldBlock.into()),
            Flow::Broken => return Err(io::ErrorKind::BrokenPipe.into()),
            Flow::Trickle => {
                state.pause = !state.pause;
                if !state.pause {
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                1
            }
            Flow::Open => usize::MAX,
        };
        let before = state.bytes.len();
        for piece in pieces {
            let left = taken - (state.bytes.len() - before);
            let take = piece.len().min(left);
            state.bytes.extend_from_slice(&piece[..take]);
        }
        let written = state.bytes.len() - before;
        drop(state);
        self.arrived.notify_waiters();
        Ok(written)
    }
}
