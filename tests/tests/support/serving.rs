//! An app that is served in one of the ways in which users serve theirs.

use std::net::{SocketAddr, TcpListener};
use std::thread::JoinHandle;

use axum::Router;
use roomful::prelude::*;
use tokio::sync::oneshot;

/// How an app is served.
#[derive(Clone, Copy, Debug)]
pub(crate) enum How {
    /// By `roomful::serve`, on so many runtimes.
    Workers(usize),
    /// By `axum::serve`, on a multi-thread runtime of so many threads.
    Axum(usize),
}

/// An app that is being served. It stops when this is dropped.
pub(crate) struct Serving {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Serving {
    pub(crate) fn start(how: How, app: Router) -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)), how, app)
    }

    /// At the address of a server that has stopped.
    pub(crate) fn start_at(address: SocketAddr, how: How, app: Router) -> Self {
        let listener = TcpListener::bind(address).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (stop, stopped) = oneshot::channel::<()>();
        let until = async {
            let _ = stopped.await;
        };
        let thread = std::thread::spawn(move || match how {
            How::Workers(workers) => {
                roomful::serve(listener, app).workers(workers).until(until).run().expect("it serves");
            }
            How::Axum(threads) => {
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(threads)
                    .enable_all()
                    .build()
                    .expect("a runtime");
                listener.set_nonblocking(true).expect("a listener can be");
                runtime.block_on(async {
                    let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                    let app = app.into_make_service_with_connect_info::<SocketAddr>();
                    tokio::select! {
                        served = axum::serve(listener, app) => served.expect("it serves"),
                        () = until => {}
                    }
                });
            }
        });
        Self { address, stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join)
            && !std::thread::panicking()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

/// A server that echoes, lets its clients join rooms, and says things there.
pub(crate) fn echo() -> Server {
    let main = Namespace::main()
        .on_raw("echo", async |args: RawArgs| args)
        .on_raw("join", async |socket: Socket, Args((room,)): Args<(String,)>| {
            socket.join(room);
            Args(())
        })
        .on_raw("say", async |socket: Socket, Args((room, text)): Args<(String, String)>| {
            socket.within(room).emit_raw("said", text);
        });
    Server::builder::<()>().namespace(main).build().expect("a server that can be built")
}
