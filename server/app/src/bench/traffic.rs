//! `echo`, `fan-out`, `rooms` and `jitter`: messages, each checked.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::failure::Failure;
use super::jitter::{self, Cuts};
use super::member::{Member, Room};
use super::options::{Options, Scenario, Speed};
use super::run::{Outcome, Run};
use super::stream::{Pace, Stream};
use super::work::Common;

/// How long the pacer sleeps at most, so that it sees an early end.
const NAP: Duration = Duration::from_millis(50);

/// Who speaks where.
struct Plan {
    /// One of each room, or of each client when there are no rooms.
    groups: Vec<Group>,
    streams: Vec<Arc<Stream>>,
}

/// A room, or a client that speaks to the server only.
struct Group {
    room: Option<Arc<Room>>,
    members: usize,
    /// Of the first members.
    streams: Vec<Arc<Stream>>,
}

/// Measures.
pub(crate) async fn run(mut run: Run) -> Result<Outcome, Failure> {
    let before = run.usage()?;
    let plan = Plan::new(&run.options, &token()?);
    let cuts = (run.options.scenario == Scenario::Jitter).then(Cuts::default);
    let mut clients = 0;
    for (worker, group) in plan.groups.iter().enumerate() {
        for at in 0..group.members {
            let Some(tally) = run.crew.tally_of(worker) else { continue };
            // In a room, speakers are told apart by their place; clients of an echo by their number.
            let own = group.streams.get(at).map(|stream| {
                let number = if group.room.is_some() { at } else { clients };
                (Arc::clone(stream), number)
            });
            clients += 1;
            // Those who speak stay: what the others miss is then what was lost on the way to them.
            let cut = cuts.as_ref().filter(|_| own.is_none()).map(Cuts::add);
            let mut member = Member::new(Arc::clone(&run.common), tally, group.room.clone(), own);
            run.spawn(
                worker,
                async move |mut client| {
                    member.join(&mut client).await?;
                    Ok((member, client))
                },
                async move |(member, client)| match cut {
                    None => member.run(client).await,
                    Some(cut) => jitter::wander(member, client, &cut).await,
                },
            );
        }
    }
    run.connected().await?;
    run.start();
    if matches!(run.options.speed, Speed::Rate(_)) {
        pace(Arc::clone(&run.common), plan.streams.clone());
    }
    if let Some(cuts) = cuts {
        tokio::spawn(cuts.happen(Arc::clone(&run.common), run.options.cut));
    }
    run.measure().await?;
    if run.options.scenario == Scenario::Jitter {
        jitter::gather(&mut run, &plan.streams).await;
    }
    run.settle(|| plan.streams.iter().any(|stream| stream.open() > 0)).await;
    run.end(before).await
}

impl Plan {
    fn new(options: &Options, token: &str) -> Self {
        let Options { connections, room_size, .. } = *options;
        let in_rooms = options.scenario != Scenario::Echo;
        let size = if in_rooms { room_size } else { 1 };
        let count = connections.div_ceil(size);
        let mut plan = Self { groups: Vec::with_capacity(count), streams: Vec::new() };
        for number in 0..count {
            let members = size.min(connections - number * size);
            // In a fan-out one speaks; in rooms as many as possible, up to what may be under way.
            let speakers = if options.scenario == Scenario::Rooms { members } else { 1 };
            let streams: Vec<_> = paces(options.speed, number, count, speakers)
                .into_iter()
                .map(|pace| Arc::new(Stream::new(pace, u32::try_from(members).unwrap_or(u32::MAX))))
                .collect();
            plan.streams.extend(streams.iter().cloned());
            let name = format!("bench-{token}-{number}");
            let room = in_rooms.then(|| Arc::new(Room { name, streams: streams.clone() }));
            plan.groups.push(Group { room, members, streams });
        }
        plan
    }
}

/// The paces of those who speak in one group. By the clock one speaks, and the groups take turns; in a closed loop
/// what may be under way is shared among as many as possible, up to `most`.
pub(crate) fn paces(speed: Speed, group: usize, groups: usize, most: usize) -> Vec<Pace> {
    match speed {
        Speed::Rate(rate) => {
            let every = Duration::from_secs_f64(groups as f64 / rate);
            vec![Pace::Open { first: every.mul_f64(group as f64 / groups as f64), every }]
        }
        Speed::InFlight(window) => {
            let speakers = window.min(most).max(1);
            let share = |at: usize| window / speakers + usize::from(at < window % speakers);
            (0..speakers).map(|at| Pace::Closed(share(at))).collect()
        }
    }
}

/// Wakes each sender when a message is due. On a thread of its own: timers of the runtime are a millisecond coarse.
pub(crate) fn pace(common: Arc<Common>, streams: Vec<Arc<Stream>>) {
    thread::spawn(move || {
        // The streams take turns: the first message of each, the second of each, and so on.
        for round in 0..u64::MAX {
            for stream in &streams {
                loop {
                    // Also an early end is seen here.
                    let due = stream.due(&common.clock, round).filter(|due| common.clock.runs_at(*due));
                    let Some(due) = due else { return };
                    let Some(left) = due.checked_duration_since(Instant::now()) else { break };
                    thread::sleep(left.min(NAP));
                }
                stream.wake.notify_one();
            }
        }
    });
}

/// Something by which the rooms of this run differ from those of another one.
pub(crate) fn token() -> Result<String, Failure> {
    let number = getrandom::u32().map_err(|error| Failure::new(format!("no random number: {error}")))?;
    Ok(format!("{number:08x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_under_way_is_shared_among_the_speakers_of_a_room() {
        assert_eq!(paces(Speed::InFlight(5), 0, 1, 3), [Pace::Closed(2), Pace::Closed(2), Pace::Closed(1)]);
        assert_eq!(paces(Speed::InFlight(2), 0, 1, 3), [Pace::Closed(1), Pace::Closed(1)]);
    }

    #[test]
    fn a_rate_is_that_of_all_rooms_together_and_they_take_turns() {
        let every = Duration::from_millis(40);
        let first = |group| paces(Speed::Rate(100.0), group, 4, 10);
        assert_eq!(first(0), [Pace::Open { first: Duration::ZERO, every }]);
        assert_eq!(first(3), [Pace::Open { first: Duration::from_millis(30), every }]);
    }
}
