// Counterpart of `target clients`: what client libraries talk to. (`REDIS` waits for the Redis adapter.)
import { Server as Engine } from "engine.io";
import { Server } from "socket.io";
import msgpack from "socket.io-msgpack-parser";
import { answer, echoEngine, engineOptions, httpServer, listen, splitAck } from "./common.mjs";

const options = engineOptions({
  pingInterval: 3000,
  pingTimeout: 2000,
  allowEIO3: true,
  cors: { origin: "*" },
});
const http = httpServer();
const engine = new Engine(options);
engine.attach(http, { path: "/engine.io", destroyUpgrade: false });
echoEngine(engine);

const io = new Server(http, {
  ...options,
  serveClient: false,
  ...(process.env.MSGPACK === "1" && { parser: msgpack }),
  ...(process.env.RECOVERY === "1" && { connectionStateRecovery: {} }),
});

function handlers(socket) {
  const nsp = socket.nsp;
  const on = (event, handler) => socket.on(event, (...all) => handler(...splitAck(all)));

  on("echo", (args, ack) => (ack ? ack(...args) : socket.emit("echo", ...args)));
  on("join", ([room], ack) => typeof room === "string" && (socket.join(room), answer(ack, "ok")));
  on("leave", ([room], ack) => typeof room === "string" && (socket.leave(room), answer(ack, "ok")));
  on("room", ([room, message]) => typeof room === "string" && nsp.to(room).emit("room", message));
  on("others", ([message]) => socket.broadcast.emit("others", message));
  on("ask", () => socket.emit("question", 41, (x) => socket.emit("answer", x)));
  on("kick", () => socket.disconnect());
  on("auth", (_, ack) => answer(ack, socket.handshake.auth));
  on("info", (_, ack) =>
    answer(ack, {
      id: socket.id,
      eio: socket.conn.protocol,
      transport: socket.conn.transport.name,
      nsp: nsp.name,
    }),
  );
  on("burst", ([n]) => {
    if (!Number.isInteger(n)) return;
    for (let i = 0; i < n; i++) socket.emit("b", i);
  });
}

function guard(socket, next) {
  const token = socket.handshake.auth.token ?? socket.handshake.query.token;
  next(token === "secret" ? undefined : Object.assign(new Error("unauthorized"), { data: { code: 401 } }));
}

io.on("connection", handlers);
io.of("/chat").on("connection", handlers);
io.of("/admin").use(guard).on("connection", handlers);
listen(http);
