//! The chat of the playground: names, rooms, who is there, who types.
//!
//! A client joins with `{ name }`. It sends `join` and `leave` (room), `say` ({ room, text, key }), `typing`
//! (room, whether) and `beat`; all but `typing` are answered, with `{ error }` when something is wrong. It hears
//! `rooms`, `room`, `joined`, `left`, `said` and `typing`, and `notice` when one is pushed.

use std::time::{SystemTime, UNIX_EPOCH};

use roomful::prelude::*;
use serde::{Deserialize, Serialize};

use crate::rooms::{Book, Person, Presence, check_name, joined};

/// The namespace of the playground.
pub(crate) const NAMESPACE: &str = "/playground";

/// The longest name of a person, in characters.
const NAME: usize = 32;

/// The longest name of a room, in characters.
const ROOM_NAME: usize = 64;

/// The longest message, in characters.
const TEXT: usize = 2000;

/// The longest key by which a page knows a message again, in bytes.
const KEY: usize = 40;

/// The most rooms of one client.
const ROOMS: usize = 16;

/// The chat's namespace.
pub(crate) fn namespace(presence: &Presence) -> Namespace<Presence> {
    let presence = presence.clone();
    Namespace::new(NAMESPACE)
        .guard(introduce)
        .on_connect(async |socket: Socket, State(presence): State<Presence>| {
            presence.with(|book| socket.emit_raw("rooms", (book.largest(),)));
        })
        .on_raw("join", join)
        .on_raw("leave", leave)
        .on_raw("say", say)
        .on_raw("typing", typing)
        .on_raw("beat", async || Args(()))
        .on_fallback(async || -> Result<(), EventError> {
            Err("the playground takes `join`, `leave`, `say`, `typing` and `beat`".into())
        })
        .on_disconnecting(move |socket, _| {
            // By the book and not by the socket's rooms: somebody who is just joining one is in the book already.
            presence.with(|book| {
                for room in book.rooms_of(socket.id().as_str()) {
                    depart(book, socket, &room);
                }
            });
        })
}

/// What a client says about itself when it connects.
#[derive(Deserialize)]
struct Introduction {
    name: String,
}

/// The name of a client.
#[derive(Clone)]
struct Name(String);

async fn introduce(introduction: Option<Auth<Introduction>>) -> Result<Name, ConnectError> {
    let name = introduction.map(|Auth(it)| it.name.trim().to_owned()).unwrap_or_default();
    if (1..=NAME).contains(&name.chars().count()) && !name.chars().any(is_disruptive) {
        return Ok(Name(name));
    }
    Err(format!("choose a name of 1 to {NAME} characters, without control characters").into())
}

/// Characters that would show a name other than it is, or disturb what stands beside it.
fn is_disruptive(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The answer to somebody who joins a room.
#[derive(Serialize)]
struct Welcome {
    room: String,
    people: Vec<Person>,
    count: usize,
}

async fn join(
    socket: Socket,
    State(presence): State<Presence>,
    Ext(Name(name)): Ext<Name>,
    ack: AckSender,
    Args((room,)): Args<(String,)>,
) {
    // Answered within, so that no news of the room overtakes the list of those who are in it.
    presence.with(|book| match enter(book, &socket, name, room) {
        Ok(welcome) => answer(ack, &welcome),
        Err(error) => answer(ack, &Failure { error: error.message() }),
    });
}

fn enter(book: &mut Book<'_>, socket: &Socket, name: String, room: String) -> Result<Welcome, EventError> {
    check_name(socket, &room, ROOM_NAME)?;
    if room.chars().any(is_disruptive) {
        return Err("a room's name has no control characters".into());
    }
    let rooms = joined(socket);
    if rooms.len() >= ROOMS && !rooms.contains(&room) {
        return Err(format!("you are in {ROOMS} rooms, which is the most: leave one first").into());
    }
    if !socket.is_connected() {
        // It has been taken off the lists already.
        return Err("you have disconnected".into());
    }
    let person = Person { id: socket.id().as_str().to_owned(), name };
    socket.join(&room);
    if book.enter(&room, person.clone()) {
        socket.to(&room).emit_raw("joined", (&room, person));
        socket.namespace().emit_raw("room", (book.size(&room),));
    }
    Ok(Welcome { people: book.people(&room), count: book.size(&room).count, room })
}

async fn leave(
    socket: Socket,
    State(presence): State<Presence>,
    Args((room,)): Args<(String,)>,
) -> Args<(String,)> {
    presence.with(|book| depart(book, &socket, &room));
    Args((room,))
}

/// Takes somebody out of a room, and tells those who stay.
fn depart(book: &mut Book<'_>, socket: &Socket, room: &str) {
    let id = socket.id();
    if book.leave(room, id.as_str()) {
        socket.leave(room);
        socket.to(room).emit_raw("left", (room, id.as_str()));
        socket.namespace().emit_raw("room", (book.size(room),));
    }
}

/// A message as its author sends it. By the key, pages know one that comes twice after a lost connection.
#[derive(Deserialize)]
struct Message {
    room: String,
    text: String,
    key: String,
}

/// A message as the others get it.
#[derive(Serialize)]
struct Said<'a> {
    room: &'a str,
    id: &'a str,
    name: &'a str,
    text: &'a str,
    key: &'a str,
    at: u64,
}

/// The answer to a message: when the server had it, in milliseconds since 1970.
#[derive(Serialize)]
struct Receipt {
    at: u64,
}

async fn say(
    socket: Socket,
    Ext(Name(name)): Ext<Name>,
    Args((message,)): Args<(Message,)>,
) -> Result<Args<(Receipt,)>, EventError> {
    let Message { room, text, key } = message;
    if text.trim().is_empty() || text.chars().count() > TEXT {
        return Err(format!("a message has 1 to {TEXT} characters").into());
    }
    if key.len() > KEY {
        return Err(format!("the key of a message has at most {KEY} bytes").into());
    }
    check_in(&socket, &room)?;
    let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let at = u64::try_from(at).unwrap_or(u64::MAX);
    let id = socket.id();
    let said = Said { room: &room, id: id.as_str(), name: &name, text: &text, key: &key, at };
    socket.to(&room).emit_raw("said", (said,));
    Ok(Args((Receipt { at },)))
}

async fn typing(socket: Socket, Args((room, whether)): Args<(String, bool)>) -> Result<(), EventError> {
    check_in(&socket, &room)?;
    let id = socket.id();
    socket.to(&room).volatile().emit_raw("typing", (&room, id.as_str(), whether));
    Ok(())
}

fn check_in(socket: &Socket, room: &str) -> Result<(), EventError> {
    if joined(socket).iter().any(|joined| joined == room) {
        Ok(())
    } else {
        Err("join the room first".into())
    }
}

/// What a failed event is answered with, as the server itself does it.
#[derive(Serialize)]
struct Failure<'a> {
    error: &'a str,
}

fn answer(ack: AckSender, value: &impl Serialize) {
    if let Err(error) = ack.send(value) {
        tracing::error!(%error, "an answer of the playground is no JSON");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn named(name: &str) -> Result<String, ConnectError> {
        introduce(Some(Auth(Introduction { name: name.into() }))).await.map(|Name(name)| name)
    }

    #[tokio::test]
    async fn a_name_is_trimmed_and_bounded_in_characters() {
        assert_eq!(named("  Ada ").await.as_deref(), Ok("Ada"));
        assert!(named(&"é".repeat(NAME)).await.is_ok());
        assert!(named(&"é".repeat(NAME + 1)).await.is_err());
    }

    #[tokio::test]
    async fn a_client_without_a_proper_name_is_refused() {
        for wrong in ["", " ", "a\nb", "a\u{202e}b", "\u{1b}[31m"] {
            assert!(named(wrong).await.is_err(), "{wrong:?}");
        }
        assert!(introduce(None).await.is_err());
    }
}
