// Counterpart of `target bench`: echo, join, say; dynamic namespaces; `GET /stats`.
import { Server } from "socket.io";
import { answer, engineOptions, httpServer, listen, splitAck } from "./common.mjs";

const http = httpServer({ "/stats": stats });
const io = new Server(http, { ...engineOptions(), serveClient: false, cleanupEmptyChildNamespaces: true });

function stats() {
  const { sockets, adapter } = io.of("/");
  return {
    sockets: sockets.size,
    rooms: adapter.rooms.size,
    in_room: adapter.rooms.get("room")?.size ?? 0,
    nsps: io._nsps.size,
  };
}

function handlers(socket) {
  socket.on("echo", (...all) => {
    const [args, ack] = splitAck(all);
    answer(ack, ...args);
  });
  socket.on("join", (room, ack) => {
    if (typeof room !== "string") return;
    socket.join(room);
    answer(ack);
  });
  socket.on("say", (...all) => {
    const [args, ack] = splitAck(all);
    if (args.length === 0) return;
    const [room, payload] = args.length === 1 ? ["room", args[0]] : args;
    if (typeof room !== "string") return;
    socket.nsp.to(room).emit("said", payload);
    answer(ack, true);
  });
}

io.on("connection", handlers);
io.of(/^\/dyn\/.+$/).on("connection", handlers);
listen(http);
