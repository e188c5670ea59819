//! A typed handler returns the acknowledgement its event declares.

use roomful::{Event, Namespace, Socket};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct Receipt;

#[derive(Event, Deserialize)]
#[event(ack = Receipt)]
struct Say;

async fn say(_socket: Socket, _say: Say) -> u32 {
    7
}

fn main() {
    let _: Namespace = Namespace::main().on(say);
}
