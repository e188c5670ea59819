// Counterpart of `target protocol`: a bare Engine.IO echo and a small Socket.IO server, CORS for any origin.
import { Server as Engine } from "engine.io";
import { Server } from "socket.io";
import { answer, echoEngine, engineOptions, httpServer, listen, splitAck } from "./common.mjs";

const options = engineOptions({ pingInterval: 300, pingTimeout: 200, cors: { origin: "*" } });
const http = httpServer();
const engine = new Engine(options);
engine.attach(http, { path: "/engine.io", destroyUpgrade: false });
echoEngine(engine);

const io = new Server(http, { ...options, serveClient: false, connectTimeout: 1000 });
const greet = (socket) => socket.emit("auth", socket.handshake.auth);

io.on("connection", (socket) => {
  greet(socket);
  socket.on("message", (...all) => socket.emit("message-back", ...splitAck(all)[0]));
  socket.on("message-with-ack", (...all) => {
    const [args, ack] = splitAck(all);
    answer(ack, ...args);
  });
});
io.of("/custom").on("connection", greet);
listen(http);
