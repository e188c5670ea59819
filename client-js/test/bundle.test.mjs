import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";
import { event, startServer } from "./helpers.mjs";

const iife = readFileSync(new URL("../dist/roomful.min.js", import.meta.url), "utf8");

/** The globals of a page, as far as the client uses them, after the script tag has run. */
function page(url) {
  const { protocol, host, origin } = new URL(url);
  const context = vm.createContext({
    ...{ AbortController, Blob, Response, URL, URLSearchParams, atob, btoa, clearTimeout, console, fetch, queueMicrotask, setTimeout },
    location: { protocol, host, origin },
  });
  vm.runInContext(iife, context);
  return context;
}

test("the script defines io as a function with Manager, Socket and protocol", () => {
  const { io } = page("http://127.0.0.1:1");
  assert.equal(typeof io, "function");
  assert.equal(io.connect, io.io);
  assert.equal(io.protocol, 5);
  assert.equal(io("/", { autoConnect: false }) instanceof io.Socket, true);
  assert.equal(new io.Manager("http://h", { autoConnect: false }) instanceof io.Manager, true);
});

test("on a page, io() connects to the page's own server, and io('/name') to a namespace of it", async (t) => {
  const server = await startServer(t);
  server.io.of("/name");
  const { io } = page(server.url);
  const sockets = [io(), io("/name")];
  t.after(() => sockets.forEach((socket) => socket.disconnect()));
  await Promise.all(sockets.map((socket) => event(socket, "connect")));
  assert.equal(sockets[0].io, sockets[1].io);
});

test("binary values of another realm are sent as attachments", async (t) => {
  const server = await startServer(t);
  const connected = event(server.io, "connection");
  const context = page(server.url);
  const socket = context.io();
  t.after(() => socket.disconnect());
  socket.emit("up", new Uint8Array([1]).buffer, vm.runInContext("new Uint8Array([2]).buffer", context));
  const [remote] = await connected;
  assert.deepEqual(await event(remote, "up"), [Buffer.from([1]), Buffer.from([2])]);
});

for (const name of ["socket.io.js", "socket.io.min.js"]) {
  const script = readFileSync(new URL(`../../server/doors/client/${name}`, import.meta.url), "utf8");

  test(`${name}, as servers serve it, defines io on a page, and is a CommonJS and an AMD module`, () => {
    const globals = { URL, URLSearchParams, setTimeout, clearTimeout };
    const page = vm.createContext({ ...globals });
    vm.runInContext(script, page);
    const commonJs = vm.createContext({ ...globals, module: { exports: {} } });
    vm.runInContext(script, commonJs);
    let amd;
    const define = Object.assign((factory) => (amd = factory()), { amd: {} });
    vm.runInContext(script, vm.createContext({ ...globals, define }));
    for (const io of [page.io, commonJs.module.exports, amd]) {
      assert.deepEqual([typeof io, typeof io.Manager, io.protocol], ["function", "function", 5]);
    }
    assert.equal(commonJs.io, undefined);
  });
}
