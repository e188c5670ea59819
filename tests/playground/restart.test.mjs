// A graceful restart of the `roomful` program: its clients come back as who they were, with the official client.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { within } from "../interop/lib/wait.mjs";
import { push, startProgram } from "./program.mjs";

const { io } = createRequire(new URL("../interop/package.json", import.meta.url))("socket.io-client");

const folder = await mkdtemp(join(tmpdir(), "roomful-"));
const file = join(folder, "sessions");
const cleanUp = [];
after(async () => {
  cleanUp.forEach((end) => end());
  await rm(folder, { recursive: true });
});

async function start(...flags) {
  const [server, url] = await startProgram("--sessions", file, ...flags);
  cleanUp.push(() => server.kill("SIGKILL"));
  return [server, url];
}

async function stop(server) {
  const ended = once(server, "exit");
  server.kill("SIGTERM");
  await within(ended, "the program's end");
}

/** A client in the room `news`, and the events it hears. */
async function client(url, options) {
  const socket = io(url, { forceNew: true, reconnectionDelay: 50, reconnectionDelayMax: 200, ackTimeout: 5000, ...options });
  cleanUp.push(() => socket.disconnect());
  const heard = [];
  socket.on("headline", (number) => heard.push(number));
  await within(once(socket, "connect"), "a connection");
  await socket.emitWithAck("join", "news");
  return { socket, heard };
}

const say = (url, number) => push(url, { rooms: ["news"], event: "headline", data: number });

for (const transports of [["websocket"], ["polling"], ["polling", "websocket"]]) {
  test(`by ${transports.join(" and ")}, a client misses nothing over a restart`, async () => {
    let [server, url] = await start();
    const { socket, heard } = await client(url, { transports });
    const { id } = socket;
    await say(url, 1);
    while (heard.length < 1) await within(once(socket, "headline"), "the first headline");
    const back = once(socket, "connect");
    await stop(server);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    [server] = await start("--port", new URL(url).port);
    // It may still be away: then it is replayed.
    await say(url, 2);
    await within(back, "the client's return");
    assert.equal(socket.recovered, true);
    assert.equal(socket.id, id);
    await say(url, 3);
    while (heard.length < 3) await within(once(socket, "headline"), "the headlines");
    assert.deepEqual(heard, [1, 2, 3]);
    await stop(server);
  });
}

test("after a damaged file the program starts, and clients come as new ones", async () => {
  let [server, url] = await start();
  const { socket } = await client(url, { transports: ["websocket"] });
  const { id } = socket;
  const back = once(socket, "connect");
  await stop(server);
  await writeFile(file, "roomful sessions 1\nno sessions at all");
  [server] = await start("--port", new URL(url).port);
  await within(back, "the client's return");
  assert.equal(socket.recovered, false);
  assert.notEqual(socket.id, id);
  await stop(server);
});
