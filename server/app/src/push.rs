//! What clients may do in `/` and in the namespaces of `--namespace`: choose the rooms whose pushes they get.
//! They cannot send anything to each other. Those that cannot send at all name their rooms in their address, as in
//! `/events?room=news&room=sport`.

use roomful::prelude::*;

use crate::rooms::{check_name, joined};

/// The longest name of a room.
const ROOM_NAME: usize = 255;

/// The most rooms of one client.
const ROOMS: usize = 64;

/// A namespace whose clients join and leave rooms. Both are answered with the list of rooms, or an error.
pub(crate) fn namespace<S: Send + Sync + 'static>(name: &str) -> Namespace<S> {
    Namespace::new(name).guard(rooms_of_address).on_raw("join", join).on_raw("leave", leave).on_fallback(
        async || -> Result<(), EventError> {
            Err("this server takes `join` and `leave`, each with the name of a room".into())
        },
    )
}

/// Lets a client into the rooms that its address names.
async fn rooms_of_address(socket: Socket) -> Result<(), ConnectError> {
    let named = socket.handshake().query().iter().filter(|(key, _)| key == "room").map(|(_, room)| room);
    for (count, room) in named.enumerate() {
        if count == ROOMS {
            return Err(format!("an address may name {ROOMS} rooms at most").into());
        }
        check_name(&socket, room, ROOM_NAME).map_err(|error| error.message().to_owned())?;
        socket.join(room);
    }
    Ok(())
}

async fn join(socket: Socket, Args((room,)): Args<(String,)>) -> Result<Args<(Vec<String>,)>, EventError> {
    check_name(&socket, &room, ROOM_NAME)?;
    let rooms = joined(&socket);
    if rooms.len() >= ROOMS && !rooms.contains(&room) {
        return Err(format!("you are in {ROOMS} rooms, which is the most: leave one first").into());
    }
    socket.join(room);
    Ok(Args((joined(&socket),)))
}

async fn leave(socket: Socket, Args((room,)): Args<(String,)>) -> Args<(Vec<String>,)> {
    // Its own room stays: pushes to a client's id need it.
    if room != socket.id().as_str() {
        socket.leave(room);
    }
    Args((joined(&socket),))
}
