// The entry point that lets tabs share a connection, in several pages of one browser.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import msgpack from "socket.io-msgpack-parser";
import { bundle, openPage, startChromium, startSite } from "./pages.mjs";
import { event, until } from "./helpers.mjs";

const browser = await startChromium();
after(() => browser.close());

const FILES = {
  "/": "<!doctype html><link rel=icon href=data:,><script src=program.js></script>",
  "/program.js": await bundle("tabs.js"),
  "/own-worker.js": await bundle("tabs-worker.js"),
  "/shared-worker.js": readFileSync(new URL("../dist/shared-worker.js", import.meta.url), "utf8"),
};

/** A server, and a function that opens another tab which has joined. */
async function start(t, options) {
  const server = await startSite(t, FILES, options);
  const context = await browser.newContext();
  t.after(() => context.close());
  const connections = [];
  server.io.on("connection", (socket) => {
    connections.push(socket);
    socket.on("double", (n, ack) => ack(n * 2));
    socket.on("echo", (value, ack) => ack(value));
    socket.on("silence", () => {});
  });
  const open = async (options = {}) => {
    const page = await openPage(t, context, server.url);
    await page.evaluate((given) => void window.join("/", given), options);
    if (!options.isAlone) await online(page);
    return page;
  };
  return { server, connections, context, open };
}

const online = (page) => page.waitForFunction(() => window.socket.connected);
const heard = (page, name) => page.evaluate((wanted) => window.heard.filter(([event]) => event === wanted), name);
const hears = (page, name, count) =>
  page.waitForFunction(([wanted, n]) => window.heard.filter(([event]) => event === wanted).length >= n, [name, count]);

/** The tab's process dies. */
async function crash(page) {
  const crashed = page.waitForEvent("crash");
  const session = await page.context().newCDPSession(page);
  session.send("Page.crash").catch(() => {});
  await crashed;
}

describe("tabs", { concurrency: 4, timeout: 120_000 }, () => {
  test("have one connection together, and each hears a broadcast once", async (t) => {
    const { server, connections, open } = await start(t);
    const pages = [await open(), await open(), await open()];
    assert.equal(connections.length, 1);
    for (const page of pages) assert.equal(await page.evaluate(() => socket.id), connections[0].id);
    server.io.emit("said", "all", 1);
    server.io.emit("said", "all", 2);
    for (const page of pages) {
      await hears(page, "said", 2);
      assert.deepEqual(await heard(page, "said"), [["said", "all", 1], ["said", "all", 2]]);
      assert.deepEqual(await heard(page, "connect"), [["connect"]]);
    }
  });

  test("have their own acknowledgements, also of events emitted before the connection", async (t) => {
    const { open } = await start(t);
    const pages = [await open(), await open()];
    const sums = await Promise.all(
      pages.map((page, i) => page.evaluate((n) => Promise.all([1, 2, 3].map((k) => socket.emitWithAck("double", n + k))), i * 100)),
    );
    assert.deepEqual(sums, [[2, 4, 6], [202, 204, 206]]);
    const early = await pages[0].evaluate(() => {
      const other = window.join("/", { query: { other: 1 } });
      const calls = [];
      return new Promise((resolve) => {
        other.emit("double", 1, (n) => calls.push(n));
        other.timeout(5000).emit("double", 2, (...args) => resolve([...calls, args]));
      });
    });
    assert.deepEqual(early, [2, [null, 4]]);
  });

  test("hear of an acknowledgement that does not come, and of an event that cannot be sent", async (t) => {
    const { open } = await start(t);
    const page = await open();
    const errors = await page.evaluate(async () => {
      const failure = (promise) => promise.then(() => "none", (error) => error.message);
      return [
        await failure(socket.timeout(50).emitWithAck("silence")),
        await failure(socket.emitWithAck("connect")),
        (await failure(socket.emitWithAck("echo", () => {}, 1))).includes("could not be cloned"),
        await failure(socket.emitWithAck("echo", 1n)).then((message) => message.includes("BigInt")),
      ];
    });
    assert.deepEqual(errors, ["operation has timed out", '"connect" is a reserved event name', true, true]);
  });

  test("answer the server once, whichever comes first", async (t) => {
    const { connections, open } = await start(t);
    const pages = [await open(), await open(), await open()];
    for (const page of pages.slice(1)) await page.evaluate(() => void socket.on("ask", (n, ack) => ack(n + 1)));
    assert.equal(await connections[0].timeout(5000).emitWithAck("ask", 1), 2);
  });

  test("pass binary data both ways", async (t) => {
    const { server, open } = await start(t);
    const pages = [await open(), await open()];
    const echoed = await pages[0].evaluate(async () => {
      const values = [new Uint8Array([1, 2]).buffer, new Uint8Array([3]), new Blob(["4"])];
      const answer = await socket.emitWithAck("echo", { values });
      return answer.values.map((it) => [it instanceof ArrayBuffer, ...new Uint8Array(it)]);
    });
    assert.deepEqual(echoed, [[true, 1, 2], [true, 3], [true, 52]]);
    server.io.emit("said", Buffer.from([5, 6]));
    for (const page of pages) {
      await hears(page, "said", 1);
      assert.deepEqual(await page.evaluate(() => [...new Uint8Array(heard.at(-1)[1])]), [5, 6]);
    }
  });

  test("go on when the first one is closed, and the connection ends with the last one", async (t) => {
    const { server, connections, open } = await start(t);
    const [first, second] = [await open(), await open()];
    await first.close();
    server.io.emit("said", 1);
    await hears(second, "said", 1);
    assert.equal(await second.evaluate(() => socket.emitWithAck("double", 4)), 8);
    assert.equal(connections.length, 1);
    const closed = event(connections[0], "disconnect");
    await second.close();
    await closed;
  });

  test("disconnect each for itself, and the connection ends a second after the last", async (t) => {
    const { server, connections, open } = await start(t);
    const [first, second] = [await open(), await open()];
    await first.evaluate(() => void socket.disconnect());
    assert.deepEqual((await heard(first, "disconnect"))[0].slice(0, 2), ["disconnect", "io client disconnect"]);
    server.io.emit("said", 1);
    await hears(second, "said", 1);
    assert.deepEqual(await heard(first, "said"), []);
    const held = event(connections[0], "note");
    await first.evaluate(() => void socket.emit("note", "held").connect());
    await online(first);
    assert.deepEqual(await held, ["held"]);
    assert.equal(connections.length, 1);
    const closed = event(connections[0], "disconnect");
    await first.evaluate(() => void socket.disconnect());
    await second.evaluate(() => void socket.disconnect());
    assert.equal((await closed)[0], "client namespace disconnect");
    await second.evaluate(() => void socket.connect());
    await online(second);
    assert.equal(connections.length, 2);
  });

  test("that crash are forgotten", async (t) => {
    const { connections, open } = await start(t);
    const [first, second] = [await open(), await open()];
    await crash(second);
    const closed = event(connections[0], "disconnect");
    await first.evaluate(() => void socket.disconnect());
    assert.equal((await closed)[0], "client namespace disconnect");
  });

  test("come back when the process of the worker crashes", async (t) => {
    const { server, connections, context, open } = await start(t);
    const [first, second, third] = [await open(), await open(), await open()];
    assert.equal(connections.length, 1);
    // The worker lives in the process of the tab that started it.
    await crash(first);
    for (const page of [second, third]) {
      await hears(page, "connect", 2);
      assert.deepEqual(await page.evaluate(() => errors), ["the shared worker has ended"]);
    }
    await until(() => server.io.sockets.sockets.size === 1);
    server.io.emit("said", 1);
    for (const page of [second, third]) await hears(page, "said", 1);
    assert.equal(context.pages().length, 3);
  });

  test("hear of a loss of the connection, and of its return", async (t) => {
    const { connections, open } = await start(t);
    const pages = [await open(), await open()];
    connections[0].conn.close();
    for (const page of pages) {
      await hears(page, "connect", 2);
      assert.deepEqual((await page.evaluate(() => heard)).map(([name]) => name), ["connect", "disconnect", "connect"]);
    }
    assert.equal(connections.length, 2);
  });

  test("are asked for their auth data at each connect, one that is still there", async (t) => {
    const { server, connections, open } = await start(t);
    const tokens = [];
    server.io.use((socket, next) => {
      tokens.push(socket.handshake.auth.token);
      next(tokens.length === 1 ? Object.assign(new Error("no"), { data: 1 }) : undefined);
    });
    const first = await open({ auth: { token: "first" }, retryOnRefusal: true });
    assert.deepEqual(await first.evaluate(() => errors), ["no"]);
    const second = await open({ auth: { token: "second" }, retryOnRefusal: true });
    await second.close();
    connections[0].conn.close();
    await hears(first, "connect", 2);
    assert.deepEqual(tokens, ["first", "first", "first"]);
  });

  test("go on with other auth data after a refusal", async (t) => {
    const { server, connections, open } = await start(t);
    server.io.use((socket, next) => next(socket.handshake.auth.token === "good" ? undefined : new Error("no")));
    const page = await open({ isAlone: true });
    await page.waitForFunction(() => window.errors.length > 0);
    assert.deepEqual(await page.evaluate(() => [socket.active, errors]), [false, ["no"]]);
    await page.evaluate(() => {
      socket.auth = { token: "good" };
      socket.connect();
    });
    await online(page);
    assert.equal(connections.length, 1);
  });

  test("that were refused come back when another one asks again", async (t) => {
    const { server, connections, open } = await start(t);
    let isOpen = false;
    server.io.use((_, next) => next(isOpen ? undefined : new Error("no")));
    const first = await open({ isAlone: true });
    await first.waitForFunction(() => window.errors.length > 0);
    const notes = [];
    server.io.on("connection", (socket) => socket.on("note", (text) => notes.push(text)));
    await first.evaluate(() => void socket.emit("note", "held"));
    isOpen = true;
    await open({ isAlone: true });
    await online(first);
    await until(() => notes.length === 1);
    assert.deepEqual(notes, ["held"]);
    assert.equal(connections.length, 1);
  });

  test("that are frozen are cut off when too much waits for them, and come back", async (t) => {
    const { server, context, open } = await start(t);
    const [first, second] = [await open({ bufferLimit: 300 }), await open({ bufferLimit: 300 })];
    const tab = await context.newCDPSession(second);
    const frozen = new Promise((resolve) => tab.once("Debugger.paused", resolve));
    await tab.send("Debugger.enable");
    await tab.send("Debugger.pause");
    // It freezes at the first that it hears.
    server.io.emit("said", 0);
    await frozen;
    for (let n = 1; n < 1000; n++) {
      server.io.emit("said", n);
      if (n % 100 === 99) await hears(first, "said", n + 1);
    }
    await tab.send("Debugger.resume");
    await tab.send("Debugger.disable");
    await hears(second, "connect", 2);
    assert.deepEqual(await second.evaluate(() => errors), ["too many messages waited for this tab"]);
    const before = (await heard(second, "said")).length;
    assert.ok(before >= 200 && before <= 300, `${before} had been on their way`);
    server.io.emit("said", "again");
    await hears(second, "said", before + 1);
    assert.deepEqual(await heard(first, "disconnect"), []);
  });

  test("share what a worker of one's own makes, with a parser", async (t) => {
    const { connections, open } = await start(t, { parser: msgpack });
    const pages = [await open({ worker: "/own-worker.js" }), await open({ worker: "/own-worker.js" })];
    assert.equal(connections.length, 1);
    assert.equal(await pages[1].evaluate(() => socket.emitWithAck("double", 4)), 8);
  });

  test("have connections of their own where there is no SharedWorker", async (t) => {
    const { connections, context, open } = await start(t);
    await context.addInitScript(() => delete globalThis.SharedWorker);
    const pages = [await open(), await open()];
    assert.equal(connections.length, 2);
    assert.equal(await pages[0].evaluate(() => socket.emitWithAck("double", 4)), 8);
  });

  test("hear of a worker that does not start", async (t) => {
    const { open } = await start(t);
    const page = await open({ worker: "/nowhere.js", isAlone: true });
    await page.waitForFunction(() => window.errors.length > 0);
    assert.match(await page.evaluate(() => window.errors[0]), /did not start/);
  });
});
