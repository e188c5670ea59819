//! `roomful bench` against servers that do what they should, and against some that do not.

mod recovering;

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use recovering::Recovering;
use roomful::RawArgs;
use roomful::prelude::*;
use serde_json::Value;
use tokio::sync::oneshot;

/// A server in this process. It stops when this is dropped.
struct Serving {
    url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Serving {
    fn start(namespace: Namespace) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Server::builder().namespace(namespace).build().unwrap().router();
        let (stop, stopped) = oneshot::channel::<()>();
        let until = async {
            let _ = stopped.await;
        };
        let thread = std::thread::spawn(move || {
            roomful::serve(listener, app).workers(1).until(until).run().unwrap();
        });
        Self { url, stop: Some(stop), thread: Some(thread) }
    }

    /// Runs the tool for a short time: what it says, and the result.
    fn bench(&self, flags: &[&str]) -> (Output, Value) {
        let output =
            bench(&[flags, &["--duration", "0.3", "--warmup", "0.1", "--json", "-", &self.url]].concat());
        let json = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output, json)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.stop.take());
        let _ = self.thread.take().unwrap().join();
    }
}

/// The program itself, with its own handlers. It ends when this is dropped.
struct Program {
    child: Child,
    url: String,
}

impl Program {
    /// Waits until it listens. Port 0 is a free one.
    fn start(port: u16) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_roomful"));
        command.args(["--bench-handlers", "--port", &port.to_string()]).env_clear().stdin(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.map(Result::unwrap).find(|line| line.contains("http://")).unwrap();
        let address = line.split("http://").nth(1).unwrap().split(['/', ' ']).next().unwrap();
        Self { child, url: format!("http://{address}") }
    }

    fn port(&self) -> u16 {
        self.url.rsplit(':').next().unwrap().parse().unwrap()
    }

    fn bench(&self, flags: &[&str]) -> (Output, Value) {
        let output = bench(&[flags, &["--namespace", "/bench", "--json", "-", &self.url]].concat());
        let json = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output, json)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The tool, without anything that the environment of the test says but where programs are.
fn command(flags: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_roomful"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.arg("bench").args(flags).env_clear().env("PATH", path).stdin(Stdio::null());
    command
}

fn bench(flags: &[&str]) -> Output {
    command(flags).output().unwrap()
}

/// Waits for something that has to happen soon.
#[cfg(unix)]
fn until(condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !condition() {
        assert!(Instant::now() < deadline, "it did not happen in 10 s");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

async fn join(socket: Socket, Args((room,)): Args<(String,)>) -> Args<()> {
    socket.join(room);
    Args(())
}

fn good(name: &str) -> Namespace {
    Namespace::new(name).on_raw("echo", async |args: RawArgs| args).on_raw("join", join).on_raw(
        "say",
        async |socket: Socket, Args((room, text)): Args<(String, String)>| {
            socket.within(room).emit_raw("said", (text,));
        },
    )
}

/// A server whose `said` goes out as often as this says for the n-th message.
fn bad_at_saying(times: fn(u32) -> u32) -> Namespace {
    let count = Arc::new(AtomicU32::new(0));
    Namespace::main().on_raw("join", join).on_raw(
        "say",
        move |socket: Socket, Args((room, text)): Args<(String, String)>| {
            let times = times(count.fetch_add(1, Ordering::Relaxed));
            async move {
                for _ in 0..times {
                    socket.within(&room).emit_raw("said", (&text,));
                }
                Args(())
            }
        },
    )
}

#[test]
fn an_echo_is_measured_and_every_answer_is_right() {
    let server = Serving::start(good("/"));
    for flags in [&["--in-flight", "3"][..], &["--rate", "500"], &["--threads", "2"]] {
        let (output, json) = server.bench(&[&["--connections", "5", "--payload", "100"], flags].concat());
        assert_eq!(output.status.code(), Some(0), "{flags:?}: {}", stderr(&output));
        assert_eq!((&json["scenario"], &json["errors"]["lost"]), (&"echo".into(), &0.into()));
        assert!(json["messages"].as_u64().unwrap() > 10, "{json}");
        assert!(json["latency_us"]["p50"].as_f64() <= json["latency_us"]["p999"].as_f64(), "{json}");
        assert!(stderr(&output).contains("p99.9"), "the table goes where the JSON does not");
    }
}

#[test]
fn a_fan_out_reaches_everybody_in_a_namespace_too() {
    let server = Serving::start(good("/load"));
    let flags = ["fan-out", "--connections", "8", "--in-flight", "3", "--namespace", "/load"];
    let (output, json) = server.bench(&flags);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let (messages, deliveries) = (json["messages"].as_u64().unwrap(), json["deliveries"].as_u64().unwrap());
    assert!(messages > 10 && deliveries.abs_diff(messages * 8) <= 3 * 8, "{json}");
    assert_eq!((&json["rooms"], &json["room_size"]), (&1.into(), &8.into()));
}

#[cfg(target_os = "linux")]
#[test]
fn idle_clients_cost_the_server_memory_that_is_told() {
    let server = Serving::start(good("/"));
    let pid = std::process::id().to_string();
    let (output, json) = server.bench(&["idle", "--connections", "20", "--pid", &pid]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(json["connections"], 20);
    assert!(json["server"]["resident_bytes"].as_u64().unwrap() > 0, "{json}");
    assert!(json["server"]["resident_bytes_per_connection"].is_number(), "{json}");
}

#[test]
fn a_wrong_echo_is_an_error_in_the_result_and_in_the_exit_code() {
    let wrong = async |Args((text,)): Args<(String,)>| Args((format!("{text}?"),));
    let server = Serving::start(Namespace::main().on_raw("echo", wrong));
    let (output, json) = server.bench(&["--connections", "2"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(json["errors"]["wrong"].as_u64().unwrap() > 0, "{json}");
    assert_eq!(json["messages"], 0);
    assert!(stderr(&output).contains("`echo` answers"), "{}", stderr(&output));
}

#[test]
fn a_delivery_that_is_missing_or_comes_twice_is_an_error() {
    let missing = Serving::start(bad_at_saying(|n| u32::from(n % 10 != 5)));
    // By the clock: in a closed loop the room would wait for the missing one.
    let flags = ["rooms", "--connections", "4", "--room-size", "4", "--rate", "100"];
    let (output, json) = missing.bench(&flags);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let lost = json["errors"]["lost"].as_u64().unwrap();
    assert!(lost > 0 && lost % 4 == 0, "each is missed by four: {json}");
    let twice = Serving::start(bad_at_saying(|n| 1 + u32::from(n == 5)));
    let (output, json) = twice.bench(&flags);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(json["errors"]["repeated_or_out_of_order"], 4, "{json}");
}

#[test]
fn what_cannot_be_measured_is_an_error_that_says_what_to_do() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = bench(&[&format!("http://{free}")]);
    assert_eq!(nobody.status.code(), Some(1));
    assert!(stderr(&nobody).contains("start the server"), "{}", stderr(&nobody));
    let server = Serving::start(good("/"));
    for (flags, code, says) in [
        (&["--namespace", "/nowhere", &server.url][..], 1, "--namespace"),
        (&[&format!("{}/elsewhere", server.url)], 1, "the path of Socket.IO"),
        (&["--pid", "4294967295", &server.url], 1, "--pid"),
        (&["https://127.0.0.1"], 2, "TLS"),
        (&["--rate", "x", &server.url], 2, "--rate"),
    ] {
        let output = bench(flags);
        assert_eq!(output.status.code(), Some(code), "{flags:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(says), "{flags:?}: {}", stderr(&output));
    }
}

#[test]
fn a_server_without_the_handlers_is_told_which_one_is_missing() {
    let nothing = Serving::start(Namespace::main());
    let mute = Serving::start(Namespace::main().on_raw("join", join));
    let missing = |server: &Serving, scenario, says| {
        let (output, json) = server.bench(&[scenario, "--connections", "2"]);
        assert_eq!(output.status.code(), Some(1), "{scenario}");
        let error = stderr(&output);
        assert!(error.contains(says) && error.contains("roomful bench --help"), "{error}");
        assert!(json.is_null(), "{json}");
    };
    // Each waits for some seconds before it says so.
    std::thread::scope(|scope| {
        scope.spawn(|| missing(&nothing, "echo", "`echo`"));
        scope.spawn(|| missing(&nothing, "jitter", "`join`"));
        scope.spawn(|| missing(&mute, "fan-out", "`said`"));
    });
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_with_the_result_so_far() {
    let heard = Arc::new(AtomicU32::new(0));
    let counting = Arc::clone(&heard);
    let server = Serving::start(Namespace::main().on_raw("echo", move |args: RawArgs| {
        counting.fetch_add(1, Ordering::Relaxed);
        async { args }
    }));
    let flags = ["--connections=2", "--warmup=0", "--duration=60", "--json=-", &server.url];
    let child = command(&flags).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    // It has begun.
    until(|| heard.load(Ordering::Relaxed) > 100);
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["interrupted"], true);
    assert!(json["seconds"].as_f64().unwrap() < 59.0 && json["messages"].as_u64().unwrap() > 0, "{json}");
}

#[test]
fn the_program_itself_stands_every_scenario() {
    let server = Program::start(0);
    let rooms = ["--connections=12", "--room-size=4"];
    for (flags, figure) in [
        (&["echo", "--connections=4", "--in-flight=4"][..], "messages"),
        (&["fan-out", "--connections=8", "--ramp=200"], "deliveries"),
        (&[&["rooms", "--in-flight=4"], &rooms[..]].concat(), "deliveries"),
        (&[&["rooms", "--rate=200"], &rooms[..]].concat(), "deliveries"),
        (&["connect", "--connections=2"], "messages"),
        (&["connect", "--connections=4", "--rate=50"], "messages"),
        (&["idle", "--connections=20", "--payload=1024"], "connections"),
    ] {
        let (output, json) = server.bench(&[flags, &["--duration=0.3", "--warmup=0.1"]].concat());
        assert_eq!(output.status.code(), Some(0), "{flags:?}: {}", stderr(&output));
        assert!(json[figure].as_u64().unwrap() > 4, "{flags:?}: {json}");
        assert_eq!(json["errors"]["examples"], Value::Array(vec![]), "{flags:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_time_of_the_server_can_end_a_run_and_that_of_the_tool_is_known() {
    let server = Program::start(0);
    let pid = server.child.id().to_string();
    let (output, json) = server.bench(&["--until-cpu=0.05", "--warmup=0", "--duration=60", "--pid", &pid]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(json["seconds"].as_f64().unwrap() < 60.0, "{json}");
    assert!(json["server"]["cpu_seconds"].as_f64().unwrap() >= 0.05, "{json}");
    assert!(json["client_busy"].as_f64().unwrap() > 0.0, "{json}");
    assert!(stderr(&output).contains("messages per CPU second"), "{}", stderr(&output));
}

#[test]
fn who_was_cut_comes_back_and_what_it_missed_is_a_result_and_no_error() {
    let server = Program::start(0);
    let flags =
        ["jitter", "--connections=20", "--cut=200", "--rate=500", "--duration=1", "--reconnect-delay=0.05"];
    let (output, json) = server.bench(&flags);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let jitter = |name: &str| json["jitter"][name].as_u64().unwrap();
    assert!(jitter("cuts") > 10 && jitter("missed") > 0, "{json}");
    assert_eq!(jitter("recovered") + jitter("not_recovered"), jitter("cuts"), "all are back: {json}");
    assert_eq!(jitter("missed_though_recovered"), 0, "{json}");
    assert!(stderr(&output).contains("deliveries ("), "{}", stderr(&output));
}

#[test]
fn who_is_recovered_has_missed_nothing_and_a_server_that_only_says_so_is_found_out() {
    let flags =
        ["jitter", "--connections=10", "--cut=200", "--rate=300", "--duration=1", "--reconnect-delay=0.05"];
    for forgetful in [false, true] {
        let server = Recovering::start(forgetful);
        let output = bench(&[&flags[..], &["--json=-", &server.url]].concat());
        assert_eq!(output.status.code(), Some(i32::from(forgetful)), "{}", stderr(&output));
        let json: Value = serde_json::from_slice(&output.stdout).unwrap();
        let jitter = &json["jitter"];
        assert!(jitter["recovered"].as_u64().unwrap() > 5 && jitter["recovered"] == jitter["cuts"], "{json}");
        assert_eq!((&jitter["not_recovered"], &jitter["missed"]), (&0.into(), &0.into()), "{json}");
        let missed = jitter["missed_though_recovered"].as_u64().unwrap();
        assert_eq!(missed > 0, forgetful, "{json}");
        assert_eq!(json["errors"]["lost"], missed);
    }
}

#[test]
fn after_a_restart_everybody_is_back_and_it_is_told_when() {
    let mut server = Program::start(0);
    let flags = ["avalanche", "--connections=20", "--reconnect-delay=0.1", "--json=-", "--namespace=/bench"];
    let mut command = command(&[&flags[..], &[&server.url]].concat());
    let mut tool = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut says = BufReader::new(tool.stderr.take().unwrap());
    let mut line = String::new();
    says.read_line(&mut line).unwrap();
    assert!(line.contains("restart the server now"), "{line}");
    let port = server.port();
    drop(server);
    server = Program::start(port);
    let output = tool.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let avalanche = &json["avalanche"];
    assert_eq!((&avalanche["lost"], &avalanche["back"]), (&20.into(), &20.into()), "{json}");
    assert!(avalanche["attempts"].as_u64().unwrap() >= 20, "{json}");
    let times = ["50", "99", "100"].map(|part| avalanche[format!("seconds_until_{part}")].as_f64().unwrap());
    assert!(0.0 < times[0] && times[0] <= times[1] && times[1] <= times[2], "{json}");
    drop(server);
}

#[cfg(unix)]
#[test]
fn clients_that_do_not_come_back_are_errors_and_so_is_a_restart_that_never_happens() {
    let server = Program::start(0);
    let (output, json) = server.bench(&["avalanche", "--connections=5", "--duration=0.3"]);
    assert_eq!((output.status.code(), json), (Some(1), Value::Null));
    assert!(stderr(&output).contains("--restart-command"), "{}", stderr(&output));
    // The command only stops it.
    let stop = format!("--restart-command=kill -9 {}", server.child.id());
    let (output, json) = server.bench(&["avalanche", "--connections=5", "--duration=2", &stop]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!((&json["avalanche"]["lost"], &json["avalanche"]["back"]), (&5.into(), &0.into()), "{json}");
    assert_eq!(json["errors"]["connections"], 5);
    assert!(stderr(&output).contains("did not come back"), "{}", stderr(&output));
}
