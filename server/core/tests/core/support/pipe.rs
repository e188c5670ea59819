//! A stream that takes what it is told to take, and the WebSocket frames that arrive at its other end.

use std::io::{self, IoSlice};
use std::task::Waker;

use parking_lot::Mutex;
use roomful_core::door::Sink;
use tokio::sync::Notify;

/// How much a pipe takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// Everything.
    Open,
    /// Nothing.
    Stopped,
    /// One byte, and then nothing until it is asked again.
    Trickle,
    /// It is broken.
    Broken,
}

#[derive(Default)]
pub(crate) struct Pipe {
    state: Mutex<State>,
    /// Told when bytes have come through.
    pub(crate) arrived: Notify,
}

struct State {
    bytes: Vec<u8>,
    read: usize,
    flow: Flow,
    /// A trickle takes every second time.
    pause: bool,
    driver: Option<Waker>,
    released: bool,
}

impl Default for State {
    fn default() -> Self {
        Self { bytes: Vec::new(), read: 0, flow: Flow::Open, pause: false, driver: None, released: false }
    }
}

/// A frame that came through, as its opcode and payload.
pub(crate) type Arrived = (u8, Vec<u8>);

impl Pipe {
    pub(crate) fn set_flow(&self, flow: Flow) {
        let driver = {
            let mut state = self.state.lock();
            state.flow = flow;
            state.driver.take()
        };
        if let Some(driver) = driver {
            driver.wake();
        }
    }

    pub(crate) fn flow(&self) -> Flow {
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

    pub(crate) fn is_released(&self) -> bool {
        self.state.lock().released
    }

    /// The next whole frame. A frame that is no frame fails the test: two were mixed.
    pub(crate) fn frame(&self) -> Option<Arrived> {
        let mut state = self.state.lock();
        let rest = &state.bytes[state.read..];
        let [first, second, ..] = *rest else { return None };
        assert!(
            matches!(first, 0x81 | 0x82 | 0x88 | 0x8A),
            "frames are mixed: a frame begins with {first:#x}"
        );
        let (header, len) = match second {
            126 => (4, u64::from(u16::from_be_bytes(rest.get(2..4)?.try_into().unwrap()))),
            127 => (10, u64::from_be_bytes(rest.get(2..10)?.try_into().unwrap())),
            short => (2, u64::from(short)),
        };
        assert!(len < 1 << 30, "frames are mixed: a frame of {len} bytes");
        let len = header + usize::try_from(len).unwrap();
        let frame = (first & 0xF, rest.get(header..len)?.to_vec());
        state.read += len;
        if state.read == state.bytes.len() {
            state.bytes.clear();
            state.read = 0;
        }
        Some(frame)
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
