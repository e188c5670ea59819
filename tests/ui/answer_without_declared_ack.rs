//! A typed handler returns nothing where its event declares no acknowledgement.

use roomful::{Event, Namespace, Socket};
use serde::Deserialize;

#[derive(Event, Deserialize)]
struct Say;

async fn say(_socket: Socket, _say: Say) -> String {
    "thanks".into()
}

fn main() {
    let _: Namespace = Namespace::main().on(say);
}
