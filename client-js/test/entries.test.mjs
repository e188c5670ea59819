// The entry points of the package, as they are imported and required.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { WebSocket } from "ws";
import * as esm from "../dist/index.js";
import * as ws from "../dist/ws.js";
import { event, startServer, until } from "./helpers.mjs";

const require = createRequire(import.meta.url);
const NAMES = ["Fetch", "Manager", "Socket", "WebSocket", "connect", "default", "io", "protocol"];

test("the module exports what the official client's does", () => {
  assert.deepEqual(Object.keys(esm).sort(), NAMES);
  const { io, connect, default: main, Manager, Socket, protocol } = esm;
  assert.deepEqual([connect, main, io.io, io.connect, io.Manager, io.Socket, io.protocol], [io, io, io, io, Manager, Socket, 5]);
  assert.equal(protocol, 5);
});

test("where it is required, the module is io, with the others as members", async (t) => {
  const io = require("../dist/index.cjs");
  for (const name of NAMES) assert.ok(name in io, name);
  assert.deepEqual([io.io, io.default, io.connect], [io, io, io]);
  const server = await startServer(t);
  const socket = io(server.url, { WebSocket });
  t.after(() => socket.disconnect());
  await event(socket, "connect");
});

test("no entry evaluates code or needs another package", () => {
  for (const name of ["index.js", "index.cjs", "ws.js", "ws.cjs", "msgpack.js", "msgpack.cjs", "roomful.min.js"]) {
    const text = readFileSync(new URL(`../dist/${name}`, import.meta.url), "utf8");
    assert.doesNotMatch(text, /\beval\b|new Function|\bimport\b|\brequire\b/);
  }
  const { dependencies } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  assert.equal(dependencies, undefined);
});

for (const [how, module] of [["imported", ws], ["required", require("../dist/ws.cjs")]]) {
  test(`the WebSocket entry, ${how}, connects, emits, is acknowledged and comes back`, async (t) => {
    const server = await startServer(t);
    server.io.on("connection", (socket) => socket.on("echo", (data, ack) => ack(data)));
    const socket = module.io(server.url, { WebSocket, reconnectionDelay: 10, transports: ["polling", "websocket"] });
    t.after(() => socket.disconnect());
    assert.deepEqual(await socket.emitWithAck("echo", new Uint8Array([1])), new Uint8Array([1]).buffer);
    assert.equal(socket.io.engine.transport.name, "websocket");
    const lost = event(socket, "disconnect");
    socket.io.engine.close();
    await lost;
    assert.equal(await socket.emitWithAck("echo", 2), 2);
    for (const name of ["stream", "onAny", "send", Symbol.dispose]) assert.equal(name in socket, false);
  });
}

test("what the WebSocket entry leaves out can be added", async (t) => {
  const server = await startServer(t);
  server.io.of("/refused").use((_socket, next) => next(server.open ? undefined : new Error("closed")));
  server.io.on("connection", (socket) => socket.on("message", (data, ack) => ack?.(data)));
  assert.throws(() => ws.io(server.url, { WebSocket, retries: 1 }), TypeError);
  ws.addDisposal();
  ws.addDropIn();
  ws.addRejoin();
  ws.addRetries();
  ws.addStreams();
  const socket = ws.io(server.url, { WebSocket, retries: 1, forceNew: true });
  t.after(() => socket.disconnect());
  const outgoing = [];
  socket.onAnyOutgoing((name) => outgoing.push(name));
  const stream = socket.stream();
  assert.equal(await socket.emitWithAck("message", 1), 1);
  assert.deepEqual(outgoing, ["message"]);
  await socket[Symbol.asyncDispose]();
  assert.equal(await socket.closed, "io client disconnect");
  assert.equal((await stream.next()).done, true);
  const refused = ws.io(`${server.url}/refused`, { WebSocket, retryOnRefusal: true, reconnectionDelay: 10 });
  t.after(() => refused.disconnect());
  await event(refused, "connect_error");
  server.open = true;
  await event(refused, "connect");
});

test("the WebSocket entry carries no code for polling", () => {
  const text = readFileSync(new URL("../dist/ws.js", import.meta.url), "utf8");
  assert.doesNotMatch(text, /\bfetch\(|btoa|atob|keepalive/);
  assert.match(readFileSync(new URL("../dist/index.js", import.meta.url), "utf8"), /\bfetch\(/);
});

test("a socket of the WebSocket entry and one of the whole client do not get in each other's way", async (t) => {
  const server = await startServer(t);
  const sockets = [esm.io, ws.io].map((io) => io(server.url, { WebSocket }));
  t.after(() => sockets.forEach((socket) => socket.disconnect()));
  await Promise.all(sockets.map((socket) => event(socket, "connect")));
  await until(() => server.io.engine.clientsCount === 2);
});
