// The examples on the npm server: `node examples/server.mjs`, then open http://127.0.0.1:3000/chat/ or /whiteboard/.
// With CLIENT=official in the environment, the pages get socket.io-client instead of roomful-client.
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { Server } from "socket.io";
import { makeSite } from "./site.mjs";

function relay(socket) {
  const { nsp } = socket;
  socket.on("join", (room, ack) => {
    socket.join(room);
    ack("ok");
  });
  socket.on("room", (room, message) => nsp.to(room).emit("room", message));
  socket.on("others", (message) => socket.broadcast.emit("others", message));
  socket.on("echo", (value, ack) => ack(value));
  socket.on("auth", (ack) => ack(socket.handshake.auth));
  socket.on("ask", () => socket.emit("question", 41, (answer) => socket.emit("answer", answer)));
}

function staffOnly(socket, next) {
  if (socket.handshake.auth.token === "secret") next();
  else next(Object.assign(new Error("unauthorized"), { data: { code: 401 } }));
}

/** Starts it on a port (0: any). */
export async function start(client, port) {
  const site = await makeSite(client);
  const http = createServer((_, response) => response.writeHead(404).end());
  const io = new Server(http, { serveClient: false });
  for (const name of ["/", "/chat", "/admin"]) io.of(name).on("connection", relay);
  io.of("/admin").use(staffOnly);
  // The client's script lies below the server's path; so the pages come first.
  const [answer] = http.listeners("request");
  http.removeListener("request", answer).on("request", (...args) => site(...args) || answer.apply(http, args));
  await new Promise((resolve) => http.listen(port, "127.0.0.1", resolve));
  return { io, port: http.address().port };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { port } = await start(process.env.CLIENT ?? "roomful", +(process.env.PORT ?? 3000));
  console.log(`http://127.0.0.1:${port}/chat/ and http://127.0.0.1:${port}/whiteboard/`);
}
