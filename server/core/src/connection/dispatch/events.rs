//! Events to their handlers, in order, and what the handlers answer.

use std::task::Context;

use bytestring::ByteString;
use roomful_protocol::args::Args;
use roomful_protocol::packet::Body;

use super::super::running::{Outcome, Purpose, Run, Work, caught};
use super::{Dispatch, Phase, size};
use crate::ack::AckTarget;
use crate::extract::{Context as Call, EventParts};
use crate::handler::answer::Answer;
use crate::once::Seen;
use crate::server::Server;
use crate::socket::Socket;

impl Dispatch {
    /// Goes on with events that had to wait, as far as handlers may run.
    pub(super) fn continue_with_kept(&mut self, key: u32, cx: &mut Context<'_>) {
        let limit = self.server.limits().max_running_handlers;
        while let Some(at) = self.position(key) {
            let Some(slot) = self.slots.get_mut(at) else { return };
            if slot.phase != Phase::Live || slot.running >= limit {
                return;
            }
            let Some(packet) = slot.kept.pop_front() else { return };
            slot.kept_bytes -= size(&packet.body);
            self.event(at, packet.body, cx);
        }
    }

    /// Calls the handlers of an event, each polled at once.
    pub(super) fn event(&mut self, at: usize, body: Body, cx: &mut Context<'_>) {
        let (Some(slot), Body::Event { name, args, ack }) = (self.slots.get_mut(at), body) else { return };
        let server = &self.server;
        let socket = &slot.socket;
        if !socket.is_connected() {
            server.shared().metrics.events_dropped.increment();
            return;
        }
        let table = &socket.member().namespace.table;
        let handlers = table.event(&name);
        let Some(ack) = answerable(server, socket, &name, &args, ack, handlers.len()) else { return };
        if handlers.is_empty() {
            unhandled(server, socket, &name, ack);
            return;
        }
        for handler in handlers {
            let call =
                Call::new(socket, server).with_event(EventParts { name: &name, args: &args }, ack.clone());
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
        Outcome::Guards(_) | Outcome::Session(_) | Outcome::Done => return,
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
