//! A handler has to be an `async fn`.

use roomful::{Event, Namespace, Socket};
use serde::Deserialize;

#[derive(Event, Deserialize)]
struct Say;

fn join(_socket: Socket) {}

fn say(_socket: Socket, _say: Say) {}

fn main() {
    let _: Namespace = Namespace::main().on_raw("join", join);
    let _: Namespace = Namespace::main().on(say);
}
