import assert from "node:assert/strict";
import { test } from "node:test";
import { connect, event, manage, overEachTransport, startServer, until } from "./helpers.mjs";

/** A connected pair: the server's socket and ours. */
async function pair(t, options, serverOptions) {
  const server = await startServer(t, serverOptions);
  const connected = event(server.io, "connection");
  const client = connect(t, server.url, options);
  const [remote] = await connected;
  await until(() => client.connected);
  return { server, remote, client };
}

overEachTransport(test, "events go both ways with all their arguments", async (t, options) => {
  const { remote, client } = await pair(t, options);
  const values = [1, "é €😀", null, { a: [true, { b: "" }] }, []];
  const up = event(remote, "up");
  client.emit("up", ...values);
  assert.deepEqual(await up, values);
  const down = event(client, "down");
  remote.emit("down", ...values);
  assert.deepEqual(await down, values);
});

overEachTransport(test, "events are acknowledged both ways", async (t, options) => {
  const { remote, client } = await pair(t, options);
  remote.on("add", (a, b, ack) => ack(a + b));
  client.on("add", (a, b, ack) => ack(a + b));
  assert.equal(await client.emitWithAck("add", 1, 2), 3);
  assert.equal(await remote.emitWithAck("add", 3, 4), 7);
  assert.deepEqual(await new Promise((resolve) => client.emit("add", 5, 6, (...args) => resolve(args))), [11]);
  assert.deepEqual(await new Promise((resolve) => client.timeout(5000).emit("add", 7, 8, (...args) => resolve(args))), [null, 15]);
});

overEachTransport(test, "binary data goes both ways, in events and in acknowledgements", async (t, options) => {
  const { remote, client } = await pair(t, options);
  const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => i);
  const kinds = {
    "ArrayBuffer": bytes.buffer,
    "typed array": bytes,
    "part of a buffer": new Uint8Array(bytes.buffer, 7, 5),
    "view of larger numbers": new Uint16Array([1, 2, 3]),
    "Buffer": Buffer.from(bytes),
    "Blob": new Blob([bytes]),
    "nothing": new Uint8Array(0),
  };
  remote.on("echo", (value, ack) => {
    assert.ok(Buffer.isBuffer(value.deep[0]));
    ack(value.deep[0]);
  });
  client.on("echo", (value, ack) => {
    assert.ok(value instanceof ArrayBuffer);
    ack({ value });
  });
  for (const [kind, value] of Object.entries(kinds)) {
    const sent = Buffer.from(await new Blob([value]).arrayBuffer());
    const answer = await client.emitWithAck("echo", { deep: [value] });
    assert.ok(answer instanceof ArrayBuffer, kind);
    assert.deepEqual(Buffer.from(answer), sent, kind);
    assert.deepEqual((await remote.emitWithAck("echo", sent)).value, sent, kind);
  }
});

test("2,000 events each way keep their order across the upgrade", { timeout: 20_000 }, async (t) => {
  const { fetch } = globalThis;
  // POSTs are slow, so that one is on its way when the WebSocket is ready.
  t.mock.method(globalThis, "fetch", async (url, init) => {
    if (init.method === "POST") await new Promise((resolve) => setTimeout(resolve, 30));
    return fetch(url, init);
  });
  const server = await startServer(t);
  const up = [];
  server.io.on("connection", (remote) => {
    remote.on("up", (n) => up.push(n));
    let sent = 0;
    const more = () => {
      for (let i = 0; i < 10; i++) remote.emit("down", sent++);
      if (sent < 2000) setImmediate(more);
    };
    more();
  });
  const client = connect(t, server.url);
  const down = [];
  let upgradedAt;
  client.on("down", (n) => down.push(n));
  await event(client, "connect");
  client.io.engine.once("upgrade", () => (upgradedAt = sent));
  let sent = 0;
  const more = () => {
    for (let i = 0; i < 10; i++) client.emit("up", i % 2 ? { n: sent++ } : sent++);
    if (sent < 2000) setImmediate(more);
  };
  more();
  await until(() => up.length === 2000 && down.length === 2000);
  const expected = Array.from({ length: 2000 }, (_, i) => i);
  assert.deepEqual(down, expected);
  assert.deepEqual(up.map((value) => value.n ?? value), expected);
  assert.ok(upgradedAt > 0 && upgradedAt < 2000, `the upgrade came in between (after ${upgradedAt})`);
});

overEachTransport(test, "Blobs do not overtake nor fall behind other events", async (t, options) => {
  const { remote, client } = await pair(t, options);
  const heard = [];
  remote.on("up", (value) => heard.push(Buffer.isBuffer(value) ? value[0] : value));
  for (let i = 0; i < 30; i++) client.emit("up", i % 3 ? i : new Blob([new Uint8Array([i])]));
  await until(() => heard.length === 30);
  assert.deepEqual(heard, Array.from({ length: 30 }, (_, i) => i));
});

test("a burst over polling is split into requests that the server takes", async (t) => {
  const { remote, client } = await pair(t, { transports: ["polling"] }, { maxHttpBufferSize: 10_000 });
  const heard = [];
  remote.on("up", (value) => heard.push(value.length));
  for (let i = 0; i < 40; i++) client.emit("up", i % 2 ? "€".repeat(900) : new Uint8Array(3000));
  await until(() => heard.length === 40);
  assert.equal(client.connected, true);
});

test("an acknowledgement that does not come in time is an Error, and a late one is ignored", async (t) => {
  const { remote, client } = await pair(t);
  let late;
  remote.on("slow", (ack) => (late = ack));
  const calls = [];
  client.timeout(30).emit("slow", (...args) => calls.push(args));
  await until(() => calls.length === 1);
  assert.equal(calls[0][0].message, "operation has timed out");
  late("too late");
  remote.emit("after");
  await event(client, "after");
  assert.equal(calls.length, 1);
});

test("ackTimeout gives every acknowledgement an error first", async (t) => {
  const { remote, client } = await pair(t, { ackTimeout: 30 });
  remote.on("fast", (ack) => ack("yes"));
  assert.deepEqual(await new Promise((resolve) => client.emit("fast", (...args) => resolve(args))), [null, "yes"]);
  await assert.rejects(client.emitWithAck("silence"), /timed out/);
});

test("the flags of one emit do not stick to the next", async (t) => {
  const { remote, client } = await pair(t);
  remote.on("fast", (ack) => ack("yes"));
  await client.timeout(5000).emitWithAck("fast");
  assert.deepEqual(await new Promise((resolve) => client.emit("fast", (...args) => resolve(args))), ["yes"]);
  assert.throws(() => client.timeout(1).emit("connect"));
  assert.deepEqual(await new Promise((resolve) => client.emit("fast", (...args) => resolve(args))), ["yes"]);
});

test("an acknowledgement called twice is sent once", async (t) => {
  const { remote, client, server } = await pair(t);
  const packets = [];
  remote.conn.on("packet", ({ data }) => packets.push(data));
  client.on("ask", (ack) => {
    ack(1);
    ack(2);
    client.emit("done");
  });
  assert.equal(await remote.emitWithAck("ask"), 1);
  await until(() => packets.some((data) => data?.includes?.("done")));
  assert.equal(packets.filter((data) => data?.startsWith?.("3")).length, 1);
  assert.equal(server.io.engine.clientsCount, 1);
});

test("an acknowledgement is not sent to another session than the one that asked", async (t) => {
  const { remote, client, server } = await pair(t);
  const asked = event(client, "ask");
  remote.emit("ask", () => assert.fail("answered"));
  const [ack] = await asked;
  const connected = event(server.io, "connection");
  client.io.engine.close();
  const [next] = await connected;
  await until(() => client.connected);
  const packets = [];
  next.conn.on("packet", ({ data }) => packets.push(data));
  ack("late");
  client.emit("after");
  await event(next, "after");
  assert.equal(packets.filter((data) => data?.startsWith?.("3")).length, 0);
});

for (const name of ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"]) {
  test(`emitting the reserved name ${name} throws`, async () => {
    const { io } = await import("../dist/index.js");
    const socket = io("http://127.0.0.1:1", { autoConnect: false });
    assert.throws(() => socket.emit(name), { message: `"${name}" is a reserved event name` });
    await assert.rejects(socket.emitWithAck(name), /reserved/);
  });
}

test("volatile events are dropped while not connected, and sent when connected", async (t) => {
  const server = await startServer(t);
  const client = connect(t, server.url);
  client.volatile.emit("early");
  assert.equal(client.sendBuffer.length, 0);
  await assert.rejects(client.volatile.emitWithAck("early"), /dropped: offline/);
  const connected = event(server.io, "connection");
  await event(client, "connect");
  const [remote] = await connected;
  const heard = event(remote, "now");
  // Dropped while a request with the answers of the handshake is on its way.
  const timer = setInterval(() => client.volatile.emit("now", 1), 20);
  t.after(() => clearInterval(timer));
  assert.deepEqual(await heard, [1]);
});

test("catch-all listeners hear events in and out, in order, and can be removed", async (t) => {
  const { remote, client } = await pair(t);
  remote.on("up", (n, ack) => ack(n));
  const heard = [];
  const gone = () => heard.push("gone");
  client.onAny((...args) => heard.push(["any", ...args]));
  client.prependAny((name) => heard.push(["first", name]));
  client.onAny(gone).offAny(gone);
  client.onAnyOutgoing((...args) => heard.push(["out", ...args]));
  client.prependAnyOutgoing(gone).offAnyOutgoing(gone);
  client.on("down", (n) => heard.push(["down", n]));
  await client.emitWithAck("up", 1);
  remote.emit("down", 2);
  await event(client, "down");
  assert.deepEqual(heard, [["out", "up", 1], ["first", "down"], ["any", "down", 2], ["down", 2]]);
  assert.deepEqual([client.listenersAny().length, client.listenersAnyOutgoing().length], [2, 1]);
  assert.deepEqual(client.offAny().listenersAny(), []);
});

test("listeners are added, removed and counted as in the official client", async (t) => {
  const { remote, client } = await pair(t);
  const calls = [];
  const a = () => calls.push("a");
  const b = () => {
    calls.push("b");
    client.off("ev", b);
  };
  client.on("ev", a).on("ev", b).once("ev", a).addEventListener("ev", a).removeListener("ev", a);
  assert.equal(client.listeners("ev").length, 3);
  remote.emit("ev");
  remote.emit("ev");
  remote.emit("end");
  await event(client, "end");
  assert.deepEqual(calls, ["b", "a", "a", "a"]);
  client.removeAllListeners("ev");
  assert.equal(client.hasListeners("ev"), false);
});

test("a listener that throws disturbs neither the other listeners nor the connection", async (t) => {
  const { remote, client } = await pair(t, { transports: ["polling"] });
  const thrown = [];
  // Node's test runner listens for uncaught exceptions too.
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", (error) => thrown.push(error.message));
  t.after(() => {
    process.removeAllListeners("uncaughtException");
    others.forEach((listener) => process.on("uncaughtException", listener));
  });
  const heard = [];
  client.on("ev", () => {
    throw new Error("mine");
  });
  client.on("ev", (n) => heard.push(n));
  remote.emit("ev", 1);
  remote.emit("ev", 2);
  await until(() => heard.length === 2 && thrown.length === 2);
  assert.deepEqual(thrown, ["mine", "mine"]);
  assert.equal(client.connected, true);
});

test("what JSON cannot hold makes emit throw, connected or not", async (t) => {
  const server = await startServer(t);
  const client = connect(t, server.url);
  const circular = {};
  circular.self = circular;
  assert.throws(() => client.emit("ev", circular), TypeError);
  assert.equal(client.sendBuffer.length, 0);
  await event(client, "connect");
  assert.throws(() => client.emit("ev", 1n), TypeError);
  await assert.rejects(client.emitWithAck("ev", circular), TypeError);
});

test("the Manager tells of packets, pings and its engine", async (t) => {
  const server = await startServer(t, { pingInterval: 50 });
  const manager = manage(t, server.url, { transports: ["websocket"] });
  const opened = event(manager, "open");
  const packet = event(manager, "packet");
  manager.socket("/");
  await opened;
  assert.equal((await packet)[0].type, 0);
  await event(manager, "ping");
  assert.equal(manager.engine.transport.name, "websocket");
  assert.equal(typeof manager.engine.id, "string");
});
