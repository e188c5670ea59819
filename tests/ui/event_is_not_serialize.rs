//! An event that is emitted has to be `Serialize`.

use roomful::{Event, Socket};

#[derive(Event)]
struct Said;

fn tell(socket: &Socket) {
    socket.emit(Said);
}

fn main() {}
