//! The log and the sessions of one namespace.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Weak};
use std::time::Instant;

use roomful_protocol::args::Args;
use tokio::sync::oneshot;

use super::hub::Shelf;
use super::log::{Audience, Entry, Log};
use super::offset::{Epoch, Pid};
use super::options::Recovery;
use super::session::Session;
use super::{Claimed, NotRecovered};
use crate::member::Member;
use crate::sync::{Mutex, MutexGuard};

/// Departures of sessions that have been claimed since, before their list is cleaned.
const STALE: usize = 64;

pub(crate) struct NamespaceRecovery {
    epoch: Epoch,
    /// Held while an event is appended and queued for its clients: that is one step for everyone else.
    log: Mutex<Log>,
    sessions: Mutex<Sessions>,
    shelf: Arc<Shelf>,
}

#[derive(Default)]
struct Sessions {
    by_pid: HashMap<Pid, Place>,
    /// Clients that went away, the longest away in front. Some have come back.
    departures: VecDeque<(Instant, Pid)>,
    away: usize,
}

/// Where the socket of a session is.
enum Place {
    /// Its client seems to be there.
    Live(Weak<Member>),
    /// Its client has come back by another connection, and waits until the old one lets go.
    Awaited(oneshot::Sender<Session>),
    /// Its client is away.
    Away(Box<Session>),
}

/// A session that a client has asked for.
pub(crate) enum Claim {
    Away(Box<Session>),
    /// Its old connection still looks alive and has to be closed; then the session comes here.
    Live(Arc<Member>, oneshot::Receiver<Session>),
    /// Its old connection is being closed already.
    Awaited(oneshot::Receiver<Session>),
}

/// An event on its way: nothing else is said in the namespace, and nobody joins or leaves a room, meanwhile.
pub(crate) struct Recording<'a> {
    _log: MutexGuard<'a, Log>,
    offset: String,
}

impl Recording<'_> {
    /// Its place, as clients get it.
    pub(crate) fn offset(&self) -> &str {
        &self.offset
    }
}

impl NamespaceRecovery {
    pub(crate) fn new(log: Log, shelf: Arc<Shelf>) -> Self {
        Self { epoch: log.epoch(), log: Mutex::new(log), sessions: Mutex::default(), shelf }
    }

    pub(crate) fn options(&self) -> &Recovery {
        &self.shelf.options
    }

    /// Lets nothing be said until the guard is dropped.
    pub(crate) fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock()
    }

    /// Appends an event. Its clients are to be served before what comes back is dropped.
    pub(crate) fn record(&self, audience: Audience, name: &str, args: &Args) -> Recording<'_> {
        let mut log = self.log.lock();
        let (position, trimmed) = log.append(now(), audience, name, args);
        self.shelf.metrics.log_trimmed.add(trimmed);
        Recording { offset: log.epoch().offset(position), _log: log }
    }

    /// An event that is not kept, as it is volatile or for a socket that has not been let in yet. Clients take a
    /// last argument that is text for an offset, so such an event says where the log is.
    pub(crate) fn pass_by(&self, args: &Args) -> Option<Recording<'_>> {
        if !args.elements().trim_ascii_end().ends_with('"') {
            return None;
        }
        let log = self.log.lock();
        Some(Recording { offset: log.epoch().offset(log.last()), _log: log })
    }

    /// The place of an event, as clients get it.
    pub(crate) fn offset(&self, entry: &Entry) -> String {
        self.epoch.offset(entry.position)
    }

    /// A socket has been let in.
    pub(crate) fn enter(&self, pid: Pid, member: &Arc<Member>) {
        let replaced = self.sessions.lock().by_pid.insert(pid, Place::Live(Arc::downgrade(member)));
        drop(replaced);
    }

    /// A socket has gone for good: its session ends.
    pub(crate) fn end(&self, pid: &Pid) {
        let ended = self.sessions.lock().remove(pid, &self.shelf);
        drop(ended);
    }

    /// A socket has gone whose client may come back.
    pub(crate) fn keep(&self, mut session: Session) {
        let mut sessions = self.sessions.lock();
        session.left_at = now();
        let session = match sessions.by_pid.remove(&session.pid) {
            // Handed over at once; unless whoever waited has gone in the meantime.
            Some(Place::Awaited(waiting)) => match waiting.send(session) {
                Ok(()) => return,
                Err(session) => session,
            },
            Some(Place::Live(_)) | None => session,
            // It has been given back already, by one that had claimed it.
            Some(away @ Place::Away(_)) => {
                sessions.by_pid.insert(session.pid.clone(), away);
                return;
            }
        };
        sessions.put_away(Box::new(session), &self.shelf);
        let swept = sessions.sweep(now(), &self.shelf);
        drop(sessions);
        drop(swept);
    }

    /// Puts a session back that was claimed in vain.
    pub(crate) fn give_back(&self, session: Session) {
        self.sessions.lock().put_away(Box::new(session), &self.shelf);
    }

    /// Takes the session that a client names. One that still looks connected is to be closed by the caller.
    pub(crate) fn claim(&self, pid: &Pid) -> Result<Claim, NotRecovered> {
        let mut sessions = self.sessions.lock();
        let swept = sessions.sweep(now(), &self.shelf);
        let claim = sessions.claim(pid, &self.shelf);
        drop(sessions);
        drop(swept);
        claim
    }

    /// Where a session goes on.
    pub(crate) fn resume_at(&self, session: &Session, claimed: &Claimed) -> Result<u64, NotRecovered> {
        let mut log = self.log.lock();
        log.trim(now());
        log.resume_at(claimed.offset.as_deref(), &session.stays)
    }

    /// Whether nobody can come back here any more.
    pub(crate) fn is_over(&self) -> bool {
        let now = now();
        self.sessions.lock().by_pid.values().all(|place| match place {
            Place::Away(session) => {
                now.saturating_duration_since(session.left_at) > self.shelf.options.max_age
            }
            Place::Live(_) | Place::Awaited(_) => false,
        })
    }

    /// Everything that outlives the server: the log, and the sessions whose clients are away.
    pub(crate) fn with_all<T>(&self, look: impl FnOnce(&Log, &mut dyn Iterator<Item = &Session>) -> T) -> T {
        let log = self.log.lock();
        let sessions = self.sessions.lock();
        let mut away = sessions.by_pid.values().filter_map(|place| match place {
            Place::Away(session) => Some(&**session),
            Place::Live(_) | Place::Awaited(_) => None,
        });
        look(&log, &mut away)
    }

    /// Takes over the sessions of a server that ended, the longest away first.
    pub(crate) fn adopt(&self, mut adopted: Vec<Session>) {
        adopted.sort_by_key(|session| session.left_at);
        let mut sessions = self.sessions.lock();
        for session in adopted {
            sessions.put_away(Box::new(session), &self.shelf);
        }
        let swept = sessions.sweep(now(), &self.shelf);
        drop(sessions);
        drop(swept);
    }
}

impl Drop for NamespaceRecovery {
    fn drop(&mut self) {
        self.shelf.sessions.sub(self.sessions.get_mut().away);
    }
}

/// What is taken out here is dropped by the caller, without the lock: users' values are among it.
impl Sessions {
    fn put_away(&mut self, session: Box<Session>, shelf: &Shelf) {
        self.departures.push_back((session.left_at, session.pid.clone()));
        self.by_pid.insert(session.pid.clone(), Place::Away(session));
        self.away += 1;
        shelf.sessions.add(1);
    }

    fn claim(&mut self, pid: &Pid, shelf: &Shelf) -> Result<Claim, NotRecovered> {
        match self.by_pid.get_mut(pid) {
            Some(Place::Live(member)) => {
                let member = member.upgrade().ok_or(NotRecovered::UnknownSession)?;
                let (hand_over, session) = oneshot::channel();
                self.by_pid.insert(pid.clone(), Place::Awaited(hand_over));
                Ok(Claim::Live(member, session))
            }
            // The first who came back keeps waiting, if it has not gone.
            Some(Place::Awaited(waiting)) => {
                if !waiting.is_closed() {
                    return Err(NotRecovered::StillConnected);
                }
                let (hand_over, session) = oneshot::channel();
                *waiting = hand_over;
                Ok(Claim::Awaited(session))
            }
            Some(Place::Away(_)) => match self.remove(pid, shelf) {
                Some(session) => Ok(Claim::Away(session)),
                None => Err(NotRecovered::UnknownSession),
            },
            None => Err(NotRecovered::UnknownSession),
        }
    }

    fn remove(&mut self, pid: &Pid, shelf: &Shelf) -> Option<Box<Session>> {
        let Some(Place::Away(session)) = self.by_pid.remove(pid) else { return None };
        self.away -= 1;
        shelf.sessions.sub(1);
        Some(session)
    }

    /// Takes out the sessions that are too old, or too many.
    fn sweep(&mut self, now: Instant, shelf: &Shelf) -> Vec<Session> {
        let mut swept = Vec::new();
        while let Some((left_at, pid)) = self.departures.front() {
            let is_away = self.is_away(*left_at, pid);
            let too_old = now.saturating_duration_since(*left_at) > shelf.options.max_age;
            let too_many = shelf.sessions.get() > shelf.options.max_sessions;
            if is_away && !too_old && !too_many {
                break;
            }
            let Some((_, pid)) = self.departures.pop_front() else { break };
            if is_away {
                shelf.metrics.sessions_dropped.add(usize::from(!too_old));
                swept.extend(self.remove(&pid, shelf).map(|session| *session));
            }
        }
        if self.departures.len() > 2 * self.away + STALE {
            let departures = std::mem::take(&mut self.departures);
            self.departures = departures.into_iter().filter(|(at, pid)| self.is_away(*at, pid)).collect();
        }
        swept
    }

    /// Whether the session that left then has not been back since.
    fn is_away(&self, left_at: Instant, pid: &Pid) -> bool {
        matches!(self.by_pid.get(pid), Some(Place::Away(session)) if session.left_at == left_at)
    }
}

/// The runtime's clock, which tests can stop.
pub(super) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}
