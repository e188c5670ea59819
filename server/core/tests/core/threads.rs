//! Real threads at once. A scheduler that tries every order would need its own locks inside the core, so here
//! the machine's own is left to find orders for a moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use roomful_core::{Namespace, Server, Socket};
use roomful_protocol::link::TransportEnd;

use crate::support::Client;

/// How long threads race.
const RACE: Duration = Duration::from_millis(700);

fn server() -> Server {
    Server::builder::<()>()
        .namespace(Namespace::main().on_connect(async |socket: Socket| socket.join("room")))
        .namespace(Namespace::new("/dyn/*"))
        .build()
        .unwrap()
}

async fn members(server: &Server, n: usize) -> Vec<Client> {
    let mut members = Vec::new();
    for _ in 0..n {
        members.push(Client::join(server).await);
    }
    members
}

/// What comes until each member has heard so many events.
async fn hear(clients: &mut [Client], n: usize) -> Vec<Vec<String>> {
    let mut heard = Vec::new();
    for client in clients {
        let mut all = Vec::new();
        while all.len() < n {
            all.push(client.next().await);
        }
        heard.push(all);
    }
    heard
}

async fn one_order(broadcast: impl Fn(&Server, usize, usize) + Copy + Send + 'static) {
    const THREADS: usize = 4;
    const EACH: usize = 1000;
    let server = server();
    let mut clients = members(&server, 8).await;
    let threads: Vec<_> = (0..THREADS)
        .map(|thread| {
            let server = server.clone();
            thread::spawn(move || (0..EACH).for_each(|n| broadcast(&server, thread, n)))
        })
        .collect();
    let heard = hear(&mut clients, THREADS * EACH).await;
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert!(heard.iter().all(|one| *one == heard[0]), "all members hear one order");
    for thread in 0..THREADS {
        let own: Vec<_> =
            heard[0].iter().filter(|packet| packet.starts_with(&format!(r#"42["n",{thread},"#))).collect();
        assert_eq!(own.len(), EACH);
        assert!(own.iter().enumerate().all(|(n, packet)| **packet == format!(r#"42["n",{thread},{n}]"#)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_members_of_a_room_hear_the_broadcasts_of_several_threads_in_one_order() {
    one_order(|server, thread, n| {
        server.main().to("room").emit_raw("n", (thread, n));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_hears_the_broadcasts_to_a_namespace_in_one_order() {
    one_order(|server, thread, n| {
        // Exceptions that meet nobody change nothing in that.
        if n % 2 == 0 {
            server.main().emit_raw("n", (thread, n));
        } else {
            server.main().except("nobody").emit_raw("n", (thread, n));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connect_comes_first_while_another_thread_broadcasts_all_the_time() {
    let server = server();
    let stop = Arc::new(AtomicBool::new(false));
    let shouting = {
        let (server, stop) = (server.clone(), stop.clone());
        thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                server.main().emit_raw("noise", ());
                server.main().to("room").emit_raw("noise", ());
            }
        })
    };
    let began = Instant::now();
    let mut joined = 0;
    while began.elapsed() < RACE || joined < 20 {
        // Fails unless CONNECT is the first thing that it hears.
        let client = Client::join(&server).await;
        client.hang_up(TransportEnd::Closed);
        joined += 1;
    }
    stop.store(true, Ordering::Relaxed);
    shouting.join().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attachments_of_two_threads_do_not_interleave() {
    const EACH: usize = 500;
    let server = server();
    let mut clients = members(&server, 1).await;
    let socket = clients[0].socket();
    let threads: Vec<_> = [1_u8, 2]
        .into_iter()
        .map(|thread| {
            let socket = socket.clone();
            let data = Bytes::from(vec![thread]);
            thread::spawn(move || {
                for _ in 0..EACH {
                    socket.emit_raw("binary", (thread, &data, &data));
                }
            })
        })
        .collect();
    let heard = hear(&mut clients, 2 * EACH * 3).await.remove(0);
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    for triple in heard.chunks(3) {
        let thread = if triple[0].contains(r#"["binary",1,"#) { 1 } else { 2 };
        assert!(triple[0].starts_with("452-"));
        assert_eq!(triple[1..], [format!("b[{thread}]"), format!("b[{thread}]")]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rooms_that_are_joined_left_and_broadcast_to_at_once_end_up_empty() {
    let server = server();
    let mut clients = members(&server, 6).await;
    let sockets: Arc<Vec<Socket>> = Arc::new(clients.iter().map(Client::socket).collect());
    let stop = Arc::new(AtomicBool::new(false));
    let broadcasts = Arc::new(AtomicUsize::new(0));
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let (sockets, stop, broadcasts, server) =
                (sockets.clone(), stop.clone(), broadcasts.clone(), server.clone());
            thread::spawn(move || {
                let mut n = thread;
                while !stop.load(Ordering::Relaxed) {
                    let socket = &sockets[n % sockets.len()];
                    let room = ["x", "y"][n % 2];
                    socket.join(room);
                    let delivery = server.main().to(["x", "y"]).except("z").emit_raw("n", n);
                    assert!(delivery.matched <= sockets.len(), "nobody is met twice");
                    socket.leave(room);
                    broadcasts.fetch_add(1, Ordering::Relaxed);
                    n += 1;
                }
            })
        })
        .collect();
    tokio::time::sleep(RACE).await;
    // Half of the members go while the others still race for them.
    for client in &clients[..3] {
        client.hang_up(TransportEnd::Closed);
    }
    for client in &mut clients[..3] {
        client.ended().await;
    }
    stop.store(true, Ordering::Relaxed);
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    for socket in sockets.iter() {
        socket.leave(["x", "y", "room"]);
    }
    assert!(broadcasts.load(Ordering::Relaxed) > 0);
    assert_eq!((server.main().room_count(), server.main().socket_count()), (0, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn namespaces_that_are_joined_and_left_at_once_are_all_removed() {
    let server = server();
    let began = Instant::now();
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let server = server.clone();
            tokio::spawn(async move {
                while began.elapsed() < RACE {
                    // Fails unless the client gets in, also when the namespace is just being removed.
                    let client = Client::join_namespace(&server, "/dyn/a").await;
                    client.send("1/dyn/a,");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let gone = async {
        while server.namespace("/dyn/a").is_some() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone).await.expect("it is removed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sockets_that_are_kicked_by_several_threads_hear_it_once() {
    let server = server();
    for _ in 0..100 {
        let mut client = Client::join(&server).await;
        let socket = client.socket();
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    socket.emit_raw("event", ());
                    socket.disconnect();
                });
            }
        });
        // All that was said before comes before the answer to this.
        client.send("0");
        let mut kicks = 0;
        loop {
            let packet = client.next().await;
            if packet.starts_with("40") {
                break;
            }
            kicks += usize::from(packet == "41");
        }
        assert_eq!(kicks, 1);
    }
}
