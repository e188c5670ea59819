//! What tests say.

/// Waits for an event that the server emits to a client, and takes it.
///
/// - `assert_push!(client, "said")`: it comes, whatever its arguments.
/// - `assert_push!(client, "said", ("Ann", "hello"))`: its arguments are these: a tuple is several, anything else
///   that serialises is one, as in `emit_raw`.
/// - `assert_push!(client, "said", as Said => Said { text, .. } if text.len() < 10)`: its arguments are of this type
///   and fit the pattern: a tuple takes them all, anything else the first. Gives the value.
///
/// The first two give the [`Push`](crate::Push). Events of other names stay where they are, but of one name they are
/// taken in the order in which they came: the next one has to fit.
///
/// ```
/// # use roomful_core::{Namespace, Server};
/// # use roomful_test::{TestClient, assert_push};
/// #[derive(serde::Deserialize)]
/// struct Said { name: String, text: String }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # tokio::time::pause();
/// let server = Server::builder::<()>().build().unwrap();
/// let ann = TestClient::join(&server).await;
/// server.main().everyone().emit_raw("said", serde_json::json!({ "name": "Bob", "text": "hello" }));
/// let said = assert_push!(ann, "said", as Said => Said { name, .. } if name == "Bob");
/// assert_eq!(said.text, "hello");
/// # }
/// ```
///
/// # Panics
/// When it does not come in time, or does not fit.
#[macro_export]
macro_rules! assert_push {
    ($client:expr, $event:expr $(,)?) => {
        $client.push($event).await
    };
    ($client:expr, $event:expr, as $type:ty => $pattern:pat $(if $guard:expr)? $(,)?) => {{
        let push = $client.push($event).await;
        let value: $type = push.parse();
        #[allow(unused_variables)]
        let fits = matches!(&value, $pattern $(if $guard)?);
        assert!(fits, "{push:?} does not match {}", stringify!($pattern $(if $guard)?));
        value
    }};
    ($client:expr, $event:expr, $args:expr $(,)?) => {
        $client.push_with($event, $args).await
    };
}

/// Lets everything happen that happens without time passing, and fails when the client has been sent such an event.
///
/// - `refute_push!(client, "said")`: no event of this name.
/// - `refute_push!(client)`: no event at all.
///
/// An event that [`assert_push!`] has taken does not count.
///
/// # Panics
/// When it came.
#[macro_export]
macro_rules! refute_push {
    ($client:expr $(,)?) => {
        $client.no_push().await
    };
    ($client:expr, $event:expr $(,)?) => {
        $client.no_push_of($event).await
    };
}

/// Sends an event, waits for its acknowledgement and checks that.
///
/// - `assert_ack!(client, "add", (1, 2) => (3,))`: it is answered with these arguments.
/// - `assert_ack!(client, "say", "hello" => as Receipt => Receipt { id } if *id > 0)`: it is answered with this type,
///   which fits the pattern, as with [`assert_push!`]. Gives the value.
/// - `assert_ack!(client, "ping", ())`: it is answered, whatever with.
///
/// The others give the answer as [`RawArgs`](roomful_core::RawArgs).
///
/// # Panics
/// When no answer comes in time, or it does not fit.
#[macro_export]
macro_rules! assert_ack {
    ($client:expr, $event:expr, $args:expr $(,)?) => {
        $client.request($event, $args).await
    };
    ($client:expr, $event:expr, $args:expr => as $type:ty => $pattern:pat $(if $guard:expr)? $(,)?) => {{
        let answer = $client.request($event, $args).await;
        let value: $type = answer.parse().expect("an answer of this type");
        #[allow(unused_variables)]
        let fits = matches!(&value, $pattern $(if $guard)?);
        assert!(fits, "the answer {} does not match {}", answer.elements(), stringify!($pattern $(if $guard)?));
        value
    }};
    ($client:expr, $event:expr, $args:expr => $answer:expr $(,)?) => {
        $client.request_with($event, $args, $answer).await
    };
}
