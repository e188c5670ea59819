//! A test kit for [Roomful](https://docs.rs/roomful): clients without a network, for tests of your own handlers.
//!
//! A [`TestClient`] is a real client in all but the network: it says and hears Socket.IO packets, on a connection
//! that the server drives like any other. So what a test sees is what a browser would. No port is opened, nothing is
//! mocked, and with tokio's clock paused a test waits for nothing: time passes only when everybody waits.
//!
//! ```
//! use roomful_core::{Args, Namespace, Server, Socket};
//! use roomful_test::{TestClient, assert_ack, assert_push, refute_push};
//!
//! fn chat() -> Namespace {
//!     Namespace::main()
//!         .on_raw("join", async |socket: Socket, Args((room,)): Args<(String,)>| {
//!             socket.join(&room);
//!             Args((format!("welcome to {room}"),))
//!         })
//!         .on_raw("say", async |socket: Socket, Args((room, text)): Args<(String, String)>| {
//!             socket.to(room).emit_raw("said", (text,));
//!         })
//! }
//!
//! # // What follows is a `#[tokio::test(start_paused = true)]`.
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! # tokio::time::pause();
//! let server = Server::builder().namespace(chat()).build().unwrap();
//! let ann = TestClient::join(&server).await;
//! let bob = TestClient::join(&server).await;
//!
//! assert_ack!(ann, "join", ("tea",) => ("welcome to tea",));
//! bob.emit("join", ("tea",));
//! bob.in_room("tea").await;
//!
//! ann.emit("say", ("tea", "hello"));
//! assert_push!(bob, "said", ("hello",));
//! refute_push!(ann, "said");
//! # }
//! ```
//!
//! Add it as a dev-dependency beside tokio with its feature `test-util`. The types of `roomful` are those of
//! `roomful_core`, so it tests servers that are built with either.
//!
//! # What to test with
//!
//! | a test wants | it uses |
//! |---|---|
//! | a client in the main namespace, or one with auth, headers, a namespace | [`TestClient::join`], [`TestClient::of`] |
//! | to see a client refused by a guard | [`Joining::refused`] |
//! | an event to arrive, with these arguments, or with some that fit a pattern | [`assert_push!`] |
//! | an event not to arrive | [`refute_push!`] |
//! | the answer of a handler | [`assert_ack!`], [`TestClient::request`] |
//! | to answer what a handler asks | [`Push::answer`] |
//! | to know the rooms of a client | [`TestClient::rooms`], [`TestClient::in_room`] |
//! | a client to leave, to vanish or to fall silent | [`TestClient::leave`], [`TestClient::hang_up`], [`TestClient::fall_silent`] |
//! | a client to be thrown out | [`TestClient::kicked`], [`TestClient::closed`] |
//! | a client to lose its connection and go on where it was | [`TestClient::lose_connection`], [`Joining::back_at`] |
//! | binary data | `bytes::Bytes` in the arguments, both ways |
//!
//! # Waiting
//!
//! Everything that waits does so for at most [`Joining::patience`], 5 seconds by default, and then fails the test at
//! the line that waits. [`refute_push!`] and [`settle`] wait for 25 milliseconds, which with the clock paused is until
//! nothing happens any more without time passing, and costs nothing.
//!
//! [`Pipe`] and [`Memory`] are what clients stand on, for tests of links and of slow clients.

mod asserts;
mod client;
mod inbox;
mod joining;
mod memory;
mod pipe;
mod place;
mod reader;

pub use client::{TestClient, settle};
pub use inbox::Push;
pub use joining::{Joining, Refused};
pub use memory::Memory;
pub use pipe::{Arrived, Flow, Pipe};
pub use place::Place;
