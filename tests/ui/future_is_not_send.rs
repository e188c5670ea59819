//! What a handler holds while it awaits has to be `Send`.

use std::rc::Rc;

use roomful::{Event, Namespace, Socket};
use serde::Deserialize;

#[derive(Event, Deserialize)]
struct Say;

async fn say(_socket: Socket, _say: Say) {
    let count = Rc::new(1);
    std::future::ready(()).await;
    drop(count);
}

fn main() {
    let _: Namespace = Namespace::main().on(say);
}
