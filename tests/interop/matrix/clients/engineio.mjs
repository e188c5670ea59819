// engine.io-client of any version against the bare Engine.IO echo.
import { createRequire } from "node:module";
import { bytes, same, until, within } from "../../scenarios/kit.mjs";
import { playAll } from "./socketio.mjs";

const require = createRequire(import.meta.url);

class Client {
  #sockets = [];

  constructor(library, { url, transports }) {
    Object.assign(this, { library, url, transports });
  }

  async connect() {
    // Up to version 4 the class itself is what the module exports.
    const Socket = this.library.Socket ?? this.library;
    const socket = new Socket(this.url, { path: "/engine.io", transports: this.transports });
    this.#sockets.push(socket);
    socket.messages = [];
    socket.beats = 0;
    socket.on("message", (data) => socket.messages.push(data));
    socket.on("packet", ({ type }) => (socket.beats += type === "ping" || type === "pong"));
    const open = new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    await within(open, "the session");
    return socket;
  }

  close() {
    for (const socket of this.#sockets) socket.close();
  }
}

/** Sends the messages and waits until they have come back, the same and in the same order. */
async function echoes(socket, ...messages) {
  const from = socket.messages.length;
  for (const message of messages) socket.send(message);
  await until(() => socket.messages.length >= from + messages.length, `${messages.length} echoes`);
  const wrong = socket.messages.slice(from).findIndex((message, i) => !Buffer.from(message).equals(Buffer.from(messages[i])));
  same(wrong, -1, "the first echo that differs");
}

const CHECKS = {
  "connect": async (client) => echoes(await client.connect(), "hello"),

  "transport": async (client) => {
    const socket = await client.connect();
    const last = client.transports.at(-1);
    await until(() => !socket.upgrading && socket.transport.name === last, `the transport ${last}`);
    await echoes(socket, "after the upgrade");
  },

  "unicode": async (client) => echoes(await client.connect(), "Ä てすと \u2028 👩‍👩‍👧‍👦 𝒳", "{}", "b", "\u0000"),
  "binary": async (client) => echoes(await client.connect(), Buffer.from(bytes(256)), "text", Buffer.from(bytes(1)), Buffer.alloc(0)),
  "large": async (client) => echoes(await client.connect(), Buffer.from(bytes(200_000)), "x".repeat(200_000)),

  "answers in order": async (client) =>
    echoes(await client.connect(), ...Array.from({ length: 1000 }, (_, i) => `${i}`)),

  "end": async (client) => {
    const socket = await client.connect();
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.close();
    same(await within(closed, "the end"), "forced close", "reason");
  },

  "heartbeat": async (client) => {
    const socket = await client.connect();
    const end = new Promise((_, reject) => socket.once("close", (reason) => reject(new Error(`${reason} after ${socket.beats}`))));
    await Promise.race([until(() => socket.beats >= 2, "two heartbeats", 15_000), end]);
    await echoes(socket, "still there");
  },
};

export function engineio(name) {
  const library = require(name);
  return ({ url, transports }) => playAll(CHECKS, () => new Client(library, { url, transports }));
}
