// Node's Socket.IO as it comes, with the handlers that `roomful bench` needs. Listens on 127.0.0.1:$PORT.
// RECOVERY=1 turns connection state recovery on.
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const recovery = process.env.RECOVERY ? { connectionStateRecovery: {} } : {};
const io = new Server(http, { serveClient: false, ...recovery });

io.on("connection", (socket) => {
  socket.on("echo", (...args) => args.pop()(...args));
  socket.on("join", (room, ack) => {
    socket.join(room);
    ack?.();
  });
  socket.on("say", (room, payload) => io.to(room).emit("said", payload));
});

http.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
