//! Which members of a namespace are meant: those in some rooms, each once, without those in others.

use std::cell::RefCell;
use std::sync::Arc;

use bytestring::ByteString;

use crate::member::Member;
use crate::namespace::active::ActiveNamespace;
use crate::rooms::Room;

/// Calls `each` once for every member that is meant. Rooms are locked meanwhile: `each` pushes or collects.
pub(super) fn for_each(
    namespace: &ActiveNamespace,
    rooms: &[ByteString],
    except: &[ByteString],
    each: &mut dyn FnMut(&Arc<Member>),
) {
    match (rooms, except) {
        ([], []) => ordered(&namespace.everyone, each),
        ([name], []) => match Target::find(namespace, name) {
            Target { room: Some(room), socket: None } => ordered(&room, each),
            Target { room: None, socket: Some(member) } => each(&member),
            Target { room: None, socket: None } => {}
            both => marked(namespace, [both].into_iter(), &[], each),
        },
        ([], except) => {
            let everyone = Target { room: Some(namespace.everyone.clone()), socket: None };
            marked(namespace, [everyone].into_iter(), except, each);
        }
        (rooms, except) => {
            let targets = rooms.iter().map(|name| Target::find(namespace, name));
            marked(namespace, targets, except, each);
        }
    }
}

/// What a name stands for: a room, a socket's own room, or both.
struct Target {
    room: Option<Arc<Room>>,
    socket: Option<Arc<Member>>,
}

impl Target {
    fn find(namespace: &ActiveNamespace, name: &str) -> Self {
        let socket = namespace.registry.get(name);
        Self { room: namespace.rooms.get(name), socket: socket.filter(|member| member.is_in_own_room()) }
    }

    fn for_each(&self, each: &mut dyn FnMut(&Arc<Member>)) {
        if let Some(member) = &self.socket {
            each(member);
        }
        if let Some(room) = &self.room {
            room.for_each(each);
        }
    }
}

/// One room: its members in the one order that its broadcasts have.
fn ordered(room: &Room, each: &mut dyn FnMut(&Arc<Member>)) {
    let _order = room.order();
    room.for_each(each);
}

/// Several rooms or exceptions: every member once, by marks over the dense seats of the namespace.
fn marked(
    namespace: &ActiveNamespace,
    targets: impl Iterator<Item = Target>,
    except: &[ByteString],
    each: &mut dyn FnMut(&Arc<Member>),
) {
    thread_local! {
        static MARKS: RefCell<Marks> = const { RefCell::new(Marks { bits: Vec::new(), set: Vec::new() }) };
    }
    // Broadcasts to everybody are heard in one order also with exceptions.
    let targets: Vec<Target> = targets.collect();
    let _order = match targets.as_slice() {
        [Target { room: Some(room), socket: None }] => Some(room.order()),
        _ => None,
    };
    MARKS.with_borrow_mut(|marks| {
        for name in except {
            Target::find(namespace, name).for_each(&mut |member| {
                marks.set(member);
            });
        }
        for target in &targets {
            target.for_each(&mut |member| {
                if marks.set(member) {
                    each(member);
                }
            });
        }
        marks.clear();
    });
}

/// A bit for each seat of a namespace. Cleared by what was set, so its cost is that of the members met.
struct Marks {
    bits: Vec<u64>,
    set: Vec<usize>,
}

impl Marks {
    /// Marks a member; whether it was unmarked. A member that has left in the meantime counts as marked.
    fn set(&mut self, member: &Member) -> bool {
        let Some(slot) = member.slot() else { return false };
        let (word, bit) = (slot / 64, 1 << (slot % 64));
        if self.bits.len() <= word {
            self.bits.resize(word + 1, 0);
        }
        let Some(bits) = self.bits.get_mut(word) else { return false };
        let unmarked = *bits & bit == 0;
        *bits |= bit;
        if unmarked {
            self.set.push(word);
        }
        unmarked
    }

    fn clear(&mut self) {
        for word in self.set.drain(..) {
            if let Some(bits) = self.bits.get_mut(word) {
                *bits = 0;
            }
        }
    }
}
