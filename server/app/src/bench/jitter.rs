//! `jitter`: connections are cut while messages flow. What do clients miss?

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::{sleep, sleep_until};

use super::backoff::Backoff;
use super::client::Client;
use super::failure::Failure;
use super::hearing::Return;
use super::member::Member;
use super::run::Run;
use super::stream::Stream;
use super::work::Common;

/// How often is looked whether everybody is back.
const LOOK: Duration = Duration::from_millis(10);

/// How long clients may take to come back at the end, besides the longest wait of one.
const GATHERING: Duration = Duration::from_secs(15);

/// Who can be cut.
#[derive(Default)]
pub(crate) struct Cuts(Mutex<Vec<Arc<Notify>>>);

impl Cuts {
    /// One more client. It is cut when it is told.
    pub(crate) fn add(&self) -> Arc<Notify> {
        let cut = Arc::new(Notify::new());
        self.0.lock().push(Arc::clone(&cut));
        cut
    }

    /// Cuts one client after the other, so many percent of all a second, until the time is over.
    pub(crate) async fn happen(self, common: Arc<Common>, percent: f64) {
        let cuts = self.0.into_inner();
        let Some(mut due) = common.clock.started() else { return };
        let every = Duration::from_secs_f64(100.0 / percent / cuts.len().max(1) as f64);
        for cut in cuts.iter().cycle() {
            due += every;
            sleep_until(due.into()).await;
            if !common.clock.runs_at(Instant::now()) {
                return;
            }
            // Who is away just now hears nothing of it.
            cut.notify_waiters();
        }
    }
}

/// Takes part, and comes back whenever the connection is lost.
pub(crate) async fn wander(mut member: Member, mut client: Client, cut: &Notify) {
    loop {
        let pid = client.pid().map(str::to_owned);
        tokio::select! {
            end = member.take_part(&mut client) => match end {
                Ok(()) => {
                    client.close().await;
                    break;
                }
                // Nobody asked for that.
                Err(failure) => member.tally.lock().connection(&failure),
            },
            () = cut.notified() => member.tally.lock().jitter.cuts += 1,
        }
        client.cut();
        let common = Arc::clone(&member.common);
        common.left();
        let back = tokio::select! {
            back = come_back(&mut member, pid.as_deref()) => back,
            () = common.over() => {
                // What was said since is missed all the same.
                member.came_back(Return::Anew);
                member.tally.lock().connection(&Failure::new("a client whose connection was cut did not come back"));
                break;
            }
        };
        common.came_back();
        client = back;
    }
    member.settle();
}

/// Connects again, with the session that was lost when the server can recover it.
async fn come_back(member: &mut Member, pid: Option<&str>) -> Client {
    let common = Arc::clone(&member.common);
    let mut backoff = Backoff::new(common.waiting);
    loop {
        sleep(backoff.next()).await;
        let session = member.session(pid);
        let connected = Client::connect(&common.target, &common.namespace, session.as_deref()).await;
        let Ok(mut client) = connected else {
            member.tally.lock().jitter.failed_attempts += 1;
            continue;
        };
        if pid.is_some() && client.pid() == pid {
            member.came_back(Return::Recovered);
            member.tally.lock().jitter.recovered += 1;
            return client;
        }
        member.came_back(Return::Anew);
        if member.join(&mut client).await.is_ok() {
            member.tally.lock().jitter.not_recovered += 1;
            return client;
        }
        member.tally.lock().jitter.failed_attempts += 1;
    }
}

/// Waits until everybody is back, and has one more message said: by it clients find out what they missed.
pub(crate) async fn gather(run: &mut Run, streams: &[Arc<Stream>]) {
    let deadline = Instant::now() + run.options.waiting.most + GATHERING;
    while run.common.away() > 0 && Instant::now() < deadline && !run.interrupted {
        let away = run.common.away();
        run.progress.show(|| format!("{away} clients are not back yet"));
        tokio::select! {
            () = sleep(LOOK) => {}
            () = run.interrupt.notified() => run.interrupted = true,
        }
    }
    for stream in streams {
        stream.one_more();
    }
}
