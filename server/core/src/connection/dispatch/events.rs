//! Events to their handlers, in order, and what the handlers answer.

use std::task::Context;

use bytestring::ByteString;
use futures_util::FutureExt;
use roomful_protocol::args::Args;
use roomful_protocol::packet::Body;

use super::super::running::{Outcome, Purpose, Run, Work, caught};
use super::{Dispatch, size};
use crate::ack::AckTarget;
use crate::error::EventError;
use crate::extract::{Context as Call, EventParts};
use crate::handler::answer::Answer;
use crate::member::listeners::hooks;
use crate::once::Seen;
use crate::server::Server;
use crate::socket::Socket;

impl Dispatch {
    /// Goes on with events that had to wait, as far as handlers may run.
    pub(super) fn continue_with_kept(&mut self, key: u32, cx: &mut Context<'_>) {
        let limit = self.server.limits().max_running_handlers;
        while let Some(at) = self.position(key) {
            let Some(slot) = self.slots.get_mut(at) else { return };
            if !slot.takes_events(limit) {
                return;
            }
            let Some(packet) = slot.kept.pop_front() else { return };
            slot.kept_bytes -= size(&packet.body);
            self.event(at, packet.body, cx);
        }
    }

    /// Lets an event through the middleware to its handlers, all polled at once.
    pub(super) fn event(&mut self, at: usize, body: Body, cx: &mut Context<'_>) {
        let (Some(slot), Body::Event { name, args, .. }) = (self.slots.get_mut(at), &body) else { return };
        let socket = &slot.socket;
        if !socket.is_connected() {
            self.server.shared().metrics.events_dropped.increment();
            return;
        }
        tell_any(&self.server, socket, name, args);
        let Some(work) = middleware(&self.server, socket, name, args) else {
            self.handle(at, &body, cx);
            return;
        };
        match work.start(cx) {
            Ok(outcome) => {
                let key = slot.key;
                if matches!(outcome, Outcome::Panicked) {
                    self.server.shared().metrics.handler_panics.increment();
                }
                self.pass(key, body, outcome, cx);
            }
            Err(work) => {
                slot.checking = true;
                let purpose = Purpose::Middleware { event: Box::new(body) };
                self.running.park(Run { slot: slot.key, purpose, work });
            }
        }
    }

    /// The middleware of an event that had to wait has ended: the event goes on, and those behind it.
    pub(super) fn checked(&mut self, key: u32, event: Body, outcome: Outcome, cx: &mut Context<'_>) {
        if let Some(slot) = self.position(key).and_then(|at| self.slots.get_mut(at)) {
            slot.checking = false;
        }
        self.pass(key, event, outcome, cx);
        self.continue_with_kept(key, cx);
    }

    fn pass(&mut self, key: u32, body: Body, outcome: Outcome, cx: &mut Context<'_>) {
        let metrics = &self.server.shared().metrics;
        let at = self
            .position(key)
            .filter(|at| self.slots.get(*at).is_some_and(|slot| slot.socket.is_connected()));
        let Some(at) = at else {
            metrics.events_dropped.increment();
            return;
        };
        match outcome {
            Outcome::Middleware(Ok(())) => self.handle(at, &body, cx),
            Outcome::Middleware(Err(error)) => {
                metrics.refused_events.increment();
                if let Some(slot) = self.slots.get(at) {
                    refused(&self.server, &slot.socket, &body, error);
                }
            }
            // It has been logged and counted; the event ends there.
            _ => {}
        }
    }

    /// Calls the handlers of an event, each polled at once.
    fn handle(&mut self, at: usize, body: &Body, cx: &mut Context<'_>) {
        let (Some(slot), Body::Event { name, args, ack }) = (self.slots.get_mut(at), body) else { return };
        let server = &self.server;
        let socket = &slot.socket;
        let table = &socket.member().namespace.table;
        let mut handlers = table.event(name);
        let own = socket.member().with_listeners(|own| own.count(name)).unwrap_or_default();
        if handlers.is_empty() && own == 0 {
            handlers = table.fallback.as_slice();
        }
        let listeners = handlers.len() + own;
        let Some(ack) = answerable(server, socket, name, args, *ack, listeners) else { return };
        if listeners == 0 {
            unhandled(server, socket, name, ack);
            return;
        }
        let own = socket.member().with_listeners(|own| own.called(name)).unwrap_or_default();
        for handler in handlers.iter().chain(&own) {
            let call = Call::new(socket, server).with_event(EventParts { name, args }, ack.clone());
            let called = caught(|| handler(&call));
            let ack = call.take_ack();
            let outcome = match called {
                Some(Ok(future)) => match Work::Event(future).start(cx) {
                    Ok(outcome) => outcome,
                    Err(work) => {
                        slot.running += 1;
                        let purpose = Purpose::Event { member: socket.member().clone(), ack };
                        self.running.park(Run { slot: slot.key, purpose, work });
                        continue;
                    }
                },
                Some(Err(rejection)) => {
                    server.shared().metrics.rejected_events.increment();
                    tracing::debug!(event = ?name, %rejection, "the arguments of an event do not fit its handler");
                    Outcome::Answer(Answer::Error(rejection.into()))
                }
                None => Outcome::Panicked,
            };
            answer(server, socket, ack, outcome);
        }
    }
}

/// Who answers an event, if an answer is asked for; `None` for an event that has been handled already.
fn answerable(
    server: &Server,
    socket: &Socket,
    name: &str,
    args: &Args,
    ack: Option<u64>,
    listeners: usize,
) -> Option<Option<AckTarget>> {
    let table = &socket.member().namespace.table;
    let target = ack.map(|id| AckTarget::new(id, listeners + usize::from(table.acknowledge_all)));
    let Some(find) = &table.handle_once else { return Some(target) };
    let Some(id) = caught(|| find(name, args)).flatten() else { return Some(target) };
    match socket.member().handled().see(id, socket, ack) {
        Seen::First(ticket) => Some(target.map(|target| target.kept_by(ticket))),
        Seen::Again => {
            server.shared().metrics.repeated_events.increment();
            None
        }
    }
}

/// Tells those who hear every event.
fn tell_any(server: &Server, socket: &Socket, name: &ByteString, args: &Args) {
    let member = socket.member();
    let own = member.with_listeners(|own| hooks(&own.any)).unwrap_or_default();
    for hook in member.namespace.table.on_any.iter().chain(&own) {
        if caught(|| hook(socket, name, args)).is_none() {
            server.shared().metrics.handler_panics.increment();
        }
    }
}

/// The middleware that an event has to pass, if there is any, one after another until one refuses.
fn middleware(server: &Server, socket: &Socket, name: &ByteString, args: &Args) -> Option<Work> {
    let member = socket.member();
    let table = &member.namespace.table;
    let own = member.with_listeners(|own| hooks(&own.middleware)).unwrap_or_default();
    if table.middleware.is_empty() && own.is_empty() {
        return None;
    }
    let all: Vec<_> = table.middleware.iter().cloned().chain(own).collect();
    let (server, socket, name, args) = (server.clone(), socket.clone(), name.clone(), args.clone());
    let verdict = async move {
        for middleware in all {
            let parts = EventParts { name: &name, args: &args };
            let called = middleware(&Call::new(&socket, &server).with_event(parts, None));
            match called {
                Ok(future) => future.await?,
                Err(rejection) => return Err(rejection.into()),
            }
        }
        Ok(())
    };
    Some(Work::Middleware(verdict.boxed()))
}

/// A middleware has refused an event.
fn refused(server: &Server, socket: &Socket, event: &Body, error: EventError) {
    let Body::Event { name, ack, .. } = event else { return };
    tracing::debug!(event = ?name, %error, "a middleware has refused an event");
    let member = socket.member();
    let table = &member.namespace.table;
    let own = member.with_listeners(|own| hooks(&own.on_error)).unwrap_or_default();
    for hook in table.on_error.iter().chain(&own) {
        if caught(|| hook(socket, name, &error)).is_none() {
            server.shared().metrics.handler_panics.increment();
        }
    }
    let ack = ack.filter(|_| table.acknowledge_all).map(|id| AckTarget::new(id, 1));
    answer(server, socket, ack, Outcome::Answer(Answer::Error(error)));
}

fn unhandled(server: &Server, socket: &Socket, name: &ByteString, ack: Option<AckTarget>) {
    server.shared().metrics.unhandled_events.increment();
    tracing::debug!(event = ?name, "an event without a handler");
    if let Some(ack) = ack.filter(|_| socket.member().namespace.table.acknowledge_all) {
        ack.answer(socket, &Args::default());
    }
}

/// Sends what a handler has to say.
pub(super) fn answer(server: &Server, socket: &Socket, ack: Option<AckTarget>, outcome: Outcome) {
    let metrics = &server.shared().metrics;
    let answer = match outcome {
        Outcome::Answer(answer) => answer,
        Outcome::Panicked => {
            metrics.handler_panics.increment();
            if let Some(ack) = ack {
                ack.give_up();
            }
            return;
        }
        Outcome::Guards(_) | Outcome::Middleware(_) | Outcome::Session(_) | Outcome::Done => return,
    };
    let Some(ack) = ack else { return };
    match answer.into_args() {
        Ok(Some(args)) => ack.answer(socket, &args),
        Ok(None) if socket.member().namespace.table.acknowledge_all => ack.answer(socket, &Args::default()),
        Ok(None) => {}
        Err(error) => {
            metrics.unserialisable.increment();
            tracing::error!(%error, "the answer of a handler cannot be JSON");
        }
    }
}
