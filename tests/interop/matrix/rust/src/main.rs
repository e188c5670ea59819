//! rust_socketio in the matrix of real clients: `matrix-rust-client URL TRANSPORTS`.
//!
//! Prints a line of JSON for each check. The client knows no answers to the server's acks, no second namespace on a
//! connection and one attachment a packet, so it is not asked for them.

use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rust_socketio::client::Client;
use rust_socketio::{ClientBuilder, Event, Payload, TransportType};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(10);
const TEXT: &str = "Ä ß Я てすと 你好 שלום \"'\\/ \u{2028}\u{2029} \u{1} 👩‍👩‍👧‍👦 𝒳";

type Outcome = Result<(), String>;

/// Where the clients connect to.
#[derive(Clone)]
struct Place {
    url: String,
    transports: String,
}

/// A connected client and what it hears.
struct Connected {
    client: Client,
    heard: Receiver<(String, Payload)>,
}

impl Place {
    fn open(&self, namespace: &str, token: Option<&str>) -> Result<Connected, String> {
        let (hear, heard) = channel();
        let hear_state = hear.clone();
        let transport = match self.transports.as_str() {
            "polling" => TransportType::Polling,
            "websocket" => TransportType::Websocket,
            _ => TransportType::WebsocketUpgrade,
        };
        let mut builder = ClientBuilder::new(&self.url)
            .namespace(namespace)
            .transport_type(transport)
            .reconnect(false)
            .on_any(move |event, payload, _| {
                let _ = hear.send((event.to_string(), payload));
            });
        for event in [Event::Connect, Event::Error, Event::Close] {
            let (hear, name) = (hear_state.clone(), event.to_string());
            builder = builder.on(event, move |payload, _| {
                let _ = hear.send((name.clone(), payload));
            });
        }
        if let Some(token) = token {
            builder = builder.auth(json!({ "token": token }));
        }
        let client = builder.connect().map_err(|error| format!("{error:?}"))?;
        Ok(Connected { client, heard })
    }

    /// The client says that it is connected before its CONNECT is answered, and would send events too early.
    fn join(&self, namespace: &str, token: Option<&str>) -> Result<Connected, String> {
        let connected = self.open(namespace, token)?;
        connected.next("connect")?;
        Ok(connected)
    }

    fn main(&self) -> Result<Connected, String> {
        self.join("/", None)
    }
}

impl Connected {
    fn emit(&self, event: &str, payload: impl Into<Payload>) -> Outcome {
        self.client.emit(event, payload).map_err(|error| error.to_string())
    }

    fn ask(&self, event: &str, payload: impl Into<Payload>) -> Result<Payload, String> {
        let (answer, answered) = channel();
        let hear = move |payload: Payload, _: rust_socketio::RawClient| {
            let _ = answer.send(payload);
        };
        self.client.emit_with_ack(event, payload, PATIENCE, hear).map_err(|error| error.to_string())?;
        answered.recv_timeout(PATIENCE).map_err(|_| format!("no ack of {event}"))
    }

    /// The first argument of an ack; this client hands out all arguments as one array.
    fn ask_for_one(&self, event: &str, payload: impl Into<Payload>) -> Result<Value, String> {
        match self.ask(event, payload)? {
            Payload::Text(values) => {
                let first = values.into_iter().next().unwrap_or(Value::Null);
                Ok(first.as_array().and_then(|all| all.first().cloned()).unwrap_or(first))
            }
            other => Err(format!("the ack is {other:?}")),
        }
    }

    fn fence(&self) -> Outcome {
        self.ask("echo", json!("fence")).map(drop)
    }

    /// The next payload of `event`.
    fn next(&self, event: &str) -> Result<Payload, String> {
        let end = Instant::now() + PATIENCE;
        loop {
            let rest = end.saturating_duration_since(Instant::now());
            let (name, payload) = self.heard.recv_timeout(rest).map_err(|_| format!("no event {event}"))?;
            if name == event {
                return Ok(payload);
            }
        }
    }

    /// How often `event` has been heard so far.
    fn count(&self, event: &str) -> usize {
        self.heard.try_iter().filter(|(name, _)| name == event).count()
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        let _ = self.client.disconnect();
    }
}

fn same<T: PartialEq + std::fmt::Debug>(actual: T, expected: T) -> Outcome {
    if actual == expected { Ok(()) } else { Err(format!("{actual:?} instead of {expected:?}")) }
}

fn connect(place: &Place) -> Outcome {
    place.main()?.fence()
}

fn transport(place: &Place) -> Outcome {
    let info = place.main()?.ask_for_one("info", json!(null))?;
    let expected = place.transports.split(',').next_back().unwrap_or_default();
    same(&info["transport"], &json!(expected))
}

fn auth_accepted(place: &Place) -> Outcome {
    let admin = place.join("/admin", Some("secret"))?;
    same(admin.ask_for_one("info", json!(null))?["nsp"].clone(), json!("/admin"))
}

fn auth_refused(place: &Place) -> Outcome {
    let refused = place.open("/admin", Some("wrong"))?;
    let reason = format!("{:?}", refused.next("error")?);
    same(reason.contains("unauthorized"), true).map_err(|_| reason)
}

fn text(place: &Place) -> Outcome {
    let client = place.main()?;
    let sent = vec![json!("hello"), json!(1.5), json!(null), json!({"a": [true]})];
    client.emit("echo", sent.clone())?;
    same(client.next("echo")?, Payload::Text(sent))
}

fn unicode(place: &Place) -> Outcome {
    let client = place.main()?;
    client.emit("echo", vec![json!(TEXT), json!({ TEXT: TEXT })])?;
    same(client.next("echo")?, Payload::Text(vec![json!(TEXT), json!({ TEXT: TEXT })]))
}

/// Over WebSocket this fails with any server: the client takes the byte 0x1e for the separator of a polling payload.
fn binary(place: &Place) -> Outcome {
    let client = place.main()?;
    let bytes: Vec<u8> = (0..=255).collect();
    client.emit("echo", bytes.clone())?;
    same(client.next("echo")?, Payload::from(bytes))
}

fn large(place: &Place) -> Outcome {
    let client = place.main()?;
    let (bytes, text) = (vec![7; 200_000], "0123456789".repeat(10_000));
    client.emit("echo", bytes.clone())?;
    same(client.next("echo")? == Payload::from(bytes), true)?;
    client.emit("echo", json!(text))?;
    same(client.next("echo")? == Payload::from(json!(text)), true)
}

fn ack_of_the_server(place: &Place) -> Outcome {
    same(place.main()?.ask_for_one("echo", json!("one"))?, json!("one"))
}

fn rooms(place: &Place) -> Outcome {
    let (inside, outside) = (place.main()?, place.main()?);
    let room = format!("room {} {}", std::process::id(), place.transports);
    inside.ask("join", json!(room))?;
    outside.emit("room", vec![json!(room), json!("first")])?;
    same(inside.next("room")?, Payload::from(json!("first")))?;
    inside.ask("leave", json!(room))?;
    outside.emit("room", vec![json!(room), json!("second")])?;
    outside.fence()?;
    inside.fence()?;
    same((inside.count("room"), outside.count("room")), (0, 0))
}

fn namespaces(place: &Place) -> Outcome {
    let (main, chat) = (place.main()?, place.join("/chat", None)?);
    chat.fence()?;
    chat.emit("others", json!("chat"))?;
    chat.fence()?;
    main.fence()?;
    same(main.count("others"), 0)
}

fn kick(place: &Place) -> Outcome {
    let client = place.main()?;
    client.emit("kick", json!(null))?;
    client.next("close").map(drop)
}

fn burst(place: &Place) -> Outcome {
    let client = place.main()?;
    client.emit("burst", json!(1000))?;
    in_order(&client, "b", 1000)
}

fn answers_in_order(place: &Place) -> Outcome {
    let client = place.main()?;
    // Over polling this client makes a request for each of them.
    for i in 0..50 {
        client.emit("echo", json!(i))?;
    }
    in_order(&client, "echo", 50)
}

fn in_order(client: &Connected, event: &str, count: u32) -> Outcome {
    (0..count).try_for_each(|i| same(client.next(event)?, Payload::from(json!(i))))
}

/// Two intervals of 3 s have passed after 9 s, and a client without a heartbeat is cut after 7 s.
fn heartbeat(place: &Place) -> Outcome {
    let client = place.main()?;
    std::thread::sleep(Duration::from_secs(9));
    client.fence()?;
    same(client.count("close"), 0)
}

type Check = (&'static str, fn(&Place) -> Outcome);

const CHECKS: [Check; 13] = [
    ("transport", transport),
    ("auth accepted", auth_accepted),
    ("auth refused", auth_refused),
    ("text", text),
    ("unicode", unicode),
    ("binary", binary),
    ("large", large),
    ("ack of the server", ack_of_the_server),
    ("rooms", rooms),
    ("namespaces", namespaces),
    ("kick", kick),
    ("burst", burst),
    ("answers in order", answers_in_order),
];

fn play(name: &str, check: fn(&Place) -> Outcome, place: &Place) -> bool {
    let outcome = check(place);
    println!("{}", json!({ "check": name, "error": outcome.as_ref().err() }));
    outcome.is_ok()
}

fn main() {
    let mut args = std::env::args().skip(1);
    let (Some(url), Some(transports)) = (args.next(), args.next()) else {
        eprintln!("usage: matrix-rust-client URL TRANSPORTS");
        std::process::exit(2);
    };
    let place = Place { url, transports };
    // Who cannot connect need not wait in vain for all the rest.
    if !play("connect", connect, &place) {
        std::process::exit(0);
    }
    let waiting = std::thread::spawn({
        let place = place.clone();
        move || play("heartbeat", heartbeat, &place)
    });
    for (name, check) in CHECKS {
        play(name, check, &place);
    }
    if waiting.join().is_err() {
        std::process::exit(1);
    }
    // The threads of the client's connections outlive it.
    std::process::exit(0);
}
