// What the official client does not do.
import { assert } from "chai";
import { bytes, event, until } from "./kit.mjs";

/** The first `count` items of something to iterate. */
async function take(iterable, count) {
  const items = [];
  for await (const item of iterable) if (items.push(item) === count) break;
  return items;
}

export default function ({ test, overEachTransport, kind }) {
  overEachTransport("Blobs arrive as binary, in their turn", async (t, options) => {
    const socket = t.connect(await t.sharedServer(), options);
    const heard = [];
    socket.on("echo", (x) => heard.push(typeof x === "number" ? x : bytes(x)));
    for (let i = 0; i < 4; i++) socket.emit("echo", i % 2 ? new Blob([new Uint8Array([i])]) : i);
    await until(() => heard.length === 4);
    assert.deepEqual(heard, [0, [1], 2, [3]]);
  });

  test("auth may be asynchronous, and what it rejects with is a connect_error", async (t) => {
    const server = await t.sharedServer();
    const socket = t.connect(server, { auth: async () => ({ token: "t" }) });
    assert.deepEqual(await socket.emitWithAck("auth"), { token: "t" });
    const failing = t.connect(server, { auth: async () => Promise.reject(new Error("no token")) });
    assert.equal((await event(failing, "connect_error"))[0].message, "no token");
    assert.equal(failing.active, false);
  });

  test("with retryOnRefusal, a refused socket asks for auth again until it is let in", async (t) => {
    const tokens = ["wrong", "stale", "secret"];
    const refusals = [];
    const socket = t.connect(await t.sharedServer(), { auth: async () => ({ token: tokens.shift() }), retryOnRefusal: true }, "/admin");
    socket.on("connect_error", (error) => refusals.push([error.data.code, socket.active]));
    await event(socket, "connect");
    assert.deepEqual(refusals, [[401, true], [401, true]]);
  });

  test("with retryOnRefusal, disconnect ends the asking", async (t) => {
    let calls = 0;
    const socket = t.connect(await t.sharedServer(), { auth: () => ({ calls: ++calls }), retryOnRefusal: true }, "/admin");
    await event(socket, "connect_error");
    socket.disconnect();
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(calls, 1);
  });

  test("with retryOnRefusal, connect does not wait for the next try", async (t) => {
    const patient = { reconnectionDelay: 60_000, reconnectionDelayMax: 60_000, retryOnRefusal: true };
    const socket = t.connect(await t.sharedServer(), { auth: { token: "wrong" }, ...patient }, "/admin");
    await event(socket, "connect_error");
    socket.auth = { token: "secret" };
    socket.connect();
    await event(socket, "connect");
  });

  test("with retryOnServerDisconnect, a socket that was sent away comes back", async (t) => {
    const socket = t.connect(await t.sharedServer(), { retryOnServerDisconnect: true });
    await event(socket, "connect");
    const reason = event(socket, "disconnect");
    socket.emit("kick");
    assert.equal((await reason)[0], "io server disconnect");
    assert.equal(socket.active, true);
    await event(socket, "connect");
  });

  test("a socket says why it is not the one that it was", async (t) => {
    const plain = t.connect(await t.sharedServer());
    await event(plain, "connect");
    assert.deepEqual([plain.recovered, plain.notRecovered], [false, "unsupported"]);

    const server = await t.server({ RECOVERY: "1" });
    // The npm server knows a session only once it has noticed the end of the old connection.
    const socket = t.connect(server, { reconnectionDelay: 500, reconnectionDelayMax: 500, randomizationFactor: 0 });
    await event(socket, "connect");
    assert.deepEqual([socket.recovered, socket.notRecovered], [false, "not asked"]);
    socket.emit("echo", "an event, whose position is remembered");
    await event(socket, "echo");
    socket.io.engine.close();
    await event(socket, "connect");
    assert.deepEqual([socket.recovered, socket.notRecovered], [true, undefined]);
    const back = event(socket, "connect");
    await server.stop();
    await server.start();
    await back;
    assert.deepEqual([socket.recovered, socket.notRecovered], [false, "unknown"]);
  });

  test("emitWithAck settles by a signal, and what still waits then is not sent", async (t) => {
    const server = await t.sharedServer();
    const socket = t.connect(server);
    const early = new AbortController();
    const answer = socket.signal(early.signal).emitWithAck("echo", "never sent");
    early.abort(new Error("changed my mind"));
    assert.equal((await answer.catch((error) => error)).message, "changed my mind");
    assert.equal(socket.sendBuffer.length, 0);

    await event(socket, "connect");
    const late = new AbortController();
    const unheard = socket.signal(late.signal).emitWithAck("unheard");
    late.abort();
    assert.equal((await unheard.catch((error) => error)).name, "AbortError");
    assert.equal((await socket.signal(late.signal).emitWithAck("echo", 1).catch((error) => error)).name, "AbortError");
    assert.equal(await socket.signal(new AbortController().signal).emitWithAck("echo", 2), 2);
  });

  test("the offline buffer is bounded, and what fits arrives in order", async (t) => {
    const server = await t.server();
    await server.stop();
    const sockets = ["error", "drop-oldest", "drop-newest"].map((bufferPolicy) => t.connect(server, { bufferLimit: 3, bufferPolicy }));
    const [careful, forgetful, full] = sockets;
    const dropped = [];
    for (const socket of [forgetful, full]) socket.io.on("drop", (args) => dropped.push(args[1]));
    const heard = sockets.map((socket) => {
      const list = [];
      socket.on("echo", (n) => list.push(n));
      return list;
    });
    for (let n = 0; n < 3; n++) for (const socket of sockets) socket.emit("echo", n);
    assert.throws(() => careful.emit("echo", 3), "dropped: offline");
    assert.match((await careful.emitWithAck("echo", 3).catch((error) => error)).message, /dropped: offline/);
    forgetful.emit("echo", 3);
    assert.match((await full.emitWithAck("echo", 3).catch((error) => error)).message, /dropped: offline/);
    assert.deepEqual(dropped, [0, 3]);
    await server.start();
    await until(() => heard.every((list) => list.length === 3));
    assert.deepEqual(heard, [[0, 1, 2], [1, 2, 3], [0, 1, 2]]);
  });

  test("with a window, retries are on their way together, and the queue is bounded too", async (t) => {
    const server = await t.server();
    const socket = t.connect(server, { retries: 20, ackTimeout: 500, retryWindow: 4, bufferLimit: 6 });
    const sent = [];
    socket.onAnyOutgoing((_, n) => sent.push(n));
    const answers = Array.from({ length: 6 }, (_, n) => socket.emitWithAck("echo", n));
    assert.throws(() => socket.emit("echo", 6), "dropped: offline");
    await event(socket, "connect");
    assert.deepEqual(sent, [0, 1, 2, 3]);
    assert.deepEqual(await Promise.all(answers), [0, 1, 2, 3, 4, 5]);
  });

  test("with retryIds, each try of an event carries the same id, which no other event has", async (t) => {
    const server = await t.server();
    const socket = t.connect(server, { retries: 20, ackTimeout: 400, retryIds: true, retryWindow: 2 });
    await event(socket, "connect");
    const sent = [];
    socket.onAnyOutgoing((_, n, id) => sent.push([n, id]));
    await server.stop();
    // Sent into a connection that is dead, or kept for the next one.
    const answers = [0, 1].map((n) => new Promise((resolve) => socket.emit("echo", n, (error, ...args) => resolve([error, ...args]))));
    await server.start();
    const ids = (await Promise.all(answers)).map(([error, n, id], i) => {
      assert.deepEqual([error, n, typeof id], [null, i, "string"]);
      return id;
    });
    assert.notEqual(ids[0], ids[1]);
    for (const [n, id] of sent) assert.equal(id, ids[n]);
  });

  if (kind === "npm") {
    test("retries with ids make no duplicates where the server minds the ids, although answers are lost", async (t) => {
      const server = await t.sharedServer();
      const socket = t.connect(server, { retries: 20, ackTimeout: 2000, retryIds: true, retryWindow: 8 }, "/once");
      const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => socket.emitWithAck("once", n)));
      assert.equal(new Set(answers).size, 20);
    });
  }

  test("stream() gives events with their arguments, also those that came before they were asked for", async (t) => {
    const socket = t.connect(await t.sharedServer());
    const stream = socket.stream();
    socket.emit("echo", 1, "a");
    socket.emit("burst", 2);
    await event(socket, "b");
    assert.deepEqual(await take(stream, 3), [["echo", 1, "a"], ["b", 0], ["b", 1]]);
    const next = take(socket.stream(), 1);
    socket.emit("echo", "later");
    assert.deepEqual(await next, [["echo", "later"]]);
  });

  test("a stream lasts over reconnects, and ends when the socket is closed", async (t) => {
    const socket = t.connect(await t.sharedServer());
    const heard = (async () => {
      const events = [];
      for await (const [, n] of socket.stream()) events.push(n);
      return events;
    })();
    await event(socket, "connect");
    assert.equal(await socket.emitWithAck("echo", 0), 0);
    socket.emit("echo", 1);
    await event(socket, "echo");
    socket.io.engine.close();
    await event(socket, "connect");
    socket.emit("echo", 2);
    await event(socket, "echo");
    socket.disconnect();
    assert.deepEqual(await heard, [1, 2]);
  });

  test("a stream's buffer is bounded: by an error, or by dropping events, which the Manager tells", async (t) => {
    const socket = t.connect(await t.sharedServer());
    const dropped = [];
    socket.io.on("drop", (args) => dropped.push(args));
    const [strict, oldest, newest] = ["error", "drop-oldest", "drop-newest"].map((bufferPolicy) => socket.stream({ bufferLimit: 2, bufferPolicy }));
    socket.emit("burst", 4);
    await socket.emitWithAck("echo");
    assert.deepEqual(await take(oldest, 2), [["b", 2], ["b", 3]]);
    assert.deepEqual(await take(newest, 2), [["b", 0], ["b", 1]]);
    assert.deepEqual(dropped.map(([, n]) => n).sort(), [0, 1, 2, 3]);
    const seen = [];
    const failure = await (async () => {
      for await (const [, n] of strict) seen.push(n);
    })().catch((error) => error);
    assert.deepEqual(seen, [0, 1]);
    assert.match(failure.message, /dropped: offline/);
  });

  test("a signal ends a stream, and removes a listener", async (t) => {
    const socket = t.connect(await t.sharedServer());
    const controller = new AbortController();
    const { signal } = controller;
    const streamed = take(socket.stream({ signal }), Infinity);
    const heard = [];
    socket.on("echo", (n) => heard.push(n), { signal });
    socket.once("never", () => {}, { signal });
    socket.emit("echo", 1);
    await event(socket, "echo");
    controller.abort();
    assert.equal(socket.hasListeners("echo") || socket.hasListeners("never"), false);
    socket.on("echo", () => assert.fail("added by an aborted signal"), { signal });
    socket.emit("echo", 2);
    await event(socket, "echo");
    assert.deepEqual([heard, await streamed], [[1], [["echo", 1]]]);
  });

  test("closed settles with the reason, once the socket will not come back by itself", async (t) => {
    const server = await t.server();
    const [left, sent, refused] = [t.connect(server), t.connect(server), t.connect(server, {}, "/admin")];
    const lost = t.connect(server, { reconnectionAttempts: 2 });
    await Promise.all([left, sent, lost].map((socket) => event(socket, "connect")));
    let settled = false;
    void lost.closed.then(() => (settled = true));
    lost.io.engine.close();
    await event(lost, "connect");
    assert.equal(settled, false);
    left.disconnect();
    sent.emit("kick");
    assert.deepEqual(await Promise.all([left.closed, sent.closed]), ["io client disconnect", "io server disconnect"]);
    assert.equal((await refused.closed).message, "unauthorized");
    sent.connect();
    const again = sent.closed;
    await server.stop();
    assert.instanceOf(await lost.closed, Error);
    sent.disconnect();
    assert.equal(await again, "io client disconnect");
  });

  overEachTransport("disposal disconnects, and waits until what was emitted has gone out", async (t, options) => {
    const server = await t.sharedServer();
    const [socket, hearer] = [t.connect(server, options), t.connect(server)];
    const heard = [];
    hearer.on("room", (n) => heard.push(n));
    const room = `room of ${Math.random()}`;
    await Promise.all([hearer.emitWithAck("join", room), socket.emitWithAck("echo")]);
    for (let n = 0; n < 20; n++) socket.emit("room", room, n);
    // Without an answer, the npm server drops what it gets together with the goodbye.
    await socket.emitWithAck("echo");
    await socket[Symbol.asyncDispose]();
    assert.equal(socket.active, false);
    await until(() => heard.length === 20);
    const other = t.connect(server, options);
    await event(other, "connect");
    other[Symbol.dispose]();
    assert.equal(other.connected, false);
  });

  test("a clock that has jumped, as after sleep, ends a connection before an event is lost in it", async (t) => {
    const socket = t.connect(await t.sharedServer());
    await event(socket, "connect");
    const { now } = Date;
    Date.now = () => now() + 60_000;
    t.after(() => (Date.now = now));
    const answer = socket.emitWithAck("echo", "kept");
    Date.now = now;
    assert.equal(socket.sendBuffer.length, 1);
    assert.equal((await event(socket, "disconnect"))[0], "ping timeout");
    assert.equal(await answer, "kept");
  });

  test("namespaces and Managers that nobody uses any more are released", async (t) => {
    const manager = t.manage(await t.sharedServer());
    const [root, chat] = [manager.socket("/"), manager.socket("/chat")];
    await Promise.all([event(root, "connect"), event(chat, "connect")]);
    chat.disconnect();
    assert.deepEqual(Object.keys(manager.nsps), ["/"]);
    root.disconnect();
    assert.deepEqual(Object.keys(manager.nsps), []);
  });
}
