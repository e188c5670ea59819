import assert from "node:assert/strict";
import { test } from "node:test";
import { connect, event, load, manage, overEachTransport, startServer, until } from "./helpers.mjs";

overEachTransport(test, "a socket comes back after a restart of the server, and sends what was emitted meanwhile", async (t, options) => {
  const server = await startServer(t);
  const client = connect(t, server.url, options);
  await event(client, "connect");
  const first = client.id;
  const lost = event(client, "disconnect");
  await server.close();
  assert.match((await lost)[0], /^transport (close|error)$/);
  assert.deepEqual([client.connected, client.active, client.id], [false, true, undefined]);
  client.emit("kept", 1);
  client.emit("kept", new Uint8Array([2]));
  const again = await startServer(t, {}, server.port);
  const heard = [];
  again.io.on("connection", (socket) => socket.on("kept", (value) => heard.push(value)));
  const [attempt] = await event(client.io, "reconnect");
  assert.ok(attempt >= 1);
  await until(() => heard.length === 2);
  assert.deepEqual(heard, [1, Buffer.from([2])]);
  assert.notEqual(client.id, first);
});

test("what was emitted before the connect comes before what a listener emits at the connect", async (t) => {
  const server = await startServer(t);
  const heard = [];
  server.io.use((socket, next) => {
    socket.emit("welcome");
    next();
  });
  server.io.on("connection", (socket) => socket.on("up", (n) => heard.push(n)));
  const client = connect(t, server.url);
  client.on("welcome", () => client.emit("up", 3));
  client.on("connect", () => client.emit("up", 4));
  client.emit("up", 1).emit("up", 2);
  await until(() => heard.length === 4);
  assert.deepEqual(heard, [1, 2, 3, 4]);
});

test("what waits goes out as it was when it was emitted", async (t) => {
  const server = await startServer(t);
  const connected = event(server.io, "connection");
  const client = connect(t, server.url);
  const value = { n: 1 };
  client.emit("up", value);
  value.n = 2;
  const [remote] = await connected;
  assert.deepEqual(await event(remote, "up"), [{ n: 1 }]);
});

for (const transports of [["polling"], ["websocket"]]) {
  test(`a session is recovered with what was missed (${transports})`, async (t) => {
    const server = await startServer(t, { connectionStateRecovery: {} });
    const client = connect(t, server.url, { transports, reconnectionDelay: 100, randomizationFactor: 0 });
    const heard = [];
    client.on("news", (n) => heard.push(n));
    await event(client, "connect");
    assert.equal(client.recovered, false);
    const { id } = client;
    server.io.emit("news", 1);
    await until(() => heard.length === 1);
    const lost = event(client, "disconnect");
    server.io.sockets.sockets.get(id).conn.close();
    await lost;
    server.io.emit("news", 2);
    server.io.emit("news", 3);
    await event(client, "connect");
    assert.equal(client.recovered, true);
    assert.equal(client.id, id);
    await until(() => heard.length === 3);
    assert.deepEqual(heard, [1, 2, 3]);
  });
}

test("a session that the server does not know is not recovered, and its position is forgotten", async (t) => {
  const server = await startServer(t, { connectionStateRecovery: {} });
  const client = connect(t, server.url);
  server.io.on("connection", (socket) => socket.emit("news", 1));
  await event(client, "news");
  await server.close();
  const again = await startServer(t, { connectionStateRecovery: {} }, server.port);
  let auth;
  await event(client, "connect");
  assert.equal(client.recovered, false);
  again.io.use((socket, next) => {
    auth = socket.handshake.auth;
    next();
  });
  client.io.engine.close();
  await until(() => auth);
  assert.equal(typeof auth.pid, "string");
  assert.equal(auth.offset, undefined);
});

test("emitWithAck rejects when the connection is lost before the answer", async (t) => {
  const server = await startServer(t);
  const client = connect(t, server.url);
  server.io.on("connection", (socket) => socket.on("ask", () => socket.conn.close()));
  await event(client, "connect");
  await assert.rejects(client.emitWithAck("ask"), { message: "socket has been disconnected" });
});

test("emitWithAck rejects after its timeout while not connected, and its packet does not wait any more", async (t) => {
  const server = await startServer(t);
  await server.close();
  const client = connect(t, server.url);
  client.emit("kept");
  await assert.rejects(client.timeout(20).emitWithAck("ask"), { message: "operation has timed out" });
  assert.deepEqual(client.sendBuffer.map(({ args }) => args), [["kept"]]);
});

test("emitWithAck without a timeout rejects after 30 s", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { io } = await import("../dist/index.js");
  const client = io("http://127.0.0.1:1", { autoConnect: false });
  let error;
  client.emitWithAck("ask").catch((e) => (error = e));
  t.mock.timers.tick(29_999);
  await Promise.resolve();
  assert.equal(error, undefined);
  t.mock.timers.tick(1);
  await Promise.resolve();
  assert.equal(error.message, "operation has timed out");
});

test("emitWithAck with retries settles too when it can never be sent", async (t) => {
  const server = await startServer(t);
  await server.close();
  const client = connect(t, server.url, { retries: 2, ackTimeout: 10 });
  await assert.rejects(client.emitWithAck("ask"), { message: "operation has timed out" });
});

test("a full buffer makes emit throw", async (t) => {
  const server = await startServer(t);
  await server.close();
  const client = connect(t, server.url, { bufferLimit: 3 });
  for (let i = 0; i < 3; i++) client.emit("ev", i);
  assert.throws(() => client.emit("ev", 3), /dropped: offline/);
  await assert.rejects(client.emitWithAck("ev", 4), /dropped: offline/);
  client.volatile.emit("ev", 5);
  assert.deepEqual(client.sendBuffer.map(({ args }) => args[1]), [0, 1, 2]);
});

for (const [bufferPolicy, kept, lost] of [["drop-oldest", [2, 3, 4], [0, 1]], ["drop-newest", [0, 1, 2], [3, 4]]]) {
  test(`with ${bufferPolicy}, a full buffer keeps its limit, tells the Manager and fails acknowledgements`, async (t) => {
    const server = await startServer(t);
    await server.close();
    const client = connect(t, server.url, { bufferLimit: 3, bufferPolicy });
    const dropped = [];
    client.io.on("drop", (args, socket) => dropped.push([args[1], socket]));
    const failed = [];
    for (let i = 0; i < 5; i++) client.timeout(2000).emit("ev", i, (error) => failed.push([i, /dropped: offline/.test(error.message)]));
    assert.deepEqual(client.sendBuffer.map(({ args }) => args[1]), kept);
    assert.deepEqual(dropped, lost.map((i) => [i, client]));
    await until(() => failed.length === 2);
    assert.deepEqual(failed, lost.map((i) => [i, true]));
  });

  test(`with ${bufferPolicy}, the queue of retries keeps its limit too`, async (t) => {
    const server = await startServer(t);
    await server.close();
    const client = connect(t, server.url, { bufferLimit: 3, bufferPolicy, retries: 1, ackTimeout: 1000 });
    const dropped = [];
    client.io.on("drop", (args) => dropped.push(args[1]));
    for (let i = 0; i < 5; i++) client.emit("ev", i);
    assert.deepEqual(dropped, lost);
  });
}

test("a drop that nobody listens to is a warning", async (t) => {
  const warn = t.mock.method(console, "warn", () => {});
  const { io } = await import("../dist/index.js");
  const client = io("http://127.0.0.1:1", { autoConnect: false, bufferLimit: 1, bufferPolicy: "drop-newest" });
  client.emit("a").emit("b");
  assert.deepEqual(warn.mock.calls[0].arguments[1], ["b"]);
});

test("with retries, events are sent again until they are acknowledged, one after another", async (t) => {
  const server = await startServer(t);
  const heard = [];
  server.io.on("connection", (socket) => {
    socket.on("ev", (n, ack) => {
      heard.push(n);
      if (n !== 1 || heard.filter((m) => m === 1).length === 3) ack(n * 10);
    });
  });
  const client = connect(t, server.url, { retries: 3, ackTimeout: 200 });
  const answers = [];
  for (let i = 0; i < 3; i++) client.emit("ev", i, (...args) => answers.push(args));
  await until(() => answers.length === 3);
  assert.deepEqual(heard, [0, 1, 1, 1, 2]);
  assert.deepEqual(answers, [[null, 0], [null, 10], [null, 20]]);
});

test("with retries, an event is given up after the last try, and the next one is sent", async (t) => {
  const server = await startServer(t);
  const heard = [];
  server.io.on("connection", (socket) => {
    socket.on("ev", (n, ack) => {
      heard.push(n);
      if (n) ack();
    });
  });
  const client = connect(t, server.url, { retries: 1, ackTimeout: 300 });
  await event(client, "connect");
  const answers = [];
  client.emit("ev", 0, (error) => answers.push(error?.message));
  client.emit("ev", 1, (error) => answers.push(error));
  await until(() => answers.length === 2);
  assert.deepEqual(answers, ["operation has timed out", null]);
  assert.deepEqual(heard, [0, 0, 1]);
});

test("with retries, an event on its way is sent again after a reconnect", async (t) => {
  const server = await startServer(t);
  let times = 0;
  server.io.on("connection", (socket) => socket.on("ev", (ack) => (++times === 1 ? socket.conn.close() : ack("done"))));
  const client = connect(t, server.url, { retries: 3, ackTimeout: 5000 });
  assert.equal(await client.emitWithAck("ev"), "done");
  assert.equal(times, 2);
});

/** A connected socket whose server has gone silent, without the connection being cut. */
async function silent(t, transports) {
  const server = await startServer(t, { pingInterval: 300, pingTimeout: 100 });
  const client = connect(t, server.url, { transports, reconnectionDelay: 60_000 });
  const connected = event(server.io, "connection");
  await event(client, "connect");
  const { conn } = (await connected)[0];
  clearTimeout(conn.pingIntervalTimer);
  return client;
}

for (const transports of [["polling"], ["websocket"]]) {
  test(`a server that sends no heartbeat is given up (${transports})`, async (t) => {
    const client = await silent(t, transports);
    assert.equal((await event(client, "disconnect"))[0], "ping timeout");
  });
}

test("an emit that finds the heartbeat overdue, its timer being throttled, is kept for the next connection", async (t) => {
  const server = await startServer(t);
  const client = connect(t, server.url);
  await event(client, "connect");
  const now = Date.now();
  // The machine has slept: the clock is ahead of the timers.
  const clock = t.mock.method(Date, "now", () => now + 60_000);
  client.emit("kept", 1);
  clock.mock.restore();
  assert.equal(client.sendBuffer.length, 1);
  const connected = event(server.io, "connection");
  assert.equal((await event(client, "disconnect"))[0], "ping timeout");
  const [remote] = await connected;
  assert.deepEqual(await event(remote, "kept"), [1]);
});

/** Stands in for the events of a browser's window. */
function windowEvents(t) {
  const target = new EventTarget();
  globalThis.addEventListener = target.addEventListener.bind(target);
  globalThis.removeEventListener = target.removeEventListener.bind(target);
  t.after(() => {
    delete globalThis.addEventListener;
    delete globalThis.removeEventListener;
  });
  return target;
}

test("when the network is back, the next attempt comes within a second, not after the whole delay", async (t) => {
  const window = windowEvents(t);
  const server = await startServer(t);
  const client = connect(t, server.url, { reconnectionDelay: 60_000, reconnectionDelayMax: 60_000 });
  await event(client, "connect");
  client.io.engine.close();
  await event(client, "disconnect");
  t.mock.method(Math, "random", () => 0.05);
  const start = Date.now();
  window.dispatchEvent(new Event("online"));
  await event(client, "connect");
  assert.ok(Date.now() - start < 1000);
});

test("when the network is lost, the connection is closed at once, unless the server is local", async (t) => {
  const window = windowEvents(t);
  const server = await startServer(t);
  const local = connect(t, server.url);
  // The same server by a name that does not say so.
  const remote = connect(t, server.url.replace("127.0.0.1", "[::ffff:127.0.0.1]"));
  await Promise.all([event(local, "connect"), event(remote, "connect")]);
  const reason = event(remote, "disconnect");
  window.dispatchEvent(new Event("offline"));
  assert.equal((await reason)[0], "transport close");
  assert.equal(local.connected, true);
});

test("a packet that breaks the protocol closes with parse error, and the socket comes back", async (t) => {
  const server = await startServer(t);
  const client = connect(t, server.url);
  const connected = event(server.io, "connection");
  await event(client, "connect");
  (await connected)[0].conn.write("2{}");
  assert.equal((await event(client, "disconnect"))[0], "parse error");
  await event(client, "connect");
});

test("without reconnection a lost connection stays lost until connect is called", async (t) => {
  const server = await startServer(t);
  const client = connect(t, server.url, { reconnection: false });
  await event(client, "connect");
  client.io.engine.close();
  assert.equal((await event(client, "disconnect"))[0], "forced close");
  client.connect();
  await event(client, "connect");
});

test("disconnect ends the attempts to reconnect", async (t) => {
  const server = await startServer(t);
  const manager = manage(t, server.url);
  const client = manager.socket("/");
  await event(client, "connect");
  await server.close();
  await event(manager, "reconnect_attempt");
  client.disconnect();
  let more = 0;
  manager.on("reconnect_attempt", () => more++);
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.equal(more, 0);
});

test("when WebSockets do not get through, the connection goes on over polling", async (t) => {
  const server = await startServer(t);
  server.http.prependListener("upgrade", (_request, socket) => socket.destroy());
  const client = connect(t, server.url);
  const failed = event(client.io.engine, "upgradeError");
  await event(client, "connect");
  await failed;
  server.io.on("connection", () => assert.fail("connected again"));
  const [remote] = [...server.io.sockets.sockets.values()];
  remote.on("echo", (value, ack) => ack(value));
  assert.equal(await client.emitWithAck("echo", 1), 1);
  assert.equal(client.io.engine.transport.name, "polling");
});

test("when the probing WebSocket is cut in the middle of the upgrade, polling goes on", async (t) => {
  const server = await startServer(t);
  server.io.engine.on("connection", (raw) => raw.once("upgrading", (probe) => setImmediate(() => probe.close())));
  server.io.on("connection", (socket) => socket.on("echo", (n, ack) => ack(n)));
  // No namespace yet, so that the waiting GET keeps the upgrade from ending before the cut.
  const manager = manage(t, server.url, { autoConnect: false }).open();
  await event(manager.engine, "upgradeError");
  const client = manager.socket("/").connect();
  assert.equal(await client.emitWithAck("echo", 1), 1);
  assert.equal(manager.engine.transport.name, "polling");
});

const { backoff } = await load("backoff.ts");

test("delays double from 1 s to 5 s, are spread evenly, also at the maximum, and never exceed it", () => {
  const settings = { reconnectionDelay: 1000, reconnectionDelayMax: 5000, randomizationFactor: 0.5 };
  const bounds = [[500, 1500], [1000, 3000], [2000, 5000], [2500, 5000], [2500, 5000]];
  bounds.forEach(([low, high], attempt) => {
    const delays = Array.from({ length: 2000 }, () => backoff(attempt, settings)).sort((a, b) => a - b);
    assert.ok(delays[0] >= low && delays.at(-1) <= high);
    // Each tenth of the span has its share.
    for (let i = 0; i < 10; i++) {
      const share = delays.filter((delay) => delay >= low + ((high - low) * i) / 10 && delay < low + ((high - low) * (i + 1)) / 10);
      assert.ok(share.length > 100 && share.length < 300, `${share.length} of 2000`);
    }
  });
  assert.equal(backoff(2000, { ...settings, randomizationFactor: 0 }), 5000);
});

test("the settings of a Manager are read and changed by its methods", () => {
  return import("../dist/index.js").then(({ Manager }) => {
    const manager = new Manager("http://127.0.0.1:1", { autoConnect: false });
    const names = ["reconnection", "reconnectionAttempts", "reconnectionDelay", "reconnectionDelayMax", "randomizationFactor", "timeout"];
    assert.deepEqual(names.map((name) => manager[name]()), [true, Infinity, 1000, 5000, 0.5, 20000]);
    for (const name of names) assert.equal(manager[name](0)[name](), 0);
  });
});

test("a socket connects again after reconnection was switched off while it waited for an attempt", async (t) => {
  const server = await startServer(t);
  const client = connect(t, server.url, { reconnectionDelay: 30 });
  await event(client, "connect");
  client.io.engine.close();
  await event(client, "disconnect");
  client.io.reconnection(false);
  await new Promise((resolve) => setTimeout(resolve, 60));
  client.connect();
  await event(client, "connect");
});

test("a connection that is cut in the middle of the upgrade upgrades no more", async (t) => {
  const server = await startServer(t);
  const manager = manage(t, server.url, { autoConnect: false }).open();
  manager.engine.on("upgrade", () => assert.fail("upgraded"));
  server.io.engine.on("connection", (raw) => raw.once("upgrading", () => server.http.closeAllConnections()));
  assert.match((await event(manager, "close"))[0], /^transport/);
  assert.equal(manager.engine.transport.name, "polling");
});

test("a socket that waits to ask again leaves no timer behind when it is disconnected", async (t) => {
  const server = await startServer(t);
  server.io.use((_socket, next) => next(new Error("closed")));
  const delay = 61_234;
  const options = { retryOnRefusal: true, reconnectionDelay: delay, reconnectionDelayMax: delay, randomizationFactor: 0 };
  const client = connect(t, server.url, options);
  const waits = new Set();
  const { setTimeout, clearTimeout } = globalThis;
  t.mock.method(globalThis, "setTimeout", (fn, ms, ...args) => {
    const timer = setTimeout(fn, ms, ...args);
    if (ms === delay) waits.add(timer);
    return timer;
  });
  t.mock.method(globalThis, "clearTimeout", (timer) => {
    waits.delete(timer);
    clearTimeout(timer);
  });
  await event(client, "connect_error");
  await until(() => waits.size === 1);
  client.disconnect();
  assert.equal(waits.size, 0);
});
