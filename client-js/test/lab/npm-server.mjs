// The npm server with the handlers that Roomful's test server `target clients` has, and one that only this one can
// have: `once`, which handles what is sent again only once.
import { createServer } from "node:http";
import { Server } from "socket.io";
import msgpack from "socket.io-msgpack-parser";

const answer = (ack, ...args) => typeof ack === "function" && ack(...args);

/** Splits the acknowledgement off the end of an event's arguments. */
const splitAck = (args) => (typeof args.at(-1) === "function" ? [args.slice(0, -1), args.at(-1)] : [args, undefined]);

function handlers(socket) {
  const { nsp } = socket;
  const on = (event, handler) => socket.on(event, (...all) => handler(...splitAck(all)));

  on("echo", (args, ack) => (ack ? ack(...args) : socket.emit("echo", ...args)));
  on("join", ([room], ack) => (socket.join(room), answer(ack, "ok")));
  on("leave", ([room], ack) => (socket.leave(room), answer(ack, "ok")));
  on("room", ([room, message]) => nsp.to(room).emit("room", message));
  on("others", ([message]) => socket.broadcast.emit("others", message));
  on("ask", () => socket.emit("question", 41, (x) => socket.emit("answer", x)));
  on("kick", () => socket.disconnect());
  on("auth", (_, ack) => answer(ack, socket.handshake.auth));
  on("info", (_, ack) =>
    answer(ack, { id: socket.id, eio: socket.conn.protocol, transport: socket.conn.transport.name, nsp: nsp.name }),
  );
  on("burst", ([n]) => {
    for (let i = 0; i < n; i++) socket.emit("b", i);
  });
}

function guard(socket, next) {
  const token = socket.handshake.auth.token ?? socket.handshake.query.token;
  next(token === "secret" ? undefined : Object.assign(new Error("unauthorized"), { data: { code: 401 } }));
}

/** `once`(…args, id): the first time an id comes, cuts the connection before it answers; `counted` says how often. */
function onlyOnce(io) {
  const seen = new Map();
  io.of("/once").on("connection", (socket) => {
    socket.on("once", (...all) => {
      const [args, ack] = splitAck(all);
      const id = args.at(-1);
      const isNew = !seen.has(id);
      if (isNew) seen.set(id, [...seen.values()].length);
      if (isNew && args[0] % 5 === 0) socket.conn.close();
      else ack(seen.get(id));
    });
    socket.on("counted", (ack) => ack(seen.size));
  });
}

/** Starts it on a port (0: any), with the environment that `target clients` would get. */
export async function startNpmServer(port, env) {
  const http = createServer();
  const io = new Server(http, {
    serveClient: false,
    pingInterval: +(env.PING_INTERVAL ?? 3000),
    pingTimeout: +(env.PING_TIMEOUT ?? 2000),
    cors: { origin: "*" },
    ...(env.MSGPACK && { parser: msgpack }),
    ...(env.RECOVERY && { connectionStateRecovery: {} }),
  });
  io.on("connection", handlers);
  io.of("/chat").on("connection", handlers);
  io.of("/admin").use(guard).on("connection", handlers);
  onlyOnce(io);
  await new Promise((resolve, reject) => http.once("error", reject).listen(port, "127.0.0.1", resolve));
  return {
    port: http.address().port,
    async stop() {
      http.closeAllConnections();
      await io.close();
    },
  };
}
