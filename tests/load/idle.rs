//! What an idle WebSocket connection costs the server in resident memory.
//!
//! Starts `target bench` with one worker, opens connections that join `/`, and compares the server's resident
//! memory before and after. Prints the figure; fails above the bound.
//!
//! `cargo run --release -p roomful-tests --bin idle [CONNECTIONS]` (default 5,000)

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Bytes of resident memory that an idle connection may cost.
const BOUND: u64 = 10 << 10;

/// Connections opened at a time: fewer than a listener queues.
const BATCH: usize = 100;

type Failure = Box<dyn Error + Send + Sync>;

/// The server, ended with this program.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start() -> Result<Self, Failure> {
        let program: PathBuf = std::env::current_exe()?.with_file_name("target");
        let mut child = Command::new(&program)
            .arg("bench")
            .env("PORT", "0")
            .env("WORKERS", "1")
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}; build it first with `--bin target`", program.display()))?;
        let output = child.stdout.take().ok_or("the server has no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let port = line.strip_prefix("LISTEN ").ok_or("the server did not start")?.trim().parse()?;
        Ok(Self { child, port })
    }

    fn resident(&self) -> Result<u64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kib: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib << 10)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn main() -> ExitCode {
    let connections = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(5000);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.map_err(Failure::from).and_then(|runtime| runtime.block_on(measure(connections))) {
        Ok(bytes) if bytes <= BOUND => ExitCode::SUCCESS,
        Ok(bytes) => {
            eprintln!("idle: {bytes} bytes a connection are more than the {BOUND} allowed");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("idle: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(connections: usize) -> Result<u64, Failure> {
    let server = Server::start()?;
    // The first connections pay for what all share.
    let mut open = Vec::with_capacity(connections + 1);
    open.push(connect(server.port).await?);
    let before = server.resident()?;
    let begun = Instant::now();
    while open.len() <= connections {
        let batch = BATCH.min(connections + 1 - open.len());
        let dials: Vec<_> = (0..batch).map(|_| tokio::spawn(connect(server.port))).collect();
        for dial in dials {
            open.push(dial.await??);
        }
        if (open.len() - 1).is_multiple_of(1000) {
            eprintln!("idle: {} of {connections} connections", open.len() - 1);
        }
    }
    let took = begun.elapsed();
    let bytes = settled(&server).await?.saturating_sub(before) / connections as u64;
    println!(
        "{connections} idle WebSocket connections: {bytes} bytes of resident memory each ({took:.1?} to open)"
    );
    Ok(bytes)
}

/// The resident memory once it has stopped changing.
async fn settled(server: &Server) -> Result<u64, Failure> {
    let mut last = server.resident()?;
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let now = server.resident()?;
        if now == last {
            return Ok(now);
        }
        last = now;
    }
}

/// Opens a WebSocket and joins `/`.
async fn connect(port: u16) -> Result<TcpStream, Failure> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let request = format!(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    read_until(&mut stream, "\"maxPayload\":").await?;
    // The text `40`, masked with zeros.
    stream.write_all(&[0x81, 0x82, 0, 0, 0, 0, b'4', b'0']).await?;
    read_until(&mut stream, "40{\"sid\"").await?;
    Ok(stream)
}

async fn read_until(stream: &mut TcpStream, text: &str) -> Result<(), Failure> {
    let mut seen = Vec::new();
    let mut buffer = [0; 1024];
    while !seen.windows(text.len()).any(|window| window == text.as_bytes()) {
        let n = stream.read(&mut buffer).await?;
        if n == 0 {
            return Err("the server closed a connection".into());
        }
        seen.extend_from_slice(&buffer[..n]);
    }
    Ok(())
}
