//! `idle` and `connect`: connections that say nothing, or next to nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::time::sleep;

use super::check;
use super::client::Client;
use super::failure::Failure;
use super::member::filler;
use super::options::Speed;
use super::run::{Outcome, Run};
use super::stream::Stream;
use super::tally::Tally;
use super::traffic::{pace, paces};
use super::work::Common;

/// How long a client waits after it could not connect, so that it does not fill a log with that.
const PAUSE: Duration = Duration::from_millis(100);

/// Holds connections that say nothing but heartbeats, after an echo of `--payload` if that is given.
pub(crate) async fn hold(mut run: Run) -> Result<Outcome, Failure> {
    let before = run.usage()?;
    let text: Arc<str> = filler(run.options.payload).into();
    for number in 0..run.options.connections {
        let Some(tally) = run.crew.tally_of(number) else { continue };
        let (common, text) = (Arc::clone(&run.common), Arc::clone(&text));
        run.spawn(
            number,
            async move |mut client| {
                if !text.is_empty() {
                    check::echo(&mut client, &text).await?;
                }
                Ok(client)
            },
            async move |mut client| {
                if let Some(failure) = be_held(&mut client, &common).await {
                    return tally.lock().connection(&failure);
                }
                client.close().await;
            },
        );
    }
    run.connected().await?;
    run.start();
    run.measure().await?;
    run.end(before).await
}

/// Answers heartbeats until the end: `None`, or why it came before.
pub(crate) async fn be_held(client: &mut Client, common: &Common) -> Option<Failure> {
    let lost = async {
        loop {
            if let Err(failure) = client.read(|_| {}).await {
                return failure;
            }
        }
    };
    tokio::select! {
        failure = lost => Some(failure),
        () = common.over() => None,
    }
}

/// Opens and ends connections, one after the other in each of so many clients, or by the clock.
pub(crate) async fn connect(mut run: Run) -> Result<Outcome, Failure> {
    let before = run.usage()?;
    let clients = run.options.connections;
    let mut streams = Vec::with_capacity(clients);
    for number in 0..clients {
        let Some(tally) = run.crew.tally_of(number) else { continue };
        let common = Arc::clone(&run.common);
        let pace = paces(run.options.speed, number, clients, 1).into_iter().next();
        let Some(stream) = pace.map(|pace| Arc::new(Stream::new(pace, 1))) else { continue };
        streams.push(Arc::clone(&stream));
        run.spawn(
            number,
            async |client| Ok(client),
            async move |client: Client| {
                // That was to see whether it works.
                client.close().await;
                tokio::select! {
                    () = come_and_go(&common, &tally, &stream) => {}
                    () = common.over() => {}
                }
                let mut tally = tally.lock();
                tally.unsent += stream.unsent(&common.clock);
                if stream.open() > 0 {
                    tally.connection(&Failure::new("a client was not let in until the end"));
                }
            },
        );
    }
    run.connected().await?;
    run.start();
    if matches!(run.options.speed, Speed::Rate(_)) {
        pace(Arc::clone(&run.common), streams.clone());
    }
    // In a closed loop nobody else tells them to begin.
    streams.iter().for_each(|stream| stream.wake.notify_one());
    run.measure().await?;
    run.settle(|| streams.iter().any(|stream| stream.open() > 0)).await;
    run.end(before).await
}

async fn come_and_go(common: &Common, tally: &Mutex<Tally>, stream: &Stream) {
    loop {
        let Some(number) = stream.take(&common.clock, Instant::now()) else {
            stream.wake.notified().await;
            continue;
        };
        let connected = Client::connect(&common.target, &common.namespace, common.auth.as_deref()).await;
        let now = Instant::now();
        let arrival = stream.arrived(number);
        match connected {
            Ok(client) => {
                client.close().await;
                let mut tally = tally.lock();
                if let Some(arrival) = arrival.filter(|arrival| common.clock.measures(arrival.due)) {
                    tally.latency(now.saturating_duration_since(arrival.due));
                }
                if common.clock.measures(now) {
                    tally.messages += 1;
                    tally.deliveries += 1;
                }
            }
            Err(failure) => {
                tally.lock().connection(&failure);
                sleep(PAUSE).await;
            }
        }
    }
}
