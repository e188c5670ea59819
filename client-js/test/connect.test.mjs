import assert from "node:assert/strict";
import { test } from "node:test";
import { WebSocket } from "ws";
import { Fetch, io, Manager, WebSocket as RoomfulWebSocket } from "../dist/index.js";
import { connect, event, load, manage, overEachTransport, startServer, until } from "./helpers.mjs";

overEachTransport(test, "a socket connects and gets the id that the server knows it by", async (t, options) => {
  const server = await startServer(t);
  const socket = connect(t, server.url, options);
  assert.equal(socket.connected, false);
  await event(socket, "connect");
  assert.equal(socket.connected, true);
  assert.ok(server.io.sockets.sockets.has(socket.id));
});

overEachTransport(test, "a refused connect tells message and data and is not tried again", async (t, options) => {
  const server = await startServer(t);
  server.io.use((_socket, next) => next(Object.assign(new Error("not authorized"), { data: { code: 42 } })));
  const socket = connect(t, server.url, options);
  const [error] = await event(socket, "connect_error");
  assert.equal(error.message, "not authorized");
  assert.deepEqual(error.data, { code: 42 });
  assert.deepEqual([socket.connected, socket.active], [false, false]);
});

overEachTransport(test, "a socket that was refused connects once its auth is right", async (t, options) => {
  const server = await startServer(t);
  server.io.use((socket, next) => next(socket.handshake.auth.token === "right" ? undefined : new Error("wrong")));
  const socket = connect(t, server.url, { ...options, auth: { token: "old" } });
  await event(socket, "connect_error");
  socket.auth = { token: "right" };
  socket.connect();
  await event(socket, "connect");
});

overEachTransport(test, "namespaces share one connection and hear only their own events", async (t, options) => {
  const server = await startServer(t);
  for (const name of ["/", "/news", "/chat"]) {
    server.io.of(name).on("connection", (socket) => socket.emit("hello", socket.nsp.name));
  }
  const manager = manage(t, server.url, options);
  const sockets = ["/", "/news", "/chat"].map((name) => manager.socket(name));
  const heard = await Promise.all(sockets.map((socket) => event(socket, "hello")));
  assert.deepEqual(heard, [["/"], ["/news"], ["/chat"]]);
  assert.equal(server.io.engine.clientsCount, 1);
});

test("an unknown namespace is refused, and the others stay connected", async (t) => {
  const server = await startServer(t);
  const manager = manage(t, server.url);
  const root = manager.socket("/");
  await event(root, "connect");
  const [error] = await event(manager.socket("/unknown"), "connect_error");
  assert.equal(error.message, "Invalid namespace");
  assert.equal(root.connected, true);
});

const AUTH = {
  "an object": { token: "t" },
  "a function with a callback": (callback) => setTimeout(() => callback({ token: "t" }), 1),
  "a function that returns": () => ({ token: "t" }),
  "an async function": async () => ({ token: "t" }),
};
for (const [kind, auth] of Object.entries(AUTH)) {
  test(`auth may be ${kind}`, async (t) => {
    const server = await startServer(t);
    const connected = event(server.io, "connection");
    connect(t, server.url, { auth });
    assert.deepEqual((await connected)[0].handshake.auth, { token: "t" });
  });
}

test("auth is asked again at every connect", async (t) => {
  const server = await startServer(t);
  let calls = 0;
  const socket = connect(t, server.url, { auth: () => ({ call: ++calls }) });
  await event(socket, "connect");
  const connected = event(server.io, "connection");
  socket.io.engine.close();
  assert.deepEqual((await connected)[0].handshake.auth, { call: 2 });
});

test("an auth function that rejects ends in connect_error", async (t) => {
  const server = await startServer(t);
  const socket = connect(t, server.url, { auth: async () => Promise.reject(new Error("no token")) });
  assert.equal((await event(socket, "connect_error"))[0].message, "no token");
  assert.equal(socket.active, false);
});

test("an auth that answers after the socket was disconnected is not used", async (t) => {
  const server = await startServer(t);
  const asked = [];
  const manager = manage(t, server.url);
  const root = manager.socket("/");
  await event(root, "connect");
  server.io.of("/late");
  const late = manager.socket("/late", { auth: (callback) => void asked.push(callback) });
  await until(() => asked.length === 1);
  late.disconnect().connect();
  await until(() => asked.length === 2);
  asked[0]({ number: 1 });
  asked[1]({ number: 2 });
  asked[1]({ number: 3 });
  await event(late, "connect");
  const [known] = [...server.io.of("/late").sockets.values()];
  assert.deepEqual(known.handshake.auth, { number: 2 });
  assert.equal(root.connected, true);
});

test("a socket that is left and joined again at once does not break the connection", async (t) => {
  const server = await startServer(t);
  server.io.of("/x");
  const manager = manage(t, server.url);
  const root = manager.socket("/");
  await event(root, "connect");
  // Its CONNECT is on its way but not answered when it is left.
  const first = manager.socket("/x", { auth: { number: 1 } }).disconnect();
  const second = manager.socket("/x", { auth: { number: 2 } });
  await event(second, "connect");
  assert.notEqual(first, second);
  assert.equal(first.connected, false);
  assert.equal(root.connected, true);
  await until(() => server.io.of("/x").sockets.size === 1);
  assert.deepEqual(server.io.of("/x").sockets.get(second.id).handshake.auth, { number: 2 });
});

overEachTransport(test, "disconnect tells both sides, and what was emitted before still arrives", async (t, options) => {
  const server = await startServer(t);
  const packets = [];
  const gone = new Promise((resolve) => {
    server.io.engine.on("connection", (raw) => raw.on("packet", ({ data }) => packets.push(data)));
    server.io.on("connection", (socket) => socket.on("disconnect", resolve));
  });
  const socket = connect(t, server.url, options);
  await event(socket, "connect");
  const reason = event(socket, "disconnect");
  for (let i = 0; i < 20; i++) socket.emit("last", i);
  socket.disconnect();
  assert.deepEqual(await reason, ["io client disconnect", undefined]);
  assert.equal(await gone, "client namespace disconnect");
  const messages = packets.filter((data) => /^[12]/.test(data));
  assert.deepEqual(messages, [...Array.from({ length: 20 }, (_, i) => `2["last",${i}]`), "1"]);
  await until(() => server.io.engine.clientsCount === 0);
});

overEachTransport(test, "a socket that the server disconnects stays so until connect is called", async (t, options) => {
  const server = await startServer(t);
  server.io.once("connection", (socket) => socket.disconnect());
  const socket = connect(t, server.url, options);
  assert.equal((await event(socket, "disconnect"))[0], "io server disconnect");
  assert.equal(socket.active, false);
  socket.connect();
  await event(socket, "connect");
});

test("the namespace, the query and the path come from the address and the options", async (t) => {
  const server = await startServer(t, { path: "/live" });
  const connected = event(server.io.of("/my room"), "connection");
  connect(t, `${server.url}/my room?a=1%202`, { path: "/live" });
  const [{ handshake }] = await connected;
  assert.equal(handshake.query.a, "1 2");
});

test("query and headers of the options reach the server over both transports", async (t) => {
  const server = await startServer(t);
  for (const transports of [["polling"], ["websocket"]]) {
    const connected = event(server.io, "connection");
    connect(t, server.url, { transports, query: { room: "a+b&c" }, extraHeaders: { "x-token": "t" } });
    const [{ handshake }] = await connected;
    assert.equal(handshake.query.room, "a+b&c");
    assert.equal(handshake.headers["x-token"], "t");
  }
});

test("a server that cannot be reached gives connect_error and further attempts", async (t) => {
  const server = await startServer(t);
  await server.close();
  const socket = connect(t, server.url, { reconnectionAttempts: 2 });
  const attempts = [];
  socket.io.on("reconnect_attempt", (n) => attempts.push(n));
  const [error] = await event(socket, "connect_error");
  assert.equal(error.message, "fetch read error");
  assert.equal(error.type, "TransportError");
  await event(socket.io, "reconnect_failed");
  assert.deepEqual(attempts, [1, 2]);
});

test("an answer that is not Engine.IO gives connect_error", async (t) => {
  const server = await startServer(t, { path: "/live" });
  server.http.on("request", (request, response) => request.url.startsWith("/socket.io") && response.end("<html>"));
  const socket = connect(t, server.url, { transports: ["polling"], reconnection: false });
  assert.equal((await event(socket, "connect_error"))[0].message, "server error");
});

test("an attempt that takes too long ends with the error timeout", async (t) => {
  const server = await startServer(t, { path: "/live" });
  server.http.on("request", () => {});
  const socket = connect(t, server.url, { timeout: 50, reconnection: false });
  assert.equal((await event(socket, "connect_error"))[0].message, "timeout");
});

test("tryAllTransports goes on to the next transport when one cannot open", async (t) => {
  const server = await startServer(t, { transports: ["polling"] });
  const socket = connect(t, server.url, { transports: ["websocket", "polling"], tryAllTransports: true });
  await event(socket, "connect");
  assert.equal(socket.io.engine.transport.name, "polling");
});

test("rememberUpgrade starts with WebSocket after one has worked", async (t) => {
  const server = await startServer(t);
  const first = connect(t, server.url);
  await event(first.io.engine, "upgrade");
  const second = connect(t, server.url, { rememberUpgrade: true });
  await event(second, "connect");
  assert.equal(second.io.engine.transport.name, "websocket");
});

test("without an address where there is no page, and with unknown transports only, io throws", () => {
  assert.throws(() => io("http://127.0.0.1:1", { transports: ["pigeon"] }), /unknown transports: pigeon/);
  assert.throws(() => io(), /URL/);
});

test("transports that the client does not have are left out", async (t) => {
  const server = await startServer(t);
  const socket = connect(t, server.url, { transports: ["webtransport", "polling"] });
  await event(socket, "connect");
  assert.equal(socket.io.engine.transport.name, "polling");
});

test("transports may be given as imported", async (t) => {
  const server = await startServer(t);
  const socket = connect(t, server.url, { transports: [Fetch, RoomfulWebSocket] });
  await event(socket, "connect");
  assert.equal(socket.io.engine.transport.name, "polling");
  await event(socket.io.engine, "upgrade");
  assert.equal(socket.io.engine.transport.name, "websocket");
});

test("options that are given as undefined are not given", () => {
  const manager = new Manager("http://127.0.0.1:1", { autoConnect: false, reconnectionDelay: undefined, timeout: undefined });
  assert.deepEqual([manager.reconnectionDelay(), manager.timeout()], [1000, 20000]);
});

test("io() shares a connection between namespaces, not between two sockets of one", async (t) => {
  const server = await startServer(t);
  server.io.of("/a");
  const options = { WebSocket };
  const sockets = [io(server.url, options), io(`${server.url}/a`, options), io(server.url, options)];
  t.after(() => sockets.forEach((socket) => socket.disconnect()));
  await Promise.all(sockets.map((socket) => event(socket, "connect")));
  assert.equal(sockets[0].io, sockets[1].io);
  assert.notEqual(sockets[0].io, sockets[2].io);
});

test("namespaces and Managers that nobody uses any more are released", async (t) => {
  const server = await startServer(t);
  server.io.of(/^\/room-\d+$/);
  const root = io(server.url, { WebSocket });
  t.after(() => root.disconnect());
  await event(root, "connect");
  for (let i = 0; i < 20; i++) {
    const socket = io(`${server.url}/room-${i}`, { WebSocket });
    assert.equal(socket.io, root.io);
    await event(socket, "connect");
    socket.disconnect();
  }
  assert.deepEqual(Object.keys(root.io.nsps), ["/"]);
  root.disconnect();
  assert.deepEqual(Object.keys(root.io.nsps), []);
  const next = io(server.url, { WebSocket, autoConnect: false });
  assert.notEqual(next.io, root.io);
});

test("a socket whose place on its Manager was taken connects all the same", async (t) => {
  const server = await startServer(t);
  const manager = manage(t, server.url);
  const first = manager.socket("/");
  await event(first, "connect");
  first.disconnect();
  const second = manager.socket("/");
  await event(second, "connect");
  first.connect();
  t.after(() => first.disconnect());
  await event(first, "connect");
  assert.notEqual(first.id, second.id);
  assert.equal(second.connected, true);
});

const { parseAddress, enginePath } = await load("url.ts");

const ADDRESSES = [
  ["http://h", "http://h", "/"],
  ["http://h:80/a/b?x=1#f", "http://h", "/a/b"],
  ["wss://h:444/é", "https://h:444", "/é"],
  ["//h/a", "https://h", "/a"],
  ["h:3000", "https://h:3000", "/"],
  ["http://[::1]:3000/a", "http://[::1]:3000", "/a"],
];
for (const [address, origin, nsp] of ADDRESSES) {
  test(`the address ${address} is namespace ${nsp} of ${origin}`, () => {
    const parsed = parseAddress(address);
    assert.deepEqual([parsed.origin, parsed.nsp], [origin, nsp]);
  });
}

test("without an address, host, port and secure of the options are used", async (t) => {
  const server = await startServer(t);
  server.io.of("/a");
  const where = { port: server.port, secure: false, WebSocket };
  const sockets = [io({ host: "127.0.0.1", ...where }), io("/a", { hostname: "127.0.0.1", ...where })];
  t.after(() => sockets.forEach((socket) => socket.disconnect()));
  await Promise.all(sockets.map((socket) => event(socket, "connect")));
  assert.equal(sockets[0].io, sockets[1].io);
});

test("the path ends in one slash, or in none if so wished", () => {
  assert.equal(enginePath({}), "/socket.io/");
  assert.equal(enginePath({ path: "/x/" }), "/x/");
  assert.equal(enginePath({ path: "/x/", addTrailingSlash: false }), "/x");
});

test("a callback of open that throws does not harm the connection", async (t) => {
  const server = await startServer(t);
  const manager = manage(t, server.url, { autoConnect: false });
  // node:test listens too, and would fail the test.
  const listeners = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  t.after(() => listeners.forEach((listener) => process.on("uncaughtException", listener)));
  const thrown = new Promise((resolve) => process.once("uncaughtException", resolve));
  manager.open(() => {
    throw new Error("from a callback");
  });
  assert.equal((await thrown).message, "from a callback");
  await event(manager.socket("/").connect(), "connect");
});
