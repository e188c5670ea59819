//! Only events can be emitted without a name.

use roomful::Socket;
use serde::Serialize;

#[derive(Serialize)]
struct Said;

fn tell(socket: &Socket) {
    socket.emit(Said);
}

fn main() {}
