//! An answer once several events have come in a given order.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use roomful::prelude::*;

/// An event, and whether its arguments are what is waited for.
pub(crate) type Step = (&'static str, fn(&RawArgs) -> bool);

/// How far a socket is in each sequence, by the reply at its end.
#[derive(Clone, Default)]
struct Progress(Arc<Mutex<HashMap<&'static str, usize>>>);

impl Progress {
    fn of(socket: &Socket) -> Self {
        socket.get().unwrap_or_else(|| {
            let progress = Self::default();
            socket.insert(progress.clone());
            progress
        })
    }

    /// Whether `step` was due, and was the last of `count`.
    fn completes(&self, reply: &'static str, step: usize, count: usize) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = all.entry(reply).or_default();
        if *due != step {
            return false;
        }
        *due = (step + 1) % count;
        *due == 0
    }
}

/// Emits `reply` when the events of `steps` have come in this order.
pub(crate) fn sequence(namespace: Namespace, reply: &'static str, steps: &[Step]) -> Namespace {
    let count = steps.len();
    steps.iter().enumerate().fold(namespace, |namespace, (step, &(event, fits))| {
        namespace.on_raw(event, move |socket: Socket, args: RawArgs| {
            if fits(&args) && Progress::of(&socket).completes(reply, step, count) {
                socket.emit_raw(reply, ());
            }
            std::future::ready(())
        })
    })
}
