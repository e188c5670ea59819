//! The form in which logs and sessions outlive the server: a line that names the version, then JSON in gzip,
//! whose checksum tells a damaged one.

use std::collections::HashMap;
use std::io::{self, Read};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytestring::ByteString;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use roomful_protocol::args::Args;
use serde::{Deserialize, Serialize};

use super::hub::Shelf;
use super::log::{Audience, Entry, Log};
use super::namespace::NamespaceRecovery;
use super::offset::{Epoch, Pid};
use super::session::Session;
use super::stays::Stays;
use crate::id::SocketId;
use crate::member::Extensions;
use crate::once::Handled;

/// In front of every snapshot. Another version is another line.
const MAGIC: &[u8] = b"roomful sessions 1\n";

#[derive(Serialize, Deserialize)]
struct Snapshot {
    /// Milliseconds since 1970, so that the time the server was down counts.
    saved_at: u64,
    namespaces: Vec<SavedNamespace>,
}

#[derive(Serialize, Deserialize)]
struct SavedNamespace {
    path: ByteString,
    epoch: Epoch,
    /// The place of the last entry; the others are right before it.
    last: u64,
    entries: Vec<SavedEntry>,
    sessions: Vec<SavedSession>,
}

#[derive(Serialize, Deserialize)]
struct SavedEntry {
    /// In milliseconds, as it was saved.
    age: u64,
    audience: SavedAudience,
    name: ByteString,
    args: SavedArgs,
}

#[derive(Serialize, Deserialize)]
enum SavedAudience {
    One(ByteString),
    Rooms { rooms: Vec<ByteString>, except: Vec<ByteString>, but: Option<ByteString> },
}

#[derive(Serialize, Deserialize)]
struct SavedSession {
    sid: ByteString,
    pid: Pid,
    stays: Stays,
    /// In milliseconds, as it was saved.
    away: u64,
    data: serde_json::Map<String, serde_json::Value>,
    /// Events that were handled once, with their answers.
    handled: Vec<(String, Option<SavedArgs>)>,
}

#[derive(Serialize, Deserialize)]
struct SavedArgs {
    elements: ByteString,
    /// In base64.
    attachments: Vec<String>,
}

/// All that is kept, as bytes.
pub(super) fn encode(
    namespaces: &[(ByteString, Arc<NamespaceRecovery>)],
    now: Instant,
) -> io::Result<Vec<u8>> {
    let namespaces = namespaces.iter().map(|(path, recovery)| {
        recovery.with_all(|log, sessions| SavedNamespace {
            path: path.clone(),
            epoch: log.epoch(),
            last: log.last(),
            entries: log.entries().map(|entry| SavedEntry::new(entry, now)).collect(),
            sessions: sessions.map(|session| SavedSession::new(session, now)).collect(),
        })
    });
    // A namespace to which nobody can come back needs no log.
    let namespaces = namespaces.filter(|namespace| !namespace.sessions.is_empty()).collect();
    let snapshot = Snapshot { saved_at: unix_millis(), namespaces };
    let mut encoder = GzEncoder::new(MAGIC.to_vec(), Compression::fast());
    serde_json::to_writer(&mut encoder, &snapshot)?;
    encoder.finish()
}

/// The namespaces of a snapshot.
///
/// # Errors
/// When it is damaged or of another version.
pub(super) fn decode(
    snapshot: &[u8],
    shelf: &Arc<Shelf>,
    now: Instant,
) -> io::Result<HashMap<ByteString, Arc<NamespaceRecovery>>> {
    let packed = snapshot.strip_prefix(MAGIC).ok_or_else(|| invalid("it is of another version, or none"))?;
    let mut text = String::new();
    GzDecoder::new(packed).read_to_string(&mut text)?;
    let snapshot: Snapshot = serde_json::from_str(&text)?;
    // A clock that was set back in the meantime makes nothing younger than it was.
    let down = Duration::from_millis(unix_millis().saturating_sub(snapshot.saved_at));
    let mut namespaces = HashMap::new();
    for saved in snapshot.namespaces {
        let path = saved.path.clone();
        let recovery = saved.restore(shelf, down, now)?;
        namespaces.insert(path, Arc::new(recovery));
    }
    Ok(namespaces)
}

impl SavedNamespace {
    fn restore(self, shelf: &Arc<Shelf>, down: Duration, now: Instant) -> io::Result<NamespaceRecovery> {
        let first = self.last.checked_sub(self.entries.len() as u64).map(|before| before + 1);
        let first = first.ok_or_else(|| invalid("its log has more entries than places"))?;
        let clock = Clock { now, down, max_age: shelf.options.max_age };
        // Ages only fall along the log, so what is too old is its beginning.
        let entries = (first..).zip(self.entries).filter_map(|(position, saved)| {
            let at = clock.when(saved.age)?;
            Some(saved.restore(position, at))
        });
        let log = Log::restored(&shelf.options, self.epoch, self.last, entries.collect::<io::Result<_>>()?);
        let sessions = self.sessions.into_iter().filter_map(|saved| {
            let left_at = clock.when(saved.away)?;
            Some(saved.restore(left_at))
        });
        let sessions = sessions.collect::<io::Result<_>>()?;
        let recovery = NamespaceRecovery::new(log, shelf.clone());
        recovery.adopt(sessions);
        Ok(recovery)
    }
}

impl SavedEntry {
    fn new(entry: &Entry, now: Instant) -> Self {
        let text = |id: &SocketId| ByteString::from(id.as_str());
        let audience = match &entry.audience {
            Audience::One(id) => SavedAudience::One(text(id)),
            Audience::Rooms { rooms, except, but } => SavedAudience::Rooms {
                rooms: rooms.clone(),
                except: except.clone(),
                but: but.as_ref().map(text),
            },
        };
        Self {
            age: millis(now.saturating_duration_since(entry.at)),
            audience,
            name: entry.name.clone(),
            args: SavedArgs::new(&entry.args),
        }
    }

    fn restore(self, position: u64, at: Instant) -> io::Result<Entry> {
        let audience = match self.audience {
            SavedAudience::One(id) => Audience::One(socket_id(&id)?),
            SavedAudience::Rooms { rooms, except, but } => {
                Audience::Rooms { rooms, except, but: but.map(|id| socket_id(&id)).transpose()? }
            }
        };
        let args = self.args.restore()?;
        Ok(Entry { position, at, audience, name: self.name, args })
    }
}

impl SavedArgs {
    fn new(args: &Args) -> Self {
        let attachments = args.attachments().iter().map(|data| STANDARD.encode(data)).collect();
        Self { elements: args.elements().clone(), attachments }
    }

    fn restore(self) -> io::Result<Args> {
        let attachments = self.attachments.iter().map(|data| STANDARD.decode(data).map(Into::into));
        let attachments = attachments.collect::<Result<_, _>>().map_err(io::Error::other)?;
        Ok(Args::from_raw(self.elements, attachments))
    }
}

impl SavedSession {
    fn new(session: &Session, now: Instant) -> Self {
        let answered = session.handled.as_ref().map(|handled| handled.answered()).unwrap_or_default();
        let saved = |(id, answer): (String, Option<Args>)| (id, answer.as_ref().map(SavedArgs::new));
        Self {
            sid: session.sid.as_str().into(),
            pid: session.pid.clone(),
            stays: session.stays.clone(),
            away: millis(now.saturating_duration_since(session.left_at)),
            data: session.extensions.data().clone(),
            handled: answered.into_iter().map(saved).collect(),
        }
    }

    fn restore(self, left_at: Instant) -> io::Result<Session> {
        let restored =
            |(id, answer): (String, Option<SavedArgs>)| Ok((id, answer.map(SavedArgs::restore).transpose()?));
        let answered = self.handled.into_iter().map(restored).collect::<io::Result<Vec<_>>>()?;
        Ok(Session {
            sid: socket_id(&self.sid)?,
            pid: self.pid,
            stays: self.stays,
            left_at,
            extensions: Extensions::with_data(self.data),
            is_from_before: true,
            handled: (!answered.is_empty()).then(|| Arc::new(Handled::restored(answered))),
        })
    }
}

fn socket_id(text: &str) -> io::Result<SocketId> {
    SocketId::parse(text).ok_or_else(|| invalid("the id of a socket is none"))
}

/// Turns ages into moments of this process.
struct Clock {
    now: Instant,
    down: Duration,
    max_age: Duration,
}

impl Clock {
    /// The moment that was `age` milliseconds ago when the snapshot was saved; `None` when that is too old. The
    /// clock may begin with the machine: what is older than that has just happened.
    fn when(&self, age: u64) -> Option<Instant> {
        let age = Duration::from_millis(age).saturating_add(self.down);
        (age <= self.max_age).then(|| self.now.checked_sub(age).unwrap_or(self.now))
    }
}

fn unix_millis() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, millis)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests;
