//! Rooms as clients name them: which names are taken, and who is in the rooms of the playground.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use roomful::{EventError, Socket, SocketId};
use serde::Serialize;

/// The most people that are named to somebody who joins a room.
const PEOPLE_NAMED: usize = 200;

/// The most rooms that are named to somebody who connects.
const ROOMS_NAMED: usize = 100;

/// Checks the name of a room that a client wants to join.
///
/// # Errors
/// When it is empty, too long, or not a room but another client.
pub(crate) fn check_name(socket: &Socket, name: &str, longest: usize) -> Result<(), EventError> {
    if name.trim().is_empty() || name.chars().count() > longest || name.chars().any(char::is_control) {
        return Err(format!("a room's name has 1 to {longest} characters, without control characters").into());
    }
    // What is sent to the room of a client's id is for that client alone.
    let someone = SocketId::parse(name).filter(|id| *id != socket.id());
    if someone.and_then(|id| socket.namespace().socket(id)).is_some() {
        return Err("this is the id of a client, not a room".into());
    }
    Ok(())
}

/// The rooms that a client is in, but for the one of its own id.
pub(crate) fn joined(socket: &Socket) -> Vec<String> {
    let id = socket.id();
    let rooms = socket.rooms().into_iter().filter(|room| **room != *id.as_str());
    rooms.map(|room| room.to_string()).collect()
}

/// Somebody in a room of the playground.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// A room and how many people are in it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Size {
    pub(crate) room: String,
    pub(crate) count: usize,
}

/// Who is in which room, in the order of their coming.
#[derive(Clone, Default)]
pub(crate) struct Presence {
    rooms: Arc<Mutex<HashMap<String, Vec<Person>>>>,
}

impl Presence {
    /// Looks or changes, while nobody else does. Emitting within keeps what clients hear in one order with it.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut Book) -> T) -> T {
        act(&mut Book { rooms: &mut self.rooms.lock() })
    }
}

/// The list of who is in which room, while it is held.
pub(crate) struct Book<'a> {
    rooms: &'a mut HashMap<String, Vec<Person>>,
}

impl Book<'_> {
    /// Adds somebody; whether that is new.
    pub(crate) fn enter(&mut self, room: &str, person: Person) -> bool {
        let people = self.rooms.entry(room.to_owned()).or_default();
        let new = people.iter().all(|other| other.id != person.id);
        if new {
            people.push(person);
        }
        new
    }

    /// Removes somebody; whether they were there.
    pub(crate) fn leave(&mut self, room: &str, id: &str) -> bool {
        let Some(people) = self.rooms.get_mut(room) else { return false };
        let before = people.len();
        people.retain(|person| person.id != id);
        let found = people.len() < before;
        if people.is_empty() {
            self.rooms.remove(room);
        }
        found
    }

    /// The rooms somebody is in.
    pub(crate) fn rooms_of(&self, id: &str) -> Vec<String> {
        let with = self.rooms.iter().filter(|(_, people)| people.iter().any(|person| person.id == id));
        with.map(|(room, _)| room.clone()).collect()
    }

    /// How many are in a room.
    pub(crate) fn size(&self, room: &str) -> Size {
        Size { room: room.to_owned(), count: self.rooms.get(room).map_or(0, Vec::len) }
    }

    /// The people in a room, at most so many that a message can take them.
    pub(crate) fn people(&self, room: &str) -> Vec<Person> {
        self.rooms
            .get(room)
            .map(|people| people.iter().take(PEOPLE_NAMED).cloned().collect())
            .unwrap_or_default()
    }

    /// The largest rooms.
    pub(crate) fn largest(&self) -> Vec<Size> {
        let size = |(room, people): (&String, &Vec<Person>)| Size { room: room.clone(), count: people.len() };
        let mut sizes: Vec<_> = self.rooms.iter().map(size).collect();
        sizes.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.room.cmp(&b.room)));
        sizes.truncate(ROOMS_NAMED);
        sizes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str) -> Person {
        Person { id: id.into(), name: id.to_uppercase() }
    }

    #[test]
    fn people_are_listed_once_and_in_the_order_of_their_coming() {
        let presence = Presence::default();
        presence.with(|book| {
            assert!(book.enter("lobby", person("b")));
            assert!(book.enter("lobby", person("a")));
            assert!(!book.enter("lobby", person("b")));
            assert_eq!(book.people("lobby"), [person("b"), person("a")]);
            assert_eq!(book.people("nowhere"), []);
        });
    }

    #[test]
    fn a_room_goes_with_its_last_member() {
        let presence = Presence::default();
        presence.with(|book| {
            book.enter("lobby", person("a"));
            assert!(!book.leave("lobby", "b"));
            assert!(book.leave("lobby", "a"));
            assert!(!book.leave("lobby", "a"));
            assert_eq!(book.largest(), []);
            assert_eq!(book.size("lobby").count, 0);
        });
    }

    #[test]
    fn the_largest_rooms_come_first() {
        let presence = Presence::default();
        presence.with(|book| {
            for (room, id) in [("b", "1"), ("a", "1"), ("c", "1"), ("c", "2")] {
                book.enter(room, person(id));
            }
            let names: Vec<_> = book.largest().into_iter().map(|size| size.room).collect();
            assert_eq!(names, ["c", "a", "b"]);
            assert_eq!(book.rooms_of("2"), ["c"]);
        });
    }
}
