//! The program itself: what it prints, what it answers, how it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const KEY: &str = "a-key-for-this-test";

/// The program without anything that the environment of the test says.
fn roomful(flags: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_roomful"));
    command.args(flags).env_clear().stdin(Stdio::null());
    command
}

fn run(flags: &[&str]) -> Output {
    roomful(flags).output().unwrap()
}

/// A server that runs. It ends with the test.
struct Running {
    child: Child,
    address: String,
    printed: String,
}

impl Running {
    fn start(flags: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = roomful(&[&["--port", "0"], flags].concat());
        command.envs(environment.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut printed = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        while !printed.contains("Ctrl-C stops") {
            printed.push_str(&lines.next().unwrap().unwrap());
            printed.push('\n');
        }
        let address =
            printed.split("http://").nth(1).unwrap().split(['/', '\n', ' ']).next().unwrap().to_owned();
        Self { child, address, printed }
    }

    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn get(&self, path: &str, headers: &str) -> String {
        self.ask(&format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\r\n",
            self.address
        ))
    }

    fn emit(&self, key: Option<&str>, body: &str) -> String {
        let authorization = key.map(|key| format!("Authorization: Bearer {key}\r\n")).unwrap_or_default();
        self.ask(&format!(
            "POST /api/emit HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{authorization}Content-Type: \
             application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        ))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_answers_health_pushes_the_page_and_nothing_else() {
    let server = Running::start(&["--namespace", "orders"], &[("ROOMFUL_API_KEY", KEY)]);
    assert!(server.get("/healthz", "").ends_with("\r\n\r\nok"));
    assert!(server.get("/nothing", "").starts_with("HTTP/1.1 404"));
    assert!(server.get("/", "").contains("<title>Roomful playground</title>"));
    assert!(server.get("/", "").contains("content=\"/socket.io\""));
    assert!(server.get("/", "").contains("content-security-policy: default-src 'none'"));
    assert!(server.emit(None, r#"{"event":"e"}"#).starts_with("HTTP/1.1 401"));
    assert!(server.emit(Some("a-key-for-this-tesT"), r#"{"event":"e"}"#).starts_with("HTTP/1.1 401"));
    let pushed = server.emit(Some(KEY), r#"{"event":"e","rooms":["a"],"args":[1,"two"]}"#);
    assert!(pushed.starts_with("HTTP/1.1 200") && pushed.contains(r#""matched":0"#), "{pushed}");
    for namespace in ["/", "/orders", "/playground"] {
        let body = format!(r#"{{"event":"e","namespace":"{namespace}"}}"#);
        assert!(server.emit(Some(KEY), &body).starts_with("HTTP/1.1 200"), "{namespace}");
    }
    assert!(!server.printed.contains(KEY));
}

#[test]
fn without_a_key_it_makes_one_and_prints_a_line_that_works() {
    let server = Running::start(&[], &[]);
    let key = server.printed.split("Bearer ").nth(1).unwrap().split('\'').next().unwrap();
    let body = server.printed.split("-d '").nth(1).unwrap().split('\'').next().unwrap();
    assert!(server.emit(Some(key), body).starts_with("HTTP/1.1 200"), "{}", server.printed);
    assert!(server.emit(None, body).starts_with("HTTP/1.1 401"));
}

#[test]
fn without_the_playground_there_is_neither_page_nor_namespace() {
    let server = Running::start(&["--no-playground", "--path", "/live"], &[("ROOMFUL_API_KEY", KEY)]);
    assert!(server.get("/", "").starts_with("HTTP/1.1 404"));
    assert!(server.get("/playground/playground.js", "").starts_with("HTTP/1.1 404"));
    assert!(server.emit(Some(KEY), r#"{"event":"e","namespace":"/playground"}"#).starts_with("HTTP/1.1 404"));
    assert!(server.get("/live/?EIO=4&transport=polling", "").contains("\"sid\""));
    assert!(server.get("/socket.io/?EIO=4&transport=polling", "").starts_with("HTTP/1.1 404"));
}

#[test]
fn pages_of_other_origins_may_connect_only_when_they_are_named() {
    let server = Running::start(&["--cors-origin", "https://a.example", "--cors-credentials"], &[]);
    let open = |headers: &str| server.get("/socket.io/?EIO=4&transport=polling", headers);
    assert!(open("").starts_with("HTTP/1.1 200"));
    assert!(open(&format!("Origin: http://{}\r\n", server.address)).starts_with("HTTP/1.1 200"));
    let named = open("Origin: https://a.example\r\n");
    assert!(named.contains("access-control-allow-origin: https://a.example"), "{named}");
    assert!(named.contains("access-control-allow-credentials: true"));
    let foreign = open("Origin: https://b.example\r\n");
    assert!(foreign.starts_with("HTTP/1.1 403") && !foreign.contains("access-control-allow"), "{foreign}");
    let websocket = "Origin: https://b.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                     Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let foreign = server.get("/socket.io/?EIO=4&transport=websocket", websocket);
    assert!(foreign.starts_with("HTTP/1.1 403"), "{foreign}");
}

#[cfg(unix)]
#[test]
fn it_stops_cleanly_and_soon_when_it_is_told_to() {
    for signal in ["-TERM", "-INT"] {
        let mut server = Running::start(&[], &[]);
        // A client that is connected, and one that is only there.
        assert!(server.get("/socket.io/?EIO=4&transport=polling", "").contains("\"sid\""));
        let _idle = TcpStream::connect(&server.address).unwrap();
        let begin = Instant::now();
        assert!(
            Command::new("kill").args([signal, &server.child.id().to_string()]).status().unwrap().success()
        );
        assert_eq!(server.child.wait().unwrap().code(), Some(0));
        assert!(begin.elapsed() < Duration::from_secs(8), "{:?}", begin.elapsed());
    }
}

#[test]
fn a_taken_port_is_an_error_that_says_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = run(&["--port", &port]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(error.contains(&port) && error.contains("--port 0"), "{error}");
}

#[test]
fn wrong_flags_and_values_end_it_with_2_and_say_what_would_be_right() {
    for (flags, says) in [
        (&["--prot", "1"][..], "--port"),
        (&["--port", "x"], "1 to 65535"),
        (&["--log", "loud"], "debug"),
        (&["launch"], "`serve`"),
    ] {
        let output = run(flags);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{flags:?}");
        assert!(error.starts_with("roomful: ") && error.contains(says), "{flags:?}: {error}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn help_and_version_are_printed_to_standard_output() {
    let help = run(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    assert!(String::from_utf8(help.stdout).unwrap().contains("--cors-origin"));
    let version = String::from_utf8(run(&["-V"]).stdout).unwrap();
    assert_eq!(version.trim(), concat!("roomful ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn its_own_handlers_for_the_bench_are_there_only_when_they_are_asked_for() {
    let plain = Running::start(&[], &[("ROOMFUL_API_KEY", KEY)]);
    assert!(!plain.printed.contains("/bench"));
    let server = Running::start(&["--bench-handlers"], &[("ROOMFUL_API_KEY", KEY)]);
    let url = format!("http://{}", server.address);
    let flags = ["bench", &url, "--namespace=/bench", "--connections=3", "--duration=0.2", "--warmup=0"];
    let output = run(&flags);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8(output.stdout).unwrap().contains("p99.9"));
}

#[test]
fn the_bench_has_a_help_of_its_own() {
    let help = String::from_utf8(run(&["bench", "--help"]).stdout).unwrap();
    for part in
        ["fan-out", "idle", "jitter", "avalanche", "--in-flight", "--restart-command", "socket.on(\"say\""]
    {
        assert!(help.contains(part), "{part}");
    }
}

#[test]
fn messages_are_compressed_only_when_that_is_asked_for() {
    let agreed = |flags: &[&str]| {
        let server = Running::start(flags, &[]);
        let mut stream = TcpStream::connect(&server.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let request = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\
                       Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                       Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.extend(byte);
        }
        let head = String::from_utf8(head).unwrap();
        assert!(head.starts_with("HTTP/1.1 101"), "{head}");
        head.contains("permessage-deflate")
    };
    assert!(agreed(&["--compression"]));
    assert!(!agreed(&[]));
}
