//! What a handler fails with is meant for the client.

use roomful::{Event, Namespace, Socket};
use serde::Deserialize;

#[derive(Event, Deserialize)]
#[event(ack)]
struct Say;

async fn say(_socket: Socket, _say: Say) -> Result<(), std::io::Error> {
    Ok(())
}

async fn raw(_socket: Socket) -> Result<(), std::io::Error> {
    Ok(())
}

fn main() {
    let _: Namespace = Namespace::main().on(say);
    let _: Namespace = Namespace::main().on_raw("say", raw);
}
