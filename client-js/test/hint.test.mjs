// What a server says before it goes: within which time its clients should come back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { io as officialIo } from "socket.io-client";
import { connect, event, startServer } from "./helpers.mjs";

const SLOW = { reconnectionDelay: 60_000, reconnectionDelayMax: 60_000, randomizationFactor: 0 };

/** A socket of each kind whose server will have said `hints` when it ends the connection. */
async function drained(t, client, hints, options) {
  const server = await startServer(t);
  const connected = event(server.io, "connection");
  const socket = client === "ours" ? connect(t, server.url, { ...SLOW, ...options }) : officialIo(server.url, { ...options, reconnectionDelay: 10, forceNew: true });
  t.after(() => socket.disconnect());
  await event(socket, "connect");
  const [remote] = await connected;
  for (const hint of hints) remote.conn.sendPacket("noop", hint);
  // What comes behind the hint has been heard, so the hint has.
  remote.emit("heard");
  await event(socket, "heard");
  return { socket, server, cut: () => remote.conn.close() };
}

for (const transports of [["polling"], ["websocket"]]) {
  test(`the first attempt after a hint comes at a time within it, by chance (${transports})`, async (t) => {
    const { socket, cut } = await drained(t, "ours", ['{"reconnectWithin":1000,"more":[1]}'], { transports });
    t.mock.method(Math, "random", () => 0.3);
    const begin = performance.now();
    const lost = event(socket, "disconnect");
    cut();
    await lost;
    await event(socket, "connect");
    const elapsed = performance.now() - begin;
    assert.ok(elapsed > 290 && elapsed < 6000, `${elapsed} ms`);
  });

  test(`the official client ignores a hint (${transports})`, async (t) => {
    const { socket, cut } = await drained(t, "official", ['{"reconnectWithin":60000}'], { transports });
    const lost = event(socket, "disconnect");
    cut();
    assert.equal((await lost)[0], "transport close");
    await event(socket, "connect");
  });
}

/** The delays of the timers that are set while the connection is lost. */
async function delaysAfter(t, hints) {
  const { socket, cut } = await drained(t, "ours", hints, { transports: ["websocket"] });
  t.mock.method(Math, "random", () => 0.5);
  const lost = event(socket, "disconnect");
  const delays = [];
  const { setTimeout } = globalThis;
  t.mock.method(globalThis, "setTimeout", (fn, ms, ...args) => {
    delays.push(ms);
    return setTimeout(fn, ms, ...args);
  });
  cut();
  await lost;
  await undefined;
  return delays;
}

test("more than a minute counts as a minute", async (t) => {
  assert.ok((await delaysAfter(t, ['{"reconnectWithin":999999999}'])).includes(30_000));
});

for (const [what, hints] of [
  ["nothing", ['{"reconnectWithin":100}', '{"reconnectWithin":0}']],
  ["something else", ["", "{", '{"reconnectWithin":-1}', '{"reconnectWithin":"1"}']],
]) {
  test(`a hint that says ${what} leaves the usual delay`, async (t) => {
    assert.ok((await delaysAfter(t, hints)).includes(60_000));
  });
}

test("the network's return does not cut a time short that the server asked for", async (t) => {
  const window = new EventTarget();
  globalThis.addEventListener = window.addEventListener.bind(window);
  globalThis.removeEventListener = window.removeEventListener.bind(window);
  t.after(() => {
    delete globalThis.addEventListener;
    delete globalThis.removeEventListener;
  });
  const delays = await delaysAfter(t, ['{"reconnectWithin":20000}']);
  assert.ok(delays.includes(10_000));
  delays.length = 0;
  window.dispatchEvent(new Event("online"));
  assert.deepEqual(delays, []);
});
