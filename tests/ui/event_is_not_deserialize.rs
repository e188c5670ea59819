//! An event that is handled has to be `Deserialize`.

use roomful::{Event, Namespace, Socket};

#[derive(Event)]
struct Say;

async fn say(_socket: Socket, _say: Say) {}

fn main() {
    let _: Namespace = Namespace::main().on(say);
}
