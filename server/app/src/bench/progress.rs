//! The line that tells how it goes.

use std::io::{IsTerminal as _, Write as _, stderr};
use std::time::{Duration, Instant};

/// A line on standard error that is written over and over. Only on a terminal.
pub(crate) struct Progress {
    terminal: bool,
    shown: Option<Instant>,
}

impl Progress {
    /// How often the line changes.
    pub(crate) const EVERY: Duration = Duration::from_millis(250);

    pub(crate) fn new() -> Self {
        Self { terminal: stderr().is_terminal(), shown: None }
    }

    /// Shows a text, unless another one was shown just now.
    pub(crate) fn show(&mut self, text: impl FnOnce() -> String) {
        let recent = self.shown.is_some_and(|shown| shown.elapsed() < Self::EVERY / 2);
        if self.terminal && !recent {
            self.shown = Some(Instant::now());
            // A terminal that is gone needs no progress.
            let _ = write!(stderr(), "\r\x1b[K{}", text()).and_then(|()| stderr().flush());
        }
    }

    /// Tells something that the user has to know, on a terminal or not.
    pub(crate) fn say(&mut self, text: &str) {
        self.clear();
        // Nobody to tell it to: then nobody waits for it.
        let _ = writeln!(stderr(), "{text}");
    }

    /// Takes the line away.
    pub(crate) fn clear(&mut self) {
        if self.shown.take().is_some() {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}
