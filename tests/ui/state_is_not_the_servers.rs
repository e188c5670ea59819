//! `State<T>` needs the server to have a `T`.

use roomful::{Namespace, Socket, State};

#[derive(Clone)]
struct App;

#[derive(Clone)]
struct Database;

async fn join(_socket: Socket, _database: State<Database>) {}

fn main() {
    let _ = Namespace::<App>::main().on_connect(join);
}
