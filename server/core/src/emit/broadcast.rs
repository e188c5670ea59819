//! A broadcast: who hears it, how it travels, and what is done to all of them at once.

use std::sync::Arc;

use bytestring::ByteString;
use roomful_protocol::args::{Args, SerializeError};
use roomful_protocol::packet::Outbound;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::request::BroadcastRequest;
use super::{Delivery, IntoRooms, checked, select};
use crate::ack::collector::Collector;
use crate::ack::parse_typed_answer;
use crate::adapter::cluster::Cluster;
use crate::adapter::{Body, Target};
use crate::connection::outbox::Pushed;
use crate::envelope::Envelope;
use crate::event::Event;
use crate::member::Member;
use crate::namespace::active::ActiveNamespace;
use crate::recovery::{Audience, Recording};
use crate::socket::Socket;

/// Who hears a broadcast. Each step takes and gives the whole, so a half-built one can be cloned and reused.
///
/// Without a room it goes to everybody in the namespace; with several, to everybody who is in at least one of
/// them, once; never to those in an excepted room.
#[derive(Clone)]
#[must_use = "a broadcast does nothing until it emits"]
pub struct Broadcast {
    pub(super) namespace: Arc<ActiveNamespace>,
    pub(super) rooms: Vec<ByteString>,
    pub(super) except: Vec<ByteString>,
    but: Option<Arc<Member>>,
    pub(super) volatile: bool,
    local: bool,
    compress: bool,
}

impl Broadcast {
    pub(crate) fn new(namespace: Arc<ActiveNamespace>) -> Self {
        Self {
            namespace,
            rooms: Vec::new(),
            except: Vec::new(),
            but: None,
            volatile: false,
            local: false,
            compress: true,
        }
    }

    pub(crate) fn but(mut self, member: &Arc<Member>) -> Self {
        self.but = Some(member.clone());
        self
    }

    /// Also those in these rooms.
    pub fn to(mut self, rooms: impl IntoRooms) -> Self {
        rooms.for_each_room(&mut |name| self.rooms.push(name.into()));
        self
    }

    /// The same as [`to`](Self::to), for sentences that read better with it.
    pub fn within(self, rooms: impl IntoRooms) -> Self {
        self.to(rooms)
    }

    /// Not those in these rooms.
    pub fn except(mut self, rooms: impl IntoRooms) -> Self {
        rooms.for_each_room(&mut |name| self.except.push(name.into()));
        self
    }

    /// May be dropped for clients that cannot take it right now.
    pub fn volatile(mut self) -> Self {
        self.volatile = true;
        self
    }

    pub(crate) fn volatile_if(mut self, volatile: bool) -> Self {
        self.volatile = volatile;
        self
    }

    /// Only clients of this node.
    pub fn local(mut self) -> Self {
        self.local = true;
        self
    }

    /// Whether the event is compressed for clients with which compression was agreed on. Default: yes. Not for
    /// data that is compressed already, such as images. Clients of other nodes get it as those see fit.
    pub fn compress(mut self, compress: bool) -> Self {
        self.compress = compress;
        self
    }

    /// Emits an event to all of them. Never waits.
    pub fn emit<E: Event + Serialize>(&self, event: E) -> Delivery {
        self.send(E::NAME, event.to_args())
    }

    /// Emits an event by name: a tuple is several arguments, anything else one.
    pub fn emit_raw<T: Serialize>(&self, name: &str, args: T) -> Delivery {
        self.send(name, Args::new(&args))
    }

    /// Emits arguments that are already in the form in which they travel, for example as they came.
    pub fn emit_args(&self, name: &str, args: &Args) -> Delivery {
        self.send(name, Ok(args.clone()))
    }

    /// Asks all of them: the event is sent when the request is awaited, and the result is what they answer. The
    /// first argument of each answer counts.
    pub fn request<E>(&self, event: E) -> BroadcastRequest<E::Ack>
    where
        E: Event + Serialize,
        E::Ack: DeserializeOwned + 'static,
    {
        BroadcastRequest::new(self.clone(), E::NAME, event.to_args(), parse_typed_answer)
    }

    /// As [`request`](Self::request), with a name and plain arguments. `A` is the first argument of an answer.
    pub fn request_raw<A: DeserializeOwned + 'static>(
        &self,
        name: impl Into<String>,
        args: impl Serialize,
    ) -> BroadcastRequest<A> {
        BroadcastRequest::new(self.clone(), name.into(), Args::new(&args), parse_typed_answer)
    }

    /// Lets them all join rooms.
    pub fn join(&self, rooms: impl IntoRooms) {
        let members = self.members();
        rooms.for_each_room(&mut |name| members.iter().for_each(|member| member.join(name)));
        self.tell_cluster(|| Body::Join(self.target(), collect(&rooms)));
    }

    /// Lets them all leave rooms.
    pub fn leave(&self, rooms: impl IntoRooms) {
        let members = self.members();
        rooms.for_each_room(&mut |name| members.iter().for_each(|member| member.leave(name)));
        self.tell_cluster(|| Body::Leave(self.target(), collect(&rooms)));
    }

    /// Disconnects them all from the namespace. Their connections stay, for their other namespaces.
    pub fn disconnect(&self) {
        self.members().iter().for_each(Member::disconnect);
        self.tell_cluster(|| Body::Disconnect { target: self.target(), close: false });
    }

    /// Disconnects them all from all their namespaces and ends their connections.
    pub fn disconnect_connections(&self) {
        self.members().iter().for_each(|member| member.disconnect_connection());
        self.tell_cluster(|| Body::Disconnect { target: self.target(), close: true });
    }

    /// The sockets of this node among them.
    pub fn local_sockets(&self) -> Vec<Socket> {
        self.members().into_iter().map(Socket::new).collect()
    }

    fn send(&self, name: &str, args: Result<Args, SerializeError>) -> Delivery {
        let args = match checked(&self.namespace, name, args) {
            Ok(args) => args,
            Err(error) => return Delivery::failed(error),
        };
        let delivery = self.deliver(name, &args);
        self.tell_cluster(|| Body::Broadcast {
            target: self.target(),
            event: name.into(),
            args: args.clone(),
            volatile: self.volatile,
        });
        delivery
    }

    /// Queues an event for the members on this node.
    pub(crate) fn deliver(&self, name: &str, args: &Args) -> Delivery {
        let recording = self.record(name, args);
        let offset = recording.as_ref().map(Recording::offset);
        let packet = Outbound::Event { name, args, ack: None, offset };
        let pushed = self.push(&packet, None);
        drop(recording);
        pushed.settle(name, args)
    }

    /// Asks the members on this node under one id; the collector notes who they are.
    pub(super) fn deliver_question(
        &self,
        id: u64,
        name: &str,
        args: &Args,
        collector: &Arc<Collector>,
    ) -> Delivery {
        let packet = Outbound::Event { name, args, ack: Some(id), offset: None };
        self.push(&packet, Some(collector)).settle(name, args)
    }

    /// Keeps an event for those who are away, where sessions are recovered.
    fn record(&self, name: &str, args: &Args) -> Option<Recording<'_>> {
        let recovery = self.namespace.recovery.as_ref()?;
        if self.volatile {
            return recovery.pass_by(args);
        }
        let audience = Audience::Rooms {
            rooms: self.rooms.clone(),
            except: self.except.clone(),
            but: self.but.as_ref().map(|member| member.id.clone()),
        };
        Some(recovery.record(audience, name, args))
    }

    /// Queues a packet for the members on this node; a collector notes who is asked for an answer.
    fn push(&self, packet: &Outbound<'_>, collector: Option<&Arc<Collector>>) -> Round {
        let envelope = Envelope::new(&self.namespace.path, *packet, self.compress);
        let mut delivery = Delivery::default();
        let mut crowded: Option<Arc<Member>> = None;
        let mut told = self.namespace.hears_outgoing().then(Vec::new);
        self.for_each(|member| {
            if let Some(collector) = collector {
                collector.ask(&member.id);
            }
            let pushed = match envelope.unit_for(member) {
                Some(unit) => member.push(unit, self.volatile),
                None => {
                    member.namespace.shared.metrics.inexpressible.increment();
                    Pushed::Dropped
                }
            };
            if pushed == Pushed::Crowded && crowded.is_none() {
                crowded = Some(member.clone());
            }
            if let Some(collector) = collector.filter(|_| pushed == Pushed::Dropped) {
                collector.not_asked(&member.id);
            }
            if let Some(told) = told.as_mut().filter(|_| pushed != Pushed::Dropped) {
                told.push(member.clone());
            }
            delivery.count(pushed);
        });
        Round { delivery, crowded, told }
    }

    pub(super) fn members(&self) -> Vec<Arc<Member>> {
        let mut members = Vec::new();
        self.for_each(|member| members.push(member.clone()));
        members
    }

    /// Calls `each` once for every member that is meant. Rooms are locked meanwhile: `each` pushes or collects.
    fn for_each(&self, mut each: impl FnMut(&Arc<Member>)) {
        let sender = self.but.as_ref();
        select::for_each(&self.namespace, &self.rooms, &self.except, &mut |member| {
            if sender.is_none_or(|sender| !sender.is_same_client(member)) {
                each(member);
            }
        });
    }

    pub(super) fn target(&self) -> Target {
        let mut except = self.except.clone();
        // The sender's own room stands for it on other nodes, where it is in no room at all.
        except.extend(self.but.iter().map(|member| ByteString::from(member.id.as_str())));
        Target { rooms: self.rooms.clone(), except }
    }

    /// The other nodes, unless it stays on this one.
    pub(super) fn cluster(&self) -> Option<&Cluster> {
        self.namespace.shared.cluster.as_ref().filter(|_| !self.local)
    }

    pub(super) fn tell_cluster(&self, body: impl FnOnce() -> Body) {
        if let Some(cluster) = self.cluster() {
            cluster.publish(&self.namespace.path, None, body());
        }
    }
}

/// What is left to do when the locks of a broadcast have been released.
struct Round {
    delivery: Delivery,
    /// One for whom so much waits that it should be written.
    crowded: Option<Arc<Member>>,
    /// Those to whom something goes out, when somebody wants to hear of it.
    told: Option<Vec<Arc<Member>>>,
}

impl Round {
    fn settle(self, name: &str, args: &Args) -> Delivery {
        // An emitter that is ahead of the flusher does its work for a turn.
        if let Some(member) = self.crowded {
            member.connection.outbox.relieve();
        }
        self.told.into_iter().flatten().for_each(|member| member.tell_outgoing(name, args));
        self.delivery
    }
}

fn collect(rooms: &impl IntoRooms) -> Vec<ByteString> {
    let mut names = Vec::new();
    rooms.for_each_room(&mut |name| names.push(name.into()));
    names
}
