//! What handlers note down, and what holds them up: the state of the servers under test.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Semaphore;

#[derive(Clone)]
pub(crate) struct Probe {
    notes: Arc<Mutex<Vec<String>>>,
    gate: Arc<Semaphore>,
}

impl Default for Probe {
    fn default() -> Self {
        Self { notes: Arc::default(), gate: Arc::new(Semaphore::new(0)) }
    }
}

impl Probe {
    pub(crate) fn note(&self, text: impl Into<String>) {
        self.notes.lock().push(text.into());
    }

    /// What has been noted since the last call.
    pub(crate) fn notes(&self) -> Vec<String> {
        std::mem::take(&mut self.notes.lock())
    }

    /// Waits at the gate.
    pub(crate) async fn wait(&self) {
        self.gate.acquire().await.expect("the gate is never taken away").forget();
    }

    /// Lets so many through the gate.
    pub(crate) fn let_through(&self, n: usize) {
        self.gate.add_permits(n);
    }

    /// Whether somebody would get through the gate now.
    pub(crate) fn is_open(&self) -> bool {
        self.gate.available_permits() > 0
    }
}
