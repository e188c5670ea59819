// The chat of docs/from-socketio-node.md in Node: `npm install socket.io && node server.mjs`.
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  if (request.method !== "POST" || pathname !== "/announce") return response.writeHead(404).end();
  chat.emit("announcement", searchParams.get("text"));
  response.writeHead(204).end();
});
const io = new Server(http, { cors: { origin: "*" } });
const chat = io.of("/chat");
let messages = 0;

chat.use((socket, next) => {
  const { name, token } = socket.handshake.auth;
  if (token !== "secret") {
    return next(Object.assign(new Error("not authorized"), { data: { code: 401 } }));
  }
  socket.data.name = name;
  next();
});

chat.on("connection", (socket) => {
  const { name } = socket.data;

  socket.on("join", (room, ack) => {
    socket.join(room);
    socket.to(room).emit("joined", name);
    ack(chat.adapter.rooms.get(room).size);
  });

  socket.on("say", (room, text, ack) => {
    if (!socket.rooms.has(room)) return ack({ error: "join the room first" });
    chat.to(room).emit("said", { name, text });
    ack(++messages);
  });

  socket.on("typing", (room) => {
    socket.volatile.to(room).emit("typing", name);
  });

  socket.on("clear", async (room) => {
    try {
      const sure = await socket.timeout(5000).emitWithAck("sure", room);
      if (sure) chat.to(room).emit("cleared", name);
    } catch {
      // It did not answer.
    }
  });

  socket.on("disconnecting", (reason) => {
    for (const room of socket.rooms) {
      if (room !== socket.id) socket.to(room).emit("left", name, reason);
    }
  });
});

http.listen(process.env.PORT ?? 3000, "127.0.0.1", () => console.log(`LISTEN ${http.address().port}`));
process.once("SIGTERM", () => process.exit());
