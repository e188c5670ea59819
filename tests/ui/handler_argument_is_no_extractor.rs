//! An argument of a handler has to be an extractor.

use roomful::{Namespace, Socket};

struct Database;

async fn join(_socket: Socket, _database: Database, _socket_too: Socket) {}

fn main() {
    let _: Namespace = Namespace::main().on_raw("join", join);
}
