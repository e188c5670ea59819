// What programs for socket.io-client rely on. The official client runs these tests too.
import { assert } from "chai";
import { bytes, event, until } from "./kit.mjs";

export default function ({ test, overEachTransport }) {
  overEachTransport("a socket connects, and both sides know the same id and transport", async (t, options) => {
    const server = await t.sharedServer();
    const socket = t.connect(server, options);
    assert.deepEqual([socket.connected, socket.disconnected, socket.active, socket.id], [false, true, true, undefined]);
    await event(socket, "connect");
    assert.deepEqual([socket.connected, socket.disconnected, socket.active], [true, false, true]);
    const goal = options.transports.at(-1);
    if (options.transports.length > 1 && socket.io.engine.transport.name !== goal) await event(socket.io.engine, "upgrade");
    const info = await socket.emitWithAck("info");
    assert.deepEqual(info, { id: socket.id, eio: 4, transport: goal, nsp: "/" });
  });

  overEachTransport("events are acknowledged both ways", async (t, options) => {
    const socket = t.connect(await t.sharedServer(), options);
    assert.deepEqual(await socket.emitWithAck("echo", { a: ["é", null, 1.5] }), { a: ["é", null, 1.5] });
    socket.on("question", (n, ack) => ack(n + 1));
    const answer = event(socket, "answer");
    socket.emit("ask");
    assert.deepEqual(await answer, [42]);
    const answers = [];
    socket.emit("echo", 1, 2, (...args) => answers.push(args));
    await until(() => answers.length === 1);
    assert.deepEqual(answers, [[1, 2]]);
  });

  overEachTransport("binary of every kind goes both ways, at any depth", async (t, options) => {
    const socket = t.connect(await t.sharedServer(), options);
    const source = new Uint8Array([9, 1, 2, 3, 9]).subarray(1, 4);
    const sent = [source.slice().buffer, source, new Uint16Array([513]), new DataView(source.slice().buffer)];
    const back = await socket.emitWithAck("echo", { deep: [{ data: sent }] });
    assert.deepEqual(back.deep[0].data.map(bytes), [[1, 2, 3], [1, 2, 3], [1, 2], [1, 2, 3]]);
    const echoed = event(socket, "echo");
    socket.emit("echo", "text", source, { more: source });
    const [text, data, { more }] = await echoed;
    assert.deepEqual([text, bytes(data), bytes(more)], ["text", [1, 2, 3], [1, 2, 3]]);
  });

  overEachTransport("a burst keeps its order, across the upgrade too", async (t, options) => {
    const socket = t.connect(await t.sharedServer(), options);
    const heard = [];
    socket.on("b", (n) => heard.push(n));
    socket.emit("burst", 500);
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => socket.emitWithAck("echo", i)));
    await until(() => heard.length === 500);
    assert.deepEqual(heard, Array.from({ length: 500 }, (_, i) => i));
    assert.deepEqual(answers, Array.from({ length: 200 }, (_, i) => i));
  });

  overEachTransport("namespaces share a connection and hear only their own events", async (t, options) => {
    const server = await t.sharedServer();
    const manager = t.manage(server, options);
    const [root, chat] = [manager.socket("/"), manager.socket("/chat")];
    const infos = await Promise.all([root.emitWithAck("info"), chat.emitWithAck("info")]);
    assert.deepEqual(infos.map(({ nsp }) => nsp), ["/", "/chat"]);
    assert.equal(root.io, chat.io);
    root.on("others", () => assert.fail("heard in another namespace"));
    const heard = event(chat, "others");
    t.connect(server, options, "/chat").emit("others", "hello");
    assert.deepEqual(await heard, ["hello"]);
  });

  test("an unknown namespace is refused, and the others stay", async (t) => {
    const manager = t.manage(await t.sharedServer());
    const root = manager.socket("/");
    await event(root, "connect");
    const [error] = await event(manager.socket("/unknown"), "connect_error");
    assert.equal(error.message, "Invalid namespace");
    assert.equal(root.connected, true);
  });

  overEachTransport("a refusal tells message and data, and a right token then lets the socket in", async (t, options) => {
    const socket = t.connect(await t.sharedServer(), { ...options, auth: { token: "wrong" } }, "/admin");
    const [error] = await event(socket, "connect_error");
    assert.deepEqual([error.message, error.data], ["unauthorized", { code: 401 }]);
    assert.deepEqual([socket.connected, socket.active], [false, false]);
    socket.auth = { token: "secret" };
    socket.connect();
    await event(socket, "connect");
  });

  test("auth may be a function that calls back, and is asked again at each connect", async (t) => {
    let calls = 0;
    const auth = (callback) => setTimeout(() => callback({ call: ++calls }), 1);
    const socket = t.connect(await t.sharedServer(), { auth });
    assert.deepEqual(await socket.emitWithAck("auth"), { call: 1 });
    socket.disconnect().connect();
    assert.deepEqual(await socket.emitWithAck("auth"), { call: 2 });
  });

  overEachTransport("a socket that the server disconnects stays so until connect is called", async (t, options) => {
    const socket = t.connect(await t.sharedServer(), options);
    await event(socket, "connect");
    socket.emit("kick");
    assert.equal((await event(socket, "disconnect"))[0], "io server disconnect");
    assert.equal(socket.active, false);
    socket.connect();
    await event(socket, "connect");
  });

  test("disconnect ends the connection for good, and says why", async (t) => {
    const socket = t.connect(await t.sharedServer());
    await event(socket, "connect");
    const reason = event(socket, "disconnect");
    socket.disconnect();
    assert.equal((await reason)[0], "io client disconnect");
    assert.deepEqual([socket.connected, socket.active, socket.id], [false, false, undefined]);
  });

  test("an acknowledgement that does not come in time is an error", async (t) => {
    const socket = t.connect(await t.sharedServer());
    await event(socket, "connect");
    const errors = [];
    socket.timeout(50).emit("unheard", (error) => errors.push(error.message));
    await until(() => errors.length === 1);
    assert.deepEqual(errors, ["operation has timed out"]);
    assert.match((await socket.timeout(50).emitWithAck("unheard").catch((error) => error)).message, /timed out/);
  });

  test("the socket's own events cannot be emitted", (t) => {
    const socket = t.connect({ url: "http://127.0.0.1:1" }, { autoConnect: false });
    for (const name of ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"]) {
      assert.throws(() => socket.emit(name), `"${name}" is a reserved event name`);
    }
  });

  test("listeners are added and removed by all their names", async (t) => {
    const socket = t.connect(await t.sharedServer());
    const heard = [];
    const on = (name) => (x) => heard.push([name, x]);
    const [first, second] = [on("first"), on("second")];
    socket.on("echo", first).addEventListener("echo", second).once("echo", on("once"));
    socket.onAny((name, x) => heard.push(["any", name, x]));
    socket.prependAny((name) => heard.push(["before", name]));
    socket.onAnyOutgoing((name, x) => heard.push(["out", name, x]));
    assert.equal(socket.hasListeners("echo"), true);
    assert.equal(socket.listeners("echo").length, 3);
    await event(socket, "connect");
    socket.emit("echo", 1);
    await until(() => heard.length === 6);
    assert.deepEqual(heard.splice(0), [["out", "echo", 1], ["before", "echo"], ["any", "echo", 1], ["first", 1], ["second", 1], ["once", 1]]);
    socket.off("echo", first).offAny().offAnyOutgoing().send("unheard");
    const echoed = event(socket, "echo");
    socket.emit("echo", 2);
    await echoed;
    assert.deepEqual(heard, [["second", 2]]);
    socket.removeAllListeners();
    assert.equal(socket.hasListeners("echo"), false);
  });

  test("volatile events go out while connected, and are dropped while not", async (t) => {
    const socket = t.connect(await t.sharedServer());
    socket.on("echo", (x) => assert.equal(x, "online"));
    socket.volatile.emit("echo", "offline");
    await event(socket, "connect");
    const echoed = event(socket, "echo");
    await until(async () => {
      socket.volatile.emit("echo", "online");
      return Promise.race([echoed, new Promise((resolve) => setTimeout(resolve, 50))]);
    });
  });

  overEachTransport("after a restart of the server the socket is back, and sends what was emitted meanwhile", async (t, options) => {
    const server = await t.server();
    const socket = t.connect(server, options);
    await event(socket, "connect");
    const { id } = socket;
    const told = [];
    for (const name of ["reconnect_attempt", "reconnect_error", "reconnect", "open", "close"]) socket.io.on(name, () => told.push(name));
    await server.stop();
    await until(() => !socket.connected);
    const answers = [1, 2, 3].map((n) => socket.emitWithAck("echo", n));
    await until(() => told.includes("reconnect_error"));
    await server.start();
    assert.deepEqual(await Promise.all(answers), [1, 2, 3]);
    assert.notEqual(socket.id, id);
    assert.deepEqual([told[0], told[1], told.at(-2), told.at(-1)], ["close", "reconnect_attempt", "open", "reconnect"]);
  });

  test("a server that cannot be reached gives errors, attempts, and an end of them", async (t) => {
    const server = await t.server();
    await server.stop();
    const socket = t.connect(server, { reconnectionAttempts: 2 });
    const told = [];
    socket.on("connect_error", (error) => told.push(["connect_error", error instanceof Error]));
    for (const name of ["error", "reconnect_attempt", "reconnect_failed"]) socket.io.on(name, (x) => told.push([name, x instanceof Error ? true : x]));
    await event(socket.io, "reconnect_failed");
    assert.deepEqual(told, [
      ["connect_error", true], ["error", true],
      ["reconnect_attempt", 1], ["connect_error", true], ["error", true],
      ["reconnect_attempt", 2], ["connect_error", true], ["error", true],
      ["reconnect_failed", undefined],
    ]);
  });

  overEachTransport("with recovery, a socket that was cut off is the same one and has missed nothing", async (t, options) => {
    const server = await t.sharedServer({ RECOVERY: "1" });
    // The npm server knows a session only once it has noticed the end of the old connection.
    const patient = { ...options, reconnectionDelay: 500, reconnectionDelayMax: 500, randomizationFactor: 0 };
    const [socket, other] = [t.connect(server, patient), t.connect(server, options)];
    const [heard, news] = [[], `news of ${Math.random()}`];
    socket.on("room", (text) => heard.push(text));
    await Promise.all([socket.emitWithAck("join", news), event(other, "connect")]);
    assert.equal(socket.recovered, false);
    const { id } = socket;
    other.emit("room", news, "before");
    await until(() => heard.length === 1);
    const back = event(socket, "connect");
    socket.io.engine.close();
    for (let i = 0; i < 5; i++) other.emit("room", news, `missed ${i}`);
    await back;
    assert.deepEqual([socket.recovered, socket.id], [true, id]);
    other.emit("room", news, "after");
    await until(() => heard.length === 7);
    assert.deepEqual(heard, ["before", ...[0, 1, 2, 3, 4].map((i) => `missed ${i}`), "after"]);
  });

  test("with retries, what is not acknowledged is sent again", async (t) => {
    const server = await t.server();
    const socket = t.connect(server, { retries: 20, ackTimeout: 300 });
    await event(socket, "connect");
    await server.stop();
    const answers = [1, 2, 3].map((n) => socket.emitWithAck("echo", n));
    await server.start();
    assert.deepEqual(await Promise.all(answers), [1, 2, 3]);
  });

  test("the query of the options and that of the address reach the server", async (t) => {
    const server = await t.sharedServer();
    const byOption = t.connect(server, { query: { token: "secret" } }, "/admin");
    const byAddress = t.connect(server, {}, "/admin?token=secret");
    await Promise.all([event(byOption, "connect"), event(byAddress, "connect")]);
    assert.equal(byAddress.nsp, "/admin");
  });

  test("the query may be changed between two connections", async (t) => {
    const socket = t.connect(await t.sharedServer(), { query: { token: "wrong" } }, "/admin");
    await event(socket, "connect_error");
    socket.io.opts.query.token = "secret";
    socket.connect();
    await event(socket, "connect");
  });

  test("io() shares a connection between namespaces, unless told otherwise", async (t) => {
    const server = await t.sharedServer();
    const its = { forceNew: false };
    const [root, chat] = [t.connect(server, its), t.connect(server, its, "/chat")];
    const others = [t.connect(server, its), t.connect(server, { multiplex: false }, "/chat"), t.connect(server, { forceNew: true }, "/chat")];
    await Promise.all([root, chat, ...others].map((socket) => event(socket, "connect")));
    assert.equal(root.io, chat.io);
    for (const other of others) assert.notEqual(other.io, root.io);
  });

  test("with autoConnect false nothing happens before open or connect", async (t) => {
    const server = await t.sharedServer();
    const socket = t.connect(server, { autoConnect: false });
    assert.deepEqual([socket.active, socket.io._readyState], [false, "closed"]);
    socket.open();
    await event(socket, "connect");
    const manager = t.manage(server, { autoConnect: false });
    await new Promise((resolve, reject) => manager.open((error) => (error ? reject(error) : resolve())));
    assert.equal(manager._readyState, "open");
  });

  test("a callback of open hears of a failure, which is not tried again", async (t) => {
    const manager = t.manage({ url: "http://127.0.0.1:1" }, { autoConnect: false });
    manager.on("reconnect_attempt", () => assert.fail("tried again"));
    assert.instanceOf(await new Promise((resolve) => manager.open(resolve)), Error);
    await new Promise((resolve) => setTimeout(resolve, 200));
  });

  test("without reconnection, a socket that was cut off stays so until connect is called", async (t) => {
    const socket = t.connect(await t.sharedServer(), { reconnection: false });
    await event(socket, "connect");
    const reason = event(socket, "disconnect");
    socket.io.engine.close();
    assert.equal((await reason)[0], "forced close");
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(socket.connected, false);
    socket.connect();
    await event(socket, "connect");
  });

  test("the settings of a Manager are read and changed by methods", (t) => {
    const manager = t.manage({ url: "http://127.0.0.1:1" }, { autoConnect: false, reconnectionDelay: undefined, reconnectionDelayMax: undefined });
    const names = ["reconnection", "reconnectionAttempts", "reconnectionDelay", "reconnectionDelayMax", "randomizationFactor", "timeout"];
    assert.deepEqual(names.map((name) => manager[name]()), [true, Infinity, 1000, 5000, 0.5, 20000]);
    for (const name of names) assert.equal(manager[name](0)[name](), name === "reconnection" ? false : 0);
  });

  overEachTransport("the engine tells of its packets, its transport and its end", async (t, options) => {
    const socket = t.connect(await t.sharedServer(), options);
    await event(socket, "connect");
    const { engine } = socket.io;
    const told = [];
    engine.on("packet", ({ type, data }) => type === "message" && told.push(["packet", data]));
    engine.on("packetCreate", ({ type, data }) => type === "message" && told.push(["packetCreate", data]));
    const drained = event(engine, "drain");
    await socket.emitWithAck("echo", 1);
    await drained;
    assert.deepEqual(told, [["packetCreate", '20["echo",1]'], ["packet", "30[1]"]]);
    assert.equal(typeof engine.id, "string");
    const closed = event(engine, "close");
    engine.close();
    await closed;
  });

  test("events that come before the namespace is joined wait for that", async (t) => {
    const server = await t.sharedServer({ RECOVERY: "1" });
    const [socket, other] = [t.connect(server, { reconnectionDelay: 500, reconnectionDelayMax: 500 }), t.connect(server)];
    const room = `room of ${Math.random()}`;
    await Promise.all([socket.emitWithAck("join", room), event(other, "connect")]);
    other.emit("room", room, "before");
    await event(socket, "room");
    const told = [];
    socket.on("connect", () => told.push("connect"));
    socket.on("room", (text) => told.push([text, socket.connected]));
    socket.io.engine.close();
    other.emit("room", room, "missed");
    await until(() => told.length === 2);
    assert.deepInclude(told, ["missed", true]);
  });
}
