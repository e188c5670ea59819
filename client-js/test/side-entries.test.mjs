// The entry points beside the client itself, without frameworks and browsers.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { WebSocket } from "ws";
import { load, startServer, until } from "./helpers.mjs";

const require = createRequire(import.meta.url);

/** The module as on a page, and the options for a server. */
async function start(t) {
  globalThis.window = globalThis;
  t.after(() => delete globalThis.window);
  const { lease } = await load("lease.ts");
  const server = await startServer(t);
  return { lease, server, options: { WebSocket } };
}

test("who asks and does not hold leaves nothing behind", async (t) => {
  const { lease, server, options } = await start(t);
  const { socket } = lease(server.url, options);
  assert.equal(lease(server.url, options).socket, socket);
  await until(() => lease(server.url, options).socket !== socket);
  assert.equal(socket.active, false);
  assert.equal(server.io.engine.clientsCount, 0);
});

test("who holds after that connects it all the same, together with all who come later", async (t) => {
  const { lease, server, options } = await start(t);
  const { socket, hold } = lease(server.url, options);
  await until(() => Object.keys(socket.io.nsps).length === 0, "it to be given up");
  const release = hold();
  await until(() => socket.connected);
  const again = lease(server.url, options);
  assert.equal(again.socket, socket);
  const releaseAgain = again.hold();
  release();
  release();
  assert.equal(socket.active, true);
  releaseAgain();
  await until(() => !socket.active);
});

test("other options make another socket, and a socket of io() on the same connection still connects by itself", async (t) => {
  const { lease, server, options } = await start(t);
  const { socket, hold } = lease(server.url, options);
  assert.notEqual(lease(server.url, { ...options, auth: { token: 1 } }).socket, socket);
  t.after(hold());
  server.io.of("/other");
  const other = socket.io.socket("/other");
  t.after(() => other.disconnect());
  await until(() => socket.connected && other.connected);
});

test("with autoConnect false, holding does not connect it", async (t) => {
  const { lease, server, options } = await start(t);
  const { socket, hold } = lease(server.url, { ...options, autoConnect: false });
  t.after(hold());
  assert.equal(socket.active, false);
  socket.connect();
  await until(() => socket.connected);
});

test("an address may be given by options alone", async (t) => {
  const { lease, server, options } = await start(t);
  const { socket, hold } = lease({ ...options, host: "127.0.0.1", port: server.port, secure: false });
  t.after(hold());
  await until(() => socket.connected);
});

for (const name of ["react", "svelte", "vue", "shared"]) {
  test(`roomful-client/${name} can be required, with the client that is required, and evaluates no code`, async () => {
    assert.deepEqual(Object.keys(require(`roomful-client/${name}`)), Object.keys(await import(`roomful-client/${name}`)));
    const path = require.resolve(`roomful-client/${name}`);
    assert.deepEqual(require.cache[path].children.filter(({ filename }) => filename.includes("dist")).map(({ id }) => id), [
      require.resolve("roomful-client"),
    ]);
    assert.doesNotMatch(readFileSync(path, "utf8"), /\beval\b|new Function/);
  });
}
