//! From packets to handlers: joins, events in order, leaving.

mod events;
mod recovering;

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Context;
use std::time::{Duration, Instant};

use bytestring::ByteString;
use futures_util::FutureExt;
use roomful_protocol::close::DisconnectReason;
use roomful_protocol::link::{Joining, Violation};
use roomful_protocol::packet::{Body, Lane, Outbound, Packet};

use super::Connection;
use super::running::{Ended, Outcome, Purpose, Run, Running, Work, caught};
use crate::error::ConnectError;
use crate::extract::Context as Call;
use crate::handler::table::Bound;
use crate::member::Member;
use crate::member::listeners::hooks;
use crate::recovery::Claimed;
use crate::server::Server;
use crate::socket::Socket;

pub(super) use recovering::Held;

/// A connect hook that takes longer than this no longer holds up its client's events.
const SLOW_CONNECT: Duration = Duration::from_secs(5);

/// The first slot's key. Where clients are in a namespace from the start, it is that one's.
const HOME: u32 = 0;

/// The namespaces of one connection and the handlers that run for them.
pub(crate) struct Dispatch {
    server: Server,
    connection: Arc<Connection>,
    slots: Vec<Slot>,
    next_key: u32,
    pub(crate) running: Running,
    /// Namespaces from which the server has removed the client. What the client sent there before it heard of
    /// it is no violation.
    dismissed: Vec<ByteString>,
    pub(crate) has_joined: bool,
    joining: Joining,
}

/// A client in one namespace, or on its way there.
struct Slot {
    key: u32,
    socket: Socket,
    phase: Phase,
    /// Handlers of its events that run now.
    running: usize,
    /// The middleware of one of its events runs. Those behind it wait.
    checking: bool,
    /// Packets that wait: for the guards, for the connect hook, or for a handler to end.
    kept: VecDeque<Packet>,
    kept_bytes: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Guards,
    Connecting { slow_at: Instant },
    Live,
}

impl Dispatch {
    pub(crate) fn new(server: Server, connection: Arc<Connection>, joining: Joining) -> Self {
        Self {
            server,
            connection,
            slots: Vec::new(),
            next_key: HOME,
            running: Running::default(),
            dismissed: Vec::new(),
            has_joined: false,
            joining,
        }
    }

    /// Handles a packet from the client.
    ///
    /// # Errors
    /// When the client must not send it now; the connection is to be closed.
    pub(crate) fn packet(
        &mut self,
        packet: Packet,
        now: Instant,
        cx: &mut Context<'_>,
    ) -> Result<(), Violation> {
        if let Body::Connect { auth } = packet.body {
            return self.join(packet.namespace, packet.lane, auth, now, cx);
        }
        let Some(at) = self.slots.iter().position(|slot| slot.is_at(&packet.namespace, packet.lane.as_ref()))
        else {
            if self.dismissed.contains(&packet.namespace) {
                self.server.shared().metrics.events_dropped.increment();
                return Ok(());
            }
            return self.senseless("a packet for a namespace that the client is not in");
        };
        match packet.body {
            Body::Disconnect => {
                if packet.lane.is_some() && self.connection.wire.confirms_leaving() {
                    self.confirm_leaving(at);
                }
                self.leave(at, DisconnectReason::ClientNamespaceDisconnect, cx);
            }
            Body::Ack { id, args } => {
                if let Some(slot) = self.slots.get(at) {
                    slot.member().answered(id, args);
                }
            }
            Body::Event { .. } => {
                let limit = self.server.limits().max_running_handlers;
                let Some(slot) = self.slots.get_mut(at) else { return Ok(()) };
                if slot.kept.is_empty() && slot.takes_events(limit) {
                    self.event(at, packet.body, cx);
                } else {
                    slot.keep(packet);
                }
            }
            Body::Connect { .. } => {}
        }
        Ok(())
    }

    fn confirm_leaving(&self, at: usize) {
        if let Some(slot) = self.slots.get(at) {
            let _ = slot.member().send(&Outbound::Disconnect, false);
        }
    }

    /// A packet that makes no sense here.
    fn senseless(&self, what: &'static str) -> Result<(), Violation> {
        if self.joining == Joining::ByPacket {
            return Err(Violation(what));
        }
        self.server.shared().metrics.events_dropped.increment();
        Ok(())
    }

    /// Whether the client is neither in the namespace in which it began nor on its way there.
    pub(crate) fn has_left_home(&self) -> bool {
        self.slots.first().is_none_or(|slot| slot.key != HOME)
    }

    /// Whether a socket has so much waiting that nothing more may be read.
    pub(crate) fn is_full(&self) -> bool {
        let limits = self.server.limits();
        self.slots
            .iter()
            .any(|slot| slot.kept.len() >= limits.max_backlog || slot.kept_bytes >= limits.max_payload)
    }

    // --- joining ---

    /// A client asks to join a namespace.
    pub(crate) fn join(
        &mut self,
        name: ByteString,
        lane: Option<Lane>,
        auth: Option<ByteString>,
        now: Instant,
        cx: &mut Context<'_>,
    ) -> Result<(), Violation> {
        if self.slots.iter().any(|slot| slot.is_at(&name, lane.as_ref())) {
            return self.senseless("a second CONNECT to one namespace");
        }
        if self.slots.len() >= self.server.limits().max_namespaces {
            self.refuse(&name, lane.as_ref(), &ConnectError::new("Too many namespaces"));
            return Ok(());
        }
        let Some(namespace) = self.server.admit(&name, auth.as_ref()) else {
            self.refuse(&name, lane.as_ref(), &ConnectError::new("Invalid namespace"));
            return Ok(());
        };
        self.dismissed.retain(|dismissed| *dismissed != name);
        // A copy, as for the name: the payload must not keep a whole message alive.
        let auth = auth.map(|auth| ByteString::from(&*auth));
        let can_recover = namespace.recovery.is_some() && self.connection.wire.has_sessions();
        let claimed = if can_recover { Claimed::read(auth.as_deref()) } else { None };
        let connection = self.connection.clone();
        let member = match lane {
            Some(lane) => Member::in_lane(namespace, connection, lane),
            None => Member::new(namespace, connection, auth, None),
        };
        let key = self.next_key;
        self.next_key = self.next_key.wrapping_add(1);
        // Most clients are in one namespace: no room for three more is kept for them.
        if self.slots.is_empty() {
            self.slots.reserve_exact(1);
        }
        self.slots.push(Slot {
            key,
            socket: Socket::new(member),
            phase: Phase::Guards,
            running: 0,
            checking: false,
            kept: VecDeque::new(),
            kept_bytes: 0,
        });
        match claimed {
            Some(claimed) => self.recover(key, claimed, now, cx),
            None => self.guard(key, now, cx),
        }
        Ok(())
    }

    /// Lets the guards decide.
    fn guard(&mut self, key: u32, now: Instant, cx: &mut Context<'_>) {
        let Some(slot) = self.position(key).and_then(|at| self.slots.get(at)) else { return };
        let table = &slot.member().namespace.table;
        if table.guards.is_empty() {
            self.accepted(key, now, cx);
        } else {
            let work = guards(table.guards.clone(), slot.socket.clone(), self.server.clone());
            self.start(key, Purpose::Guards, work, now, cx);
        }
    }

    fn refuse(&self, namespace: &str, lane: Option<&Lane>, error: &ConnectError) {
        let data = error.data().map(ToString::to_string);
        let packet = Outbound::Refused { message: error.message(), data: data.as_deref() };
        if let Some(unit) = self.connection.encode(namespace, lane, &packet) {
            self.connection.outbox.push(unit, false);
        }
    }

    fn rejected(&mut self, key: u32, error: &ConnectError) {
        let Some(at) = self.position(key) else { return };
        let slot = self.slots.remove(at);
        let member = slot.member();
        member.mark_disconnected();
        member.leave_all();
        if let Some(recovery) = &member.namespace.recovery {
            member.give_back_session(recovery);
        }
        drop(member.end_listeners());
        self.server.release(&member.namespace);
        self.server.shared().metrics.events_dropped.add(slot.kept.len());
        // What the client has sent before it hears of the refusal is no violation.
        self.remember_dismissed(member.namespace.path.clone());
        self.refuse(&member.namespace.path, member.lane(), error);
    }

    /// The guards have let the client in: the answer is queued before anything can be broadcast to it.
    fn accepted(&mut self, key: u32, now: Instant, cx: &mut Context<'_>) {
        let Some(at) = self.position(key) else { return };
        let Some(slot) = self.slots.get(at) else { return };
        let socket = slot.socket.clone();
        let member = socket.member();
        if !member.is_connected() {
            // A guard has disconnected it; the command to clean up is on its way.
            return;
        }
        let entered = match &member.namespace.recovery {
            Some(recovery) => self.enter_recoverable(member, recovery),
            None => {
                self.enter(member);
                Ok(())
            }
        };
        if let Err(why) = entered {
            // The guards have taken so long that what it had missed is gone.
            return self.begin_anew(key, why, now, cx);
        }
        member.namespace.tell_room_events();
        let Some(slot) = self.slots.get_mut(at) else { return };
        slot.phase = Phase::Connecting { slow_at: now + SLOW_CONNECT };
        self.has_joined = true;
        let hooks = &member.namespace.table.on_connect;
        if hooks.is_empty() {
            self.live(key, cx);
        } else {
            let work = hooks_in_turn(hooks.clone(), socket.clone(), self.server.clone(), None);
            self.start(key, Purpose::Connect, work, now, cx);
        }
    }

    fn enter(&self, member: &Arc<Member>) {
        self.tell_connected(member, None);
        member.namespace.registry.insert(member.clone());
        member.enter(None);
    }

    /// Clients that did not ask to join are not told that they have.
    fn tell_connected(&self, member: &Member, pid: Option<&str>) {
        let connected = Outbound::Connected { sid: member.id.as_str(), pid };
        if let Some(unit) = member.encode(&connected) {
            member.push(unit, false);
        }
    }

    /// The connect hook has ended, or taken too long: events begin to flow.
    fn live(&mut self, key: u32, cx: &mut Context<'_>) {
        if let Some(slot) = self.position(key).and_then(|at| self.slots.get_mut(at)) {
            slot.phase = Phase::Live;
            self.continue_with_kept(key, cx);
        }
    }

    // --- what has ended ---

    fn start(&mut self, slot: u32, purpose: Purpose, work: Work, now: Instant, cx: &mut Context<'_>) {
        match work.start(cx) {
            Ok(outcome) => self.ended(Ended { slot, purpose, outcome }, now, cx),
            Err(work) => self.running.park(Run { slot, purpose, work }),
        }
    }

    /// Polls the parked handlers; whether one has ended.
    pub(crate) fn poll_running(&mut self, now: Instant, cx: &mut Context<'_>) -> bool {
        let Some(ended) = self.running.poll_ended(cx) else { return false };
        if let Purpose::Event { member, ack } = ended.purpose {
            let key = ended.slot;
            events::answer(&self.server, &Socket::new(member), ack, ended.outcome);
            if let Some(slot) = self.position(key).and_then(|at| self.slots.get_mut(at)) {
                slot.running = slot.running.saturating_sub(1);
                self.continue_with_kept(key, cx);
            }
        } else {
            self.ended(ended, now, cx);
        }
        true
    }

    fn ended(&mut self, ended: Ended, now: Instant, cx: &mut Context<'_>) {
        let panicked = matches!(ended.outcome, Outcome::Panicked);
        if panicked {
            self.server.shared().metrics.handler_panics.increment();
        }
        match (ended.purpose, ended.outcome) {
            (Purpose::Guards, Outcome::Guards(Ok(()))) => self.accepted(ended.slot, now, cx),
            (Purpose::Guards, Outcome::Guards(Err(error))) => self.rejected(ended.slot, &error),
            // A guard that panics has not let the client in.
            (Purpose::Guards, _) => self.rejected(ended.slot, &ConnectError::new("internal error")),
            (Purpose::Connect, _) => self.live(ended.slot, cx),
            (Purpose::HandOver(claimed), outcome) => {
                let session = if let Outcome::Session(session) = outcome { session } else { None };
                self.handed_over(ended.slot, session, &claimed, now, cx);
            }
            (Purpose::Middleware { event }, outcome) => self.checked(ended.slot, *event, outcome, cx),
            (Purpose::Disconnect | Purpose::Event { .. }, _) => {}
        }
    }

    // --- time ---

    /// When a connect hook will have taken too long.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let slow = |slot: &Slot| match slot.phase {
            Phase::Connecting { slow_at } => Some(slow_at),
            _ => None,
        };
        self.slots.iter().filter_map(slow).min()
    }

    pub(crate) fn handle_deadline(&mut self, now: Instant, cx: &mut Context<'_>) {
        while let Some(key) = self.slots.iter().find(|slot| slot.is_slow(now)).map(|slot| slot.key) {
            tracing::warn!(
                "a connect hook takes more than {SLOW_CONNECT:?}; events of its client begin to flow"
            );
            self.live(key, cx);
        }
    }

    // --- leaving ---

    /// A socket that has been disconnected by the server's program.
    pub(crate) fn dismiss(&mut self, member: &Arc<Member>, cx: &mut Context<'_>) {
        if let Some(at) = self.slots.iter().position(|slot| Arc::ptr_eq(slot.member(), member)) {
            self.remember_dismissed(member.namespace.path.clone());
            self.leave(at, DisconnectReason::ServerNamespaceDisconnect, cx);
        }
    }

    /// Only the last ones: a client that is refused again and again must not make this grow.
    fn remember_dismissed(&mut self, path: ByteString) {
        if self.dismissed.len() >= self.server.limits().max_namespaces {
            self.dismissed.remove(0);
        }
        self.dismissed.push(path);
    }

    /// Takes the client out of every namespace and tells it so.
    pub(crate) fn dismiss_all(&mut self, cx: &mut Context<'_>) {
        let members: Vec<_> = self.slots.iter().map(|slot| slot.member().clone()).collect();
        for member in members {
            let _ = member.send(&Outbound::Disconnect, false);
            self.dismiss(&member, cx);
        }
    }

    /// The connection ends: all its sockets leave.
    pub(crate) fn leave_all(&mut self, reason: DisconnectReason, cx: &mut Context<'_>) {
        while !self.slots.is_empty() {
            self.leave(self.slots.len() - 1, reason, cx);
        }
    }

    fn leave(&mut self, at: usize, reason: DisconnectReason, cx: &mut Context<'_>) {
        let slot = self.slots.remove(at);
        let (key, socket) = (slot.key, slot.socket.clone());
        let hooks = slot.withdraw(&self.server, reason);
        if !hooks.is_empty() {
            let work = hooks_in_turn(hooks, socket, self.server.clone(), Some(reason));
            match work.start(cx) {
                Ok(Outcome::Panicked) => self.server.shared().metrics.handler_panics.increment(),
                Ok(_) => {}
                Err(work) => self.running.park(Run { slot: key, purpose: Purpose::Disconnect, work }),
            }
        }
    }

    fn position(&self, key: u32) -> Option<usize> {
        self.slots.iter().position(|slot| slot.key == key)
    }
}

impl Drop for Dispatch {
    /// A task that was dropped or panicked still takes its sockets out of their rooms. Async hooks cannot run
    /// any more.
    fn drop(&mut self) {
        for slot in self.slots.drain(..) {
            slot.withdraw(&self.server, DisconnectReason::TransportError);
        }
    }
}

impl Slot {
    fn member(&self) -> &Arc<Member> {
        self.socket.member()
    }

    /// Whether this is the client's socket of that name in that namespace.
    fn is_at(&self, namespace: &ByteString, lane: Option<&Lane>) -> bool {
        self.member().namespace.path == *namespace && self.member().lane() == lane
    }

    fn keep(&mut self, packet: Packet) {
        self.kept_bytes += size(&packet.body);
        self.kept.push_back(packet);
    }

    /// Whether an event can be handled now.
    fn takes_events(&self, limit: usize) -> bool {
        self.phase == Phase::Live && !self.checking && self.running < limit
    }

    fn is_slow(&self, now: Instant) -> bool {
        matches!(self.phase, Phase::Connecting { slow_at } if slow_at <= now)
    }

    /// Takes the socket out of everything: first the hooks that still see its rooms, then rooms and registry.
    /// The hooks that are left to run.
    fn withdraw(self, server: &Server, reason: DisconnectReason) -> Vec<Bound<()>> {
        let member = self.member();
        let namespace = &member.namespace;
        let was_accepted = self.phase != Phase::Guards;
        let metrics = &server.shared().metrics;
        if was_accepted {
            let own = member.with_listeners(|own| hooks(&own.on_disconnecting)).unwrap_or_default();
            for hook in namespace.table.on_disconnecting.iter().chain(&own) {
                if caught(|| hook(&self.socket, reason)).is_none() {
                    metrics.handler_panics.increment();
                }
            }
        }
        member.mark_disconnected();
        namespace.registry.remove(&member.id);
        member.leave_all();
        member.drop_acks();
        match &namespace.recovery {
            Some(recovery) if !was_accepted => member.give_back_session(recovery),
            Some(recovery) if reason.is_recoverable() => member.keep_session(recovery),
            Some(recovery) => member.end_session(recovery),
            None => {}
        }
        server.release(namespace);
        if let Some(recovery) = &server.shared().recovery {
            recovery.sweep();
        }
        metrics.events_dropped.add(self.kept.len());
        let own = member.end_listeners();
        if !was_accepted {
            return Vec::new();
        }
        let own = own.into_iter().flat_map(|own| own.on_disconnect).map(|(_, hook)| hook);
        namespace.table.on_disconnect.iter().cloned().chain(own).collect()
    }
}

/// The bytes that a waiting packet keeps.
fn size(body: &Body) -> usize {
    match body {
        Body::Event { name, args, .. } => {
            let attachments: usize = args.attachments().iter().map(bytes::Bytes::len).sum();
            name.len() + args.elements().len() + attachments
        }
        _ => 0,
    }
}

/// Runs guards one after another until one refuses.
fn guards(guards: Vec<Bound<Result<(), ConnectError>>>, socket: Socket, server: Server) -> Work {
    let verdict = async move {
        for guard in guards {
            let called = guard(&Call::new(&socket, &server));
            match called {
                Ok(future) => future.await?,
                Err(rejection) => return Err(rejection.into()),
            }
        }
        Ok(())
    };
    Work::Guards(verdict.boxed())
}

/// Runs hooks one after another.
fn hooks_in_turn(
    hooks: Vec<Bound<()>>,
    socket: Socket,
    server: Server,
    reason: Option<DisconnectReason>,
) -> Work {
    let hooks = async move {
        for hook in hooks {
            let called = {
                let call = Call::new(&socket, &server);
                hook(&match reason {
                    Some(reason) => call.with_reason(reason),
                    None => call,
                })
            };
            match called {
                Ok(future) => future.await,
                Err(rejection) => tracing::error!(%rejection, "a hook could not be called"),
            }
        }
    };
    Work::Hooks(hooks.boxed())
}
