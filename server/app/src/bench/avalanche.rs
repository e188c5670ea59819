//! `avalanche`: the server is restarted, and everybody comes back at once. Who does, and when?

use std::io::{Write as _, stderr};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::time::{sleep, sleep_until};

use super::backoff::Backoff;
use super::client::Client;
use super::failure::Failure;
use super::idle::be_held;
use super::run::{Outcome, Run};
use super::work::Common;

/// How often is looked who is back.
const LOOK: Duration = Duration::from_millis(10);

/// When nobody has lost a connection for so long, those who have not keep theirs.
const QUIET: Duration = Duration::from_secs(5);

/// What became of the clients.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Returns {
    pub(crate) clients: usize,
    /// How many lost their connection.
    pub(crate) lost: usize,
    /// How long after the first loss each was back, the first one first.
    pub(crate) back: Vec<Duration>,
    /// Attempts to come back.
    pub(crate) attempts: u64,
    /// Those that failed: refused, or without an answer.
    pub(crate) failed_attempts: u64,
}

impl Returns {
    /// How long after the first loss this share of those who had lost their connection was back.
    pub(crate) fn until(&self, percent: usize) -> Option<Duration> {
        let count = (self.lost * percent).div_ceil(100);
        self.back.get(count.checked_sub(1)?).copied()
    }
}

/// What is known while it goes on.
struct Watch {
    state: Mutex<State>,
}

struct State {
    /// Of each client.
    clients: Vec<Place>,
    first_loss: Option<Instant>,
    last_loss: Option<Instant>,
    attempts: u64,
    failed_attempts: u64,
}

/// Where a client is.
#[derive(Clone, Copy)]
enum Place {
    /// It never lost its connection.
    There,
    Away,
    Back(Instant),
}

/// Measures.
pub(crate) async fn run(mut run: Run) -> Result<Outcome, Failure> {
    let watch = Arc::new(Watch::new(run.options.connections));
    for number in 0..run.options.connections {
        let (common, watch) = (Arc::clone(&run.common), Arc::clone(&watch));
        run.spawn(
            number,
            async |client| Ok(client),
            async move |client| stay(client, number, &common, &watch).await,
        );
    }
    run.connected().await?;
    run.start();
    let command = run.options.restart_command.clone();
    match &command {
        Some(command) => restart(command)?,
        None => run.progress.say("all clients are connected: restart the server now"),
    }
    observe(&mut run, &watch).await?;
    run.common.clock.stop();
    let mut outcome = run.end(None).await?;
    let returns = watch.returns();
    for _ in returns.back.len()..returns.lost {
        outcome.tally.connection(&Failure::new("a client did not come back in time"));
    }
    outcome.returns = Some(returns);
    Ok(outcome)
}

/// Starts a command, and says so when it fails. What it starts outlives this tool.
fn restart(command: &str) -> Result<(), Failure> {
    let mut shell = Command::new("sh");
    // What it prints has no place in the result.
    shell.args(["-c", command]).stdin(Stdio::null()).stdout(Stdio::null());
    let cannot = |error| Failure::new(format!("--restart-command {command:?} cannot be started: {error}"));
    let mut child = shell.spawn().map_err(cannot)?;
    let command = command.to_owned();
    thread::spawn(move || {
        let ended = child.wait();
        if !ended.as_ref().is_ok_and(ExitStatus::success) {
            let why = ended.map_or_else(|error| error.to_string(), |status| status.to_string());
            // Nobody to tell it to: then nobody waits for it.
            let _ = writeln!(stderr(), "roomful: --restart-command {command:?} failed: {why}");
        }
    });
    Ok(())
}

/// Waits until everybody is back, or the time is over.
async fn observe(run: &mut Run, watch: &Watch) -> Result<(), Failure> {
    let deadline = run.common.clock.until().unwrap_or_else(Instant::now);
    let mut now = Instant::now();
    while now < deadline && !run.interrupted && !watch.is_over(now) {
        run.progress.show(|| watch.words());
        tokio::select! {
            () = sleep_until((now + LOOK).into()) => {}
            () = run.interrupt.notified() => run.interrupted = true,
        }
        now = Instant::now();
    }
    if watch.state.lock().first_loss.is_none() {
        if run.interrupted {
            return Err(Failure::new("ended before the server was restarted"));
        }
        let seconds = run.options.duration.as_secs_f64();
        return Err(Failure::new(format!(
            "no connection was lost in {seconds} s: restart the server while this runs, or have it done with \
             --restart-command"
        )));
    }
    Ok(())
}

/// Keeps a connection, and makes a new one whenever it is lost.
async fn stay(mut client: Client, number: usize, common: &Common, watch: &Watch) {
    while be_held(&mut client, common).await.is_some() {
        watch.lost(number);
        client.cut();
        client = tokio::select! {
            back = come_back(common, watch) => back,
            () = common.over() => return,
        };
        watch.back(number);
    }
    client.close().await;
}

async fn come_back(common: &Common, watch: &Watch) -> Client {
    let mut backoff = Backoff::new(common.waiting);
    loop {
        sleep(backoff.next()).await;
        let connected = Client::connect(&common.target, &common.namespace, common.auth.as_deref()).await;
        watch.attempted(connected.is_err());
        if let Ok(client) = connected {
            return client;
        }
    }
}

impl Watch {
    fn new(clients: usize) -> Self {
        let clients = vec![Place::There; clients];
        let state = State { clients, first_loss: None, last_loss: None, attempts: 0, failed_attempts: 0 };
        Self { state: Mutex::new(state) }
    }

    fn lost(&self, number: usize) {
        let (now, mut state) = (Instant::now(), self.state.lock());
        state.first_loss.get_or_insert(now);
        state.last_loss = Some(now);
        state.put(number, Place::Away);
    }

    fn back(&self, number: usize) {
        self.state.lock().put(number, Place::Back(Instant::now()));
    }

    fn attempted(&self, failed: bool) {
        let mut state = self.state.lock();
        state.attempts += 1;
        state.failed_attempts += u64::from(failed);
    }

    /// Whether everybody is back who is to come back.
    fn is_over(&self, now: Instant) -> bool {
        let state = self.state.lock();
        let count = |wanted: fn(&Place) -> bool| state.clients.iter().filter(|place| wanted(place)).count();
        let quiet = state.last_loss.is_some_and(|last| now.saturating_duration_since(last) > QUIET);
        let away = count(|place| matches!(place, Place::Away));
        let there = count(|place| matches!(place, Place::There));
        away == 0 && (there == 0 || quiet)
    }

    fn returns(&self) -> Returns {
        let state = self.state.lock();
        let lost = state.clients.iter().filter(|place| !matches!(place, Place::There)).count();
        let mut back: Vec<_> = state
            .clients
            .iter()
            .filter_map(|place| match place {
                Place::Back(at) => Some(at.saturating_duration_since(state.first_loss?)),
                _ => None,
            })
            .collect();
        back.sort_unstable();
        let State { attempts, failed_attempts, .. } = *state;
        Returns { clients: state.clients.len(), lost, back, attempts, failed_attempts }
    }

    fn words(&self) -> String {
        let Returns { clients, lost, back, failed_attempts, .. } = self.returns();
        format!(
            "{lost} of {clients} clients lost their connection, {} are back, {failed_attempts} attempts failed",
            back.len()
        )
    }
}

impl State {
    fn put(&mut self, number: usize, place: Place) {
        if let Some(at) = self.clients.get_mut(number) {
            *at = place;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_those_who_lost_their_connection() {
        let back = (1..=10).map(Duration::from_secs).collect();
        let mut returns = Returns { clients: 20, lost: 10, back, ..Returns::default() };
        let seconds = |returns: &Returns, percent| returns.until(percent).map(|time| time.as_secs());
        assert_eq!([50, 99, 100].map(|percent| seconds(&returns, percent)), [Some(5), Some(10), Some(10)]);
        returns.back.pop();
        assert_eq!([50, 99, 100].map(|percent| seconds(&returns, percent)), [Some(5), None, None]);
        assert_eq!(Returns::default().until(50), None);
    }

    #[test]
    fn it_is_over_when_everybody_is_back_and_nobody_will_be_lost_any_more() {
        let watch = Watch::new(2);
        let now = Instant::now();
        assert!(!watch.is_over(now));
        watch.lost(0);
        assert!(!watch.is_over(now));
        watch.back(0);
        assert!(!watch.is_over(now), "the other one may be lost still");
        assert!(watch.is_over(now + QUIET * 2));
        watch.lost(1);
        assert!(!watch.is_over(now + QUIET * 2));
        watch.back(1);
        assert!(watch.is_over(now));
        let returns = watch.returns();
        assert_eq!((returns.lost, returns.back.len()), (2, 2));
    }
}
