//! One connection of `echo`, `fan-out`, `rooms` and `jitter`: it says, it hears, and it checks what it hears.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::time::timeout;

use super::client::Client;
use super::failure::Failure;
use super::hearing::{Heard, Hearing, Missed, Return};
use super::packet::{Event, Packet, event, only_text};
use super::stream::Stream;
use super::tally::Tally;
use super::work::{Common, Stage};

/// How long a server may take to acknowledge a `join`.
const PATIENCE: Duration = Duration::from_secs(10);

/// The acknowledgement id of the `join`; those of messages are their numbers above it.
const JOIN: u64 = 0;

/// Letters that fill payloads.
const FILLER: &str = "abcdefghijklmnopqrstuvwxyz";

/// A room and who speaks in it.
pub(crate) struct Room {
    pub(crate) name: String,
    /// The streams of those who speak, in the order of their numbers.
    pub(crate) streams: Vec<Arc<Stream>>,
}

/// A connection.
pub(crate) struct Member {
    pub(crate) common: Arc<Common>,
    pub(crate) tally: Arc<Mutex<Tally>>,
    /// `None`: it speaks to the server only, which echoes.
    pub(crate) room: Option<Arc<Room>>,
    /// What it says itself, and its number among those who speak.
    own: Option<(Arc<Stream>, usize)>,
    /// What it heard of each who speaks in its room.
    hearings: Vec<Hearing>,
    /// Where in the server's log the last message was.
    offset: Option<String>,
    filler: String,
}

impl Member {
    pub(crate) fn new(
        common: Arc<Common>,
        tally: Arc<Mutex<Tally>>,
        room: Option<Arc<Room>>,
        own: Option<(Arc<Stream>, usize)>,
    ) -> Self {
        let speakers = room.as_ref().map_or(0, |room| room.streams.len());
        let hearings = std::iter::repeat_with(Hearing::default).take(speakers).collect();
        let filler = filler(common.payload);
        Self { common, tally, room, own, hearings, offset: None, filler }
    }

    /// Joins its room, if it has one, and waits for the acknowledgement.
    pub(crate) async fn join(&mut self, client: &mut Client) -> Result<(), Failure> {
        let Some(room) = self.room.clone() else { return Ok(()) };
        client.emit(Some(JOIN), format_args!("[\"join\",\"{}\"]", room.name));
        let answered = async {
            let mut joined = false;
            while !joined {
                client
                    .read(|packet| match packet {
                        Packet::Ack(JOIN, _) => joined = true,
                        // What is said in the room may overtake the acknowledgement.
                        packet => self.hear(&packet, Instant::now()),
                    })
                    .await?;
            }
            Ok(())
        };
        timeout(PATIENCE, answered)
            .await
            .unwrap_or_else(|_| Err(Failure::of_handler("does not acknowledge `join`")))
    }

    /// Takes part until the run is over.
    pub(crate) async fn run(mut self, mut client: Client) {
        match self.take_part(&mut client).await {
            Ok(()) => client.close().await,
            Err(failure) => {
                self.tally.lock().connection(&failure);
                client.cut();
                self.common.over().await;
            }
        }
        self.settle();
    }

    /// Says and hears until the run is over, or until the connection ends.
    pub(crate) async fn take_part(&mut self, client: &mut Client) -> Result<(), Failure> {
        let mut stage = self.common.stage.subscribe();
        let own = self.own.as_ref().map(|(stream, _)| Arc::clone(stream));
        while *stage.borrow_and_update() != Stage::Over {
            if self.speak(client) {
                // First all others that were told something answer too, then all of it goes out: else a server on
                // another core would be woken for each, and its joining of what comes together not be seen.
                tokio::task::yield_now().await;
            }
            let woken = async {
                match &own {
                    Some(stream) => stream.wake.notified().await,
                    None => std::future::pending().await,
                }
            };
            let mut now = None;
            tokio::select! {
                // One time for all that came at once.
                read = client.read(|packet| self.hear(&packet, *now.get_or_insert_with(Instant::now))) => read?,
                () = woken => {}
                _ = stage.changed() => {}
            }
        }
        Ok(())
    }

    /// Says all that is due: whether that was anything.
    fn speak(&self, client: &mut Client) -> bool {
        let Some((stream, speaker)) = &self.own else { return false };
        let (now, mut spoke) = (Instant::now(), false);
        while let Some(number) = stream.take(&self.common.clock, now) {
            let (head, rest) = payload(*speaker, number, &self.filler);
            match &self.room {
                None => client.emit(Some(JOIN + 1 + number), format_args!("[\"echo\",\"{head}{rest}\"]")),
                Some(room) => client.emit(None, format_args!("[\"say\",\"{}\",\"{head}{rest}\"]", room.name)),
            }
            spoke = true;
        }
        spoke
    }

    fn hear(&mut self, packet: &Packet<'_>, now: Instant) {
        match packet {
            Packet::Ack(id, array) => match id.checked_sub(JOIN + 1) {
                Some(number) if self.room.is_none() => self.echoed(number, array, now),
                _ => self.tally.lock().repeated(|| format!("the acknowledgement {id} was not asked for")),
            },
            Packet::Event(array) if self.room.is_some() => {
                if let Event::Said { text, offset } = event(array) {
                    self.offset = offset.or(self.offset.take());
                    self.said(&text, now);
                }
            }
            _ => {}
        }
    }

    fn echoed(&self, number: u64, array: &str, now: Instant) {
        let Some((stream, speaker)) = &self.own else { return };
        let text = only_text(array);
        if read(&text, &self.filler) != Some((*speaker, number)) {
            // It is there, so it is not lost as well.
            stream.arrived(number);
            let (head, rest) = payload(*speaker, number, &self.filler);
            let what = || format!("`echo` answers {array:.80} and not [\"{:.80}\"]", format!("{head}{rest}"));
            return self.tally.lock().wrong(what);
        }
        self.count(stream, number, now);
    }

    fn said(&mut self, text: &str, now: Instant) {
        let Some(room) = self.room.clone() else { return };
        let parsed = read(text, &self.filler).and_then(|(speaker, number)| {
            let stream = room.streams.get(speaker).filter(|stream| number < stream.sent())?;
            Some((speaker, number, stream, self.hearings.get_mut(speaker)?))
        });
        let Some((speaker, number, stream, hearing)) = parsed else {
            return self.tally.lock().wrong(|| format!("`said` brings {text:.80}, which nobody said"));
        };
        match hearing.hear(number) {
            Heard::InOrder => self.count(stream, number, now),
            Heard::Behind(missing) => {
                // Nobody waits for these any longer.
                for missing in missing {
                    stream.arrived(missing);
                }
                self.count(stream, number, now);
            }
            Heard::Late => {
                let what = || format!("message {number} of speaker {speaker} came behind a later one");
                self.tally.lock().repeated(what);
            }
            Heard::Twice => {
                let what = || format!("message {number} of speaker {speaker} came twice");
                self.tally.lock().repeated(what);
            }
        }
    }

    /// Counts a message that came as it should.
    fn count(&self, stream: &Stream, number: u64, now: Instant) {
        let clock = &self.common.clock;
        let mut tally = self.tally.lock();
        let Some(arrival) = stream.arrived(number) else {
            return tally.repeated(|| format!("message {number} came once more than it should"));
        };
        tally.jitter.received += 1;
        if clock.measures(arrival.due) {
            tally.latency(now.saturating_duration_since(arrival.due));
        }
        if clock.measures(now) {
            tally.deliveries += 1;
            tally.messages += u64::from(arrival.complete);
        }
    }

    /// What the server needs to recover this session, with what the client says anyway.
    pub(crate) fn session(&self, pid: Option<&str>) -> Option<String> {
        session(self.common.auth.as_deref(), pid, self.offset.as_deref())
    }

    /// Takes note of a return.
    pub(crate) fn came_back(&mut self, how: Return) {
        for hearing in &mut self.hearings {
            hearing.came_back(how);
        }
    }

    /// Counts what never came.
    pub(crate) fn settle(&self) {
        let mut tally = self.tally.lock();
        if let Some((stream, _)) = &self.own {
            tally.unsent += stream.unsent(&self.common.clock);
            if self.room.is_none() {
                let lost = stream.open() as u64;
                tally.lost(lost, || format!("{lost} messages of one client were never acknowledged"));
            }
        }
        for (stream, hearing) in self.room.iter().flat_map(|room| &room.streams).zip(&self.hearings) {
            let Missed { connected, recovered, anew } = hearing.missed(stream.sent());
            tally.jitter.missed += anew;
            tally.jitter.missed_though_recovered += recovered;
            tally.lost(connected, || format!("{connected} messages of a speaker never came to one client"));
            tally.lost(recovered, || {
                format!("{recovered} messages never came to a client that was recovered")
            });
        }
    }
}

/// What fills payloads of a length.
pub(crate) fn filler(length: usize) -> String {
    FILLER.chars().cycle().take(length).collect()
}

/// What a speaker says: who it is and the number of the message, and filler up to the length that was asked for.
fn payload(speaker: usize, number: u64, filler: &str) -> (String, &str) {
    let head = format!("{speaker}.{number}.");
    let rest = filler.len().saturating_sub(head.len());
    (head, filler.get(..rest).unwrap_or_default())
}

/// Speaker and number of a payload; `None` when it is not as it was sent.
fn read(text: &str, filler: &str) -> Option<(usize, u64)> {
    let (speaker, behind) = number(text.as_bytes())?;
    let (number, rest) = number(behind)?;
    let length = filler.len().saturating_sub(text.len() - rest.len());
    let right = filler.as_bytes().get(..length) == Some(rest);
    right.then_some((usize::try_from(speaker).ok()?, number))
}

/// A number with a dot behind it, and what follows.
fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    let mut number: u64 = 0;
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' => number = number.checked_mul(10)?.checked_add(u64::from(byte - b'0'))?,
            b'.' if at > 0 => return Some((number, text.get(at + 1..)?)),
            _ => return None,
        }
    }
    None
}

/// What a client says when it enters the namespace: an object, with what it remembers of its session.
fn session(auth: Option<&str>, pid: Option<&str>, offset: Option<&str>) -> Option<String> {
    let Some(pid) = pid else { return auth.map(str::to_owned) };
    let mut object: serde_json::Map<String, serde_json::Value> =
        auth.and_then(|auth| serde_json::from_str(auth).ok()).unwrap_or_default();
    object.insert("pid".into(), pid.into());
    if let Some(offset) = offset {
        object.insert("offset".into(), offset.into());
    }
    Some(serde_json::Value::Object(object).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_says_who_and_which_and_has_the_length_that_was_asked_for() {
        let filler = filler(64);
        let said = |filler| {
            let (head, rest) = payload(3, 1234, filler);
            head + rest
        };
        let text = said(&filler);
        assert!(text.starts_with("3.1234.abc") && text.len() == 64, "{text}");
        assert_eq!(said(""), "3.1234.");
        assert_eq!((read(&text, &filler), read("3.1234.", "")), (Some((3, 1234)), Some((3, 1234))));
        for wrong in [
            "",
            "3",
            "x.1.",
            ".1.",
            "3.",
            "99999999999999999999.1.",
            "3.1234.abd",
            &text[..63],
            &format!("{text}a"),
        ] {
            assert_eq!(read(wrong, &filler), None, "{wrong}");
        }
    }

    #[test]
    fn a_session_is_offered_with_what_the_client_says_anyway() {
        assert_eq!(session(None, None, Some("o")), None);
        assert_eq!(session(Some("{\"a\":1}"), None, None).as_deref(), Some("{\"a\":1}"));
        assert_eq!(session(None, Some("p"), None).as_deref(), Some("{\"pid\":\"p\"}"));
        let all = session(Some("{\"a\":1}"), Some("p"), Some("o"));
        assert_eq!(all.as_deref(), Some("{\"a\":1,\"offset\":\"o\",\"pid\":\"p\"}"));
    }
}
