//! Clients that come back: from the session they name to the socket they were.

use std::sync::Arc;
use std::task::Context;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use roomful_protocol::close::CloseReason;
use roomful_protocol::packet::Outbound;
use roomful_protocol::wire::Unit;
use tokio::sync::oneshot;

use super::super::running::{Purpose, Work};
use super::Dispatch;
use crate::member::Member;
use crate::recovery::{Claim, Claimed, Entry, NamespaceRecovery, NotRecovered, Recovered, Session};
use crate::socket::Socket;

/// How long an old connection may take to let go of a session that its client wants to have back.
const HAND_OVER: Duration = Duration::from_secs(5);

impl Dispatch {
    /// A client names the session it wants to go on with.
    pub(super) fn recover(&mut self, key: u32, claimed: Claimed, now: Instant, cx: &mut Context<'_>) {
        let Some(recovery) = self.recovery(key) else { return };
        match recovery.claim(&claimed.pid) {
            Ok(Claim::Away(session)) => self.resume(key, Held::new(recovery, *session), &claimed, now, cx),
            Ok(Claim::Live(member, session)) => {
                // Its client has given the old connection up, which does not know yet.
                member.close_connection(CloseReason::TransportClose, None);
                self.await_session(key, recovery, claimed, session, now, cx);
            }
            Ok(Claim::Awaited(session)) => self.await_session(key, recovery, claimed, session, now, cx),
            Err(why) => self.begin_anew(key, why, now, cx),
        }
    }

    fn await_session(
        &mut self,
        key: u32,
        recovery: Arc<NamespaceRecovery>,
        claimed: Claimed,
        session: oneshot::Receiver<Session>,
        now: Instant,
        cx: &mut Context<'_>,
    ) {
        let session = async move {
            let session = tokio::time::timeout(HAND_OVER, session).await;
            Some(Held::new(recovery, session.ok()?.ok()?))
        };
        self.start(key, Purpose::HandOver(claimed), Work::HandOver(session.boxed()), now, cx);
    }

    /// The old connection has let go of the session, or not.
    pub(super) fn handed_over(
        &mut self,
        key: u32,
        session: Option<Held>,
        claimed: &Claimed,
        now: Instant,
        cx: &mut Context<'_>,
    ) {
        match session {
            Some(session) => self.resume(key, session, claimed, now, cx),
            None => self.begin_anew(key, NotRecovered::StillConnected, now, cx),
        }
    }

    fn resume(&mut self, key: u32, mut held: Held, claimed: &Claimed, now: Instant, cx: &mut Context<'_>) {
        // Nobody waits for it any more, so it goes back.
        let Some(slot) = self.position(key).and_then(|at| self.slots.get_mut(at)) else { return };
        let Some(session) = held.session.take() else { return };
        let from = match held.recovery.resume_at(&session, claimed) {
            Ok(from) => from,
            Err(why) => return self.begin_anew(key, why, now, cx),
        };
        // What guards attached is gone after a restart, and handlers count on it.
        let is_known = !session.is_from_before && !held.recovery.options().always_guard;
        let fresh = slot.member();
        let (namespace, auth) = (fresh.namespace.clone(), fresh.auth.clone());
        slot.socket = Socket::new(Member::resumed(namespace, self.connection.clone(), auth, session, from));
        if is_known {
            self.accepted(key, now, cx);
        } else {
            self.guard(key, now, cx);
        }
    }

    /// The client cannot go on where it was: it comes in as a new one.
    pub(super) fn begin_anew(&mut self, key: u32, why: NotRecovered, now: Instant, cx: &mut Context<'_>) {
        let Some(slot) = self.position(key).and_then(|at| self.slots.get_mut(at)) else { return };
        tracing::debug!(%why, "a client could not go on where it was");
        self.server.shared().metrics.not_recovered.increment();
        let old = slot.member();
        let (namespace, auth) = (old.namespace.clone(), old.auth.clone());
        slot.socket = Socket::new(Member::new(namespace, self.connection.clone(), auth, Some(why)));
        self.guard(key, now, cx);
    }

    fn recovery(&self, key: u32) -> Option<Arc<NamespaceRecovery>> {
        let slot = self.slots.get(self.position(key)?)?;
        slot.member().namespace.recovery.clone()
    }

    /// Makes a socket visible in a namespace where sessions are recovered: behind what it has missed, and between
    /// two things that are said there.
    ///
    /// # Errors
    /// When it cannot be brought up to date; nothing has happened then.
    pub(super) fn enter_recoverable(
        &self,
        member: &Arc<Member>,
        recovery: &NamespaceRecovery,
    ) -> Result<(), NotRecovered> {
        let resuming = member.with_session(|session| session.resuming).flatten();
        let mut units = Vec::new();
        let mut upto = None;
        if let Some((from, _)) = resuming {
            // Most of it is encoded before anybody has to wait.
            let (missed, last) = {
                let log = recovery.log();
                (self.missed(member, &log, from)?, log.last())
            };
            self.encode_missed(member, recovery, &missed, &mut units);
            upto = Some(last);
        }
        let log = recovery.log();
        if let Some(upto) = upto {
            let missed = self.missed(member, &log, upto)?;
            self.encode_missed(member, recovery, &missed, &mut units);
            self.check_size(&units)?;
        }
        let replayed = units.len();
        for unit in units {
            member.push(unit, false);
        }
        let pid = member.with_session(|session| {
            if resuming.is_some() {
                session.recovered = Recovered::Yes { replayed };
            }
            session.pid.clone()
        });
        self.tell_connected(member, pid.as_ref().map(|pid| pid.expose()));
        member.namespace.registry.insert(member.clone());
        member.enter(Some(&log));
        if let Some(pid) = pid {
            recovery.enter(pid, member);
        }
        drop(log);
        if resuming.is_some() {
            let metrics = &self.server.shared().metrics;
            metrics.recovered.increment();
            metrics.events_replayed.add(replayed);
        }
        Ok(())
    }

    fn missed(
        &self,
        member: &Member,
        log: &crate::recovery::Log,
        from: u64,
    ) -> Result<Vec<Arc<Entry>>, NotRecovered> {
        let missed = member.with_session(|session| log.missed(&member.id, &session.stays, from));
        missed.unwrap_or_else(|| Ok(Vec::new()))
    }

    fn encode_missed(
        &self,
        member: &Member,
        recovery: &NamespaceRecovery,
        missed: &[Arc<Entry>],
        units: &mut Vec<Unit>,
    ) {
        for entry in missed {
            let offset = recovery.offset(entry);
            let packet =
                Outbound::Event { name: &entry.name, args: &entry.args, ack: None, offset: Some(&offset) };
            units.extend(member.encode(&packet));
        }
    }

    /// A replay that the outbox would not take ends in another disconnect, and so on.
    fn check_size(&self, units: &[Unit]) -> Result<(), NotRecovered> {
        let bytes: usize = units.iter().map(Unit::wire_len).sum();
        if bytes > self.server.limits().outbox_hard / 2 {
            return Err(NotRecovered::MissedTooMuch);
        }
        Ok(())
    }
}

/// A session that has been claimed. It goes back to its namespace if nothing comes of that.
pub(crate) struct Held {
    recovery: Arc<NamespaceRecovery>,
    session: Option<Session>,
}

impl Held {
    fn new(recovery: Arc<NamespaceRecovery>, session: Session) -> Self {
        Self { recovery, session: Some(session) }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            self.recovery.give_back(session);
        }
    }
}

#[cfg(all(test, feature = "permuted"))]
mod permuted;
