//! A server that recovers the sessions of clients that come back, as Node's does; or only says so.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread::JoinHandle;

use futures_util::{SinkExt as _, StreamExt as _};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::Message;

/// It stops when this is dropped.
pub(crate) struct Recovering {
    pub(crate) url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    /// All that was said, and in which room. The offset of each is its number.
    log: Vec<(Value, Value)>,
    sessions: Vec<Session>,
    /// It sends nothing of what was missed.
    forgetful: bool,
}

/// A client: its pid is its number.
#[derive(Default)]
struct Session {
    room: Value,
    /// To its connection, if it has one.
    connection: Option<mpsc::UnboundedSender<String>>,
}

impl Recovering {
    pub(crate) fn start(forgetful: bool) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State { forgetful, ..State::default() }));
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, Arc::clone(&state)));
            }
        };
        let thread = std::thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = serving => {}
                    _ = stopped => {}
                }
            });
        });
        Self { url, stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Recovering {
    fn drop(&mut self) {
        drop(self.stop.take());
        let _ = self.thread.take().unwrap().join();
    }
}

async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) {
    let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else { return };
    let (sender, mut queue) = mpsc::unbounded_channel();
    sender.send(r#"0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000}"#.to_owned()).unwrap();
    let mut number = None;
    loop {
        tokio::select! {
            text = queue.recv() => {
                if socket.send(Message::text(text.unwrap())).await.is_err() {
                    break;
                }
            }
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => state.lock().hear(&text, &mut number, &sender),
                Some(Ok(_)) => {}
                _ => break,
            },
        }
    }
    if let Some(number) = number {
        // The client may be back already.
        let connection = &mut state.lock().sessions[number].connection;
        connection.take_if(|connection| connection.same_channel(&sender));
    }
}

impl State {
    fn hear(&mut self, text: &str, number: &mut Option<usize>, sender: &mpsc::UnboundedSender<String>) {
        if let Some(auth) = text.strip_prefix("40") {
            *number = Some(self.enter(&serde_json::from_str(auth).unwrap_or_default(), sender));
            return;
        }
        let Some((packet, number)) = text.strip_prefix("42").zip(*number) else { return };
        let (id, array) = packet.split_at(packet.find('[').unwrap());
        let array: Vec<Value> = serde_json::from_str(array).unwrap();
        match array[0].as_str().unwrap() {
            "join" => {
                self.sessions[number].room = array[1].clone();
                sender.send(format!("43{id}[]")).unwrap();
            }
            _ => self.say(array[1].clone(), array[2].clone()),
        }
    }

    /// First what was missed, then the answer, as the reference does it.
    fn enter(&mut self, auth: &HashMap<String, String>, sender: &mpsc::UnboundedSender<String>) -> usize {
        let known = auth.get("pid").map(|pid| pid.parse::<usize>().unwrap());
        let number = known.unwrap_or(self.sessions.len());
        if known.is_none() {
            self.sessions.push(Session::default());
        } else if !self.forgetful {
            let from = auth.get("offset").map_or(0, |offset| offset.parse::<usize>().unwrap() + 1);
            let room = &self.sessions[number].room;
            let missed = self.log.iter().enumerate().skip(from).filter(|(_, (said_in, _))| said_in == room);
            for (offset, (_, text)) in missed {
                let _ = sender.send(said(text, offset));
            }
        }
        let _ = sender.send(format!("40{}", json!({ "sid": "b", "pid": number.to_string() })));
        self.sessions[number].connection = Some(sender.clone());
        number
    }

    fn say(&mut self, room: Value, text: Value) {
        let packet = said(&text, self.log.len());
        for session in self.sessions.iter().filter(|session| session.room == room) {
            // Whoever is away gets it later.
            if let Some(connection) = &session.connection {
                let _ = connection.send(packet.clone());
            }
        }
        self.log.push((room, text));
    }
}

fn said(text: &Value, offset: usize) -> String {
    format!("42{}", json!(["said", text, offset.to_string()]))
}
