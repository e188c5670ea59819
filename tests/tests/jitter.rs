//! A network that keeps failing: every client is cut off again and again while the server speaks. With recovery on,
//! each hears everything, once and in order.
//!
//! `LONG=1` is the course that other servers are compared on: 1,000 clients that lose their connection about every
//! 15 s for 2 s, and 120 broadcasts, 2 a second.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use roomful::prelude::*;
use roomful::{FileSnapshot, Recovery};
use serde_json::Value;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use crate::support::{How, Serving, WebSocket};

#[derive(Clone, Copy)]
struct Course {
    clients: usize,
    broadcasts: u32,
    /// From one broadcast to the next.
    every: Duration,
    /// About how long a connection lasts.
    lasts: Duration,
    /// How long a client is away.
    away: Duration,
}

impl Course {
    fn chosen() -> Self {
        let ms = Duration::from_millis;
        if std::env::var_os("LONG").is_some() {
            Self { clients: 1_000, broadcasts: 120, every: ms(500), lasts: ms(15_000), away: ms(2_000) }
        } else {
            Self { clients: 200, broadcasts: 80, every: ms(40), lasts: ms(1_000), away: ms(150) }
        }
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.every * self.broadcasts + self.away * 10 + Duration::from_secs(30)
    }
}

/// A client as the official one behaves.
struct Wanderer {
    address: SocketAddr,
    course: Course,
    pid: Option<String>,
    offset: Option<String>,
    heard: Vec<u32>,
    cuts: usize,
    recovered: usize,
    anew: usize,
    /// Connections that it has given up without closing them: the server believes in them for a while.
    forgotten: Vec<WebSocket>,
    arrived: Arc<AtomicUsize>,
}

impl Wanderer {
    fn new(address: SocketAddr, course: Course, arrived: Arc<AtomicUsize>) -> Self {
        let (pid, offset, heard, forgotten) = (None, None, Vec::new(), Vec::new());
        Self { address, course, pid, offset, heard, cuts: 0, recovered: 0, anew: 0, forgotten, arrived }
    }

    /// Stays until it has heard the last broadcast.
    async fn wander(mut self, deadline: Instant) -> Self {
        while !self.is_done() && Instant::now() < deadline {
            if let Ok(mut socket) = WebSocket::open_from(self.address, "", None).await {
                let _ = timeout_at(deadline, self.stay(&mut socket)).await;
                if random(2) == 0 {
                    self.forgotten.push(socket);
                }
            }
            if !self.is_done() {
                self.cuts += 1;
                sleep(self.course.away).await;
            }
        }
        self
    }

    fn is_done(&self) -> bool {
        self.heard.last() == Some(&(self.course.broadcasts - 1))
    }

    /// One connection, until it is cut or ends.
    async fn stay(&mut self, socket: &mut WebSocket) {
        let lasts = self.course.lasts.as_millis() as u64;
        let cut = Instant::now() + Duration::from_millis(lasts / 2 + random(lasts));
        // What comes before the answer to the CONNECT is of use only with it.
        let mut waiting = Some(Vec::new());
        while let Ok(Some(message)) = timeout_at(cut, socket.listen()).await {
            let said = match message.as_bytes() {
                [b'0', ..] => socket.try_send(&format!("40{}", self.claim())).await,
                [b'2'] => socket.try_send("3").await,
                [b'4', b'0', ..] => {
                    self.connected(&message[2..]);
                    waiting.take().into_iter().flatten().for_each(|event| self.hear(event));
                    Ok(())
                }
                [b'4', b'2', ..] => {
                    let event = serde_json::from_str(&message[2..]).expect("an event");
                    match &mut waiting {
                        Some(waiting) => waiting.push(event),
                        None => self.hear(event),
                    }
                    Ok(())
                }
                other => panic!("{other:?}"),
            };
            if said.is_err() || self.is_done() {
                return;
            }
        }
    }

    fn claim(&self) -> String {
        let mut claim = serde_json::Map::new();
        claim.extend(self.pid.clone().map(|pid| ("pid".to_owned(), pid.into())));
        claim.extend(self.offset.clone().map(|offset| ("offset".to_owned(), offset.into())));
        Value::from(claim).to_string()
    }

    fn connected(&mut self, answer: &str) {
        let answer: Value = serde_json::from_str(answer).expect("an answer");
        let pid = answer["pid"].as_str().expect("a session").to_owned();
        match self.pid.replace(pid.clone()) {
            Some(old) if old == pid => self.recovered += 1,
            Some(_) => self.anew += 1,
            None => {
                self.arrived.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn hear(&mut self, event: (String, u32, String)) {
        self.heard.push(event.1);
        self.offset = Some(event.2);
    }
}

fn random(below: u64) -> u64 {
    RandomState::new().build_hasher().finish() % below
}

fn server(recovery: Recovery) -> Server {
    Server::builder::<()>().recovery(recovery).build().expect("a server that can be built")
}

/// Says these numbers, one at a time.
async fn speak(server: &Server, course: Course, numbers: std::ops::Range<u32>) {
    let start = Instant::now();
    for (turn, number) in (1..).zip(numbers) {
        server.main().emit_raw("said", (number,));
        sleep_until(start + course.every * turn).await;
    }
}

/// Sends everybody on its way; once they have all been there, what they come to.
async fn send_out(address: SocketAddr, course: Course) -> Vec<JoinHandle<Wanderer>> {
    let arrived = Arc::new(AtomicUsize::new(0));
    let deadline = course.deadline();
    let wanderer = |_| tokio::spawn(Wanderer::new(address, course, arrived.clone()).wander(deadline));
    let wanderers: Vec<_> = (0..course.clients).map(wanderer).collect();
    let all_arrived = async {
        while arrived.load(Ordering::Relaxed) < course.clients {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout_at(deadline, all_arrived).await.expect("everybody has been there");
    wanderers
}

fn assert_nothing_was_lost(course: Course, wanderers: Vec<Result<Wanderer, JoinError>>) {
    let wanderers: Vec<_> = wanderers.into_iter().map(|task| task.expect("no panic")).collect();
    let wanted: Vec<_> = (0..course.broadcasts).collect();
    for wanderer in &wanderers {
        assert_eq!(wanderer.heard, wanted, "after {} cuts", wanderer.cuts);
        assert_eq!(wanderer.anew, 0);
    }
    let sum = |of: fn(&Wanderer) -> usize| wanderers.iter().map(of).sum::<usize>();
    let (cuts, recovered) = (sum(|w| w.cuts), sum(|w| w.recovered));
    assert!(cuts > course.clients && recovered > course.clients, "{cuts} cuts, {recovered} recovered");
    println!("{} clients, {cuts} cuts, {recovered} times recovered, nothing lost", course.clients);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_keep_losing_their_connection_hear_everything_once_and_in_order() {
    let course = Course::chosen();
    let server = server(Recovery::default());
    let serving = Serving::start(How::Workers(2), server.router());
    let wanderers = send_out(serving.address, course).await;
    speak(&server, course, 0..course.broadcasts).await;
    assert_nothing_was_lost(course, join_all(wanderers).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_graceful_restart_in_the_middle_loses_nothing_either() {
    let course = Course::chosen();
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let sessions = folder.join(format!("sessions-{}", std::process::id()));
    let start = || server(Recovery::default().store(FileSnapshot::new(&sessions)));
    let first = start();
    let serving = Serving::start(How::Workers(2), first.router());
    let address = serving.address;
    let wanderers = send_out(address, course).await;
    let half = course.broadcasts / 2;
    speak(&first, course, 0..half).await;
    assert!(first.close(Duration::from_secs(20)).await);
    drop(serving);

    let second = start();
    let _serving = Serving::start_at(address, How::Workers(2), second.router());
    speak(&second, course, half..course.broadcasts).await;
    assert_nothing_was_lost(course, join_all(wanderers).await);
}
