//! A board game whose events are types in Rust and in TypeScript.
//!
//! `cargo run -p example-typed -- --types > examples/typed/client/events.ts` makes the types for clients, of which
//! `client/player.ts` is one; `cargo run -p example-typed` serves.

mod events;

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use roomful::prelude::*;
use roomful::{BuildError, last_text};

use events::{Audience, Move, Moved, StoneMoved};

/// The fields of the board in each direction.
const SIZE: u8 = 8;

/// The moves that have been made.
type Moves = Arc<AtomicU32>;

async fn make_move(socket: Socket, State(moves): State<Moves>, made: Move) -> Moved {
    if made.to.column >= SIZE || made.to.row >= SIZE {
        return Moved::Refused { why: format!("the board has {SIZE} columns and rows") };
    }
    let by = socket.id().to_string();
    socket.broadcast().emit(StoneMoved { by, to: made.to });
    Moved::Accepted { number: moves.fetch_add(1, Ordering::Relaxed) + 1 }
}

async fn count(socket: Socket) {
    let everyone = socket.namespace();
    everyone.emit(Audience(everyone.socket_count(), None));
}

fn server() -> Result<Server, BuildError> {
    Server::builder()
        // A move that its client sends again, since the answer did not come in time, is made once.
        .namespace(Namespace::main().handle_once(last_text).on_connect(count).on(make_move))
        .build_with(Moves::default())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    if std::env::args().nth(1).as_deref() == Some("--types") {
        print!("{}", events::typescript()?);
        return Ok(());
    }
    let server = server()?;
    let port = std::env::var("PORT").unwrap_or_else(|_| "3000".to_owned()).parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("open http://{}", listener.local_addr()?);
    let app = Router::new().merge(server.router());
    roomful::serve(listener, app).until(async { _ = tokio::signal::ctrl_c().await }).run()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use roomful_test::{TestClient, assert_ack, assert_push};

    use super::*;

    #[test]
    fn the_types_of_the_client_are_those_of_the_server() {
        let types = include_str!("../client/events.ts");
        let remedy = "run `cargo run -p example-typed -- --types > examples/typed/client/events.ts`";
        assert_eq!(types, events::typescript().unwrap(), "{remedy}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_move_is_answered_and_the_others_hear_of_it() {
        let server = server().unwrap();
        let (ann, bob) = (TestClient::join(&server).await, TestClient::join(&server).await);
        let to = events::Field { column: 2, row: 7 };
        assert_ack!(ann, "move", Move { game_id: 1, to } => Moved::Accepted { number: 1 });
        assert_push!(bob, "stoneMoved", StoneMoved { by: ann.id().to_string(), to });
        let to = events::Field { column: 8, row: 0 };
        let why = "the board has 8 columns and rows".to_owned();
        assert_ack!(ann, "move", Move { game_id: 1, to } => Moved::Refused { why });
    }
}
