// Counterpart of `target client`: what the official client's own tests talk to.
import { Server } from "socket.io";
import { answer, engineOptions, httpServer, listen } from "./common.mjs";

const http = httpServer();
const io = new Server(http, {
  ...engineOptions({ pingInterval: 2000 }),
  serveClient: false,
  connectionStateRecovery: {},
  // Only handshakes are asked about.
  allowRequest: (request, allow) => setTimeout(() => allow(null, true), 10),
});

const TEXTS = ["てすと", "Я Б Г Д Ж Й", "Ä ä Ü ü ß", "utf8 — string", "utf8 — string"];
const PLAIN = Buffer.from("asdfasdf", "utf8");

/** Requests are plain objects, but a query's has no prototype, which msgpack and others mind. */
const handshakeOf = ({ handshake }) => ({ ...handshake, query: { ...handshake.query } });

for (const name of ["/timeout_socket", "/valid", "/asd"]) io.of(name);
io.of("/foo").on("connection", (socket) => socket.on("getId", (ack) => answer(ack, socket.id)));
io.of("/abc").on("connection", (socket) => socket.emit("handshake", handshakeOf(socket)));
io.of("/no").use((socket, next) => next(new Error("Auth failed (custom namespace)")));
io.use((socket, next) => next(socket.handshake.query.fail ? new Error("Auth failed (main namespace)") : undefined));

/** Emits `reply` once the events of `steps` have come in this order, each with the argument it asks for. */
function sequence(socket, steps, reply) {
  let at = 0;
  steps.forEach(([event, fits], step) =>
    socket.on(event, (data) => {
      if (at !== step || !fits(data)) return;
      at = (at + 1) % steps.length;
      if (at === 0) socket.emit(reply);
    }),
  );
}

const binary = Buffer.isBuffer;
const anything = () => true;
const letter = (data) => data?.hello === "lol" && binary(data.message) && data.goodbye === "gotcha";

io.on("connection", (socket) => {
  socket.on("hi", () => socket.emit("hi"));
  socket.on("echo", (data, ack) => answer(ack, data));
  socket.on("ack", () => socket.emit("ack", (a, b) => a === 5 && b?.test && socket.emit("got it")));
  socket.on("getAckDate", (_, ack) => answer(ack, new Date()));
  socket.on("getDate", () => socket.emit("takeDate", new Date()));
  socket.on("getDateObj", () => socket.emit("takeDateObj", { date: new Date() }));
  socket.on("getUtf8", () => TEXTS.forEach((text) => socket.emit("takeUtf8", text)));
  socket.on("false", () => socket.emit("false", false));
  socket.on("doge", () => socket.emit("doge", PLAIN));
  socket.on("getbin", () => socket.emit("takebin", PLAIN));
  socket.on("getHandshake", (ack) => answer(ack, handshakeOf(socket)));
  socket.on("getId", (ack) => answer(ack, socket.id));
  sequence(socket, [["buffa", binary]], "buffack");
  sequence(socket, [["jsonbuff", letter]], "jsonbuff-ack");
  sequence(socket, [["abuff1", binary], ["abuff2", anything]], "abuff2-ack");
  sequence(socket, [["blob", binary]], "back");
  sequence(socket, [["jsonblob", letter]], "jsonblob-ack");
  sequence(socket, [["blob1", binary], ["blob2", (text) => text === "second"], ["blob3", binary]], "blob3-ack");
});
listen(http);
