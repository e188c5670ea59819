// The browser client that the server itself serves.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { startChromium } from "./lib/chromium.mjs";
import { startTarget, unlessReference } from "./lib/target.mjs";

const NAMES = ["socket.io.js", "socket.io.min.js", "socket.io.esm.min.js"];

const PAGES = {
  "a script tag": '<script src="/socket.io/socket.io.js"></script>',
  "a script tag for the small one": '<script src="/socket.io/socket.io.min.js"></script>',
  "a module": '<script type="module">import { io } from "/socket.io/socket.io.esm.min.js"; window.io = io;</script>',
};

describe("the client that the server serves", unlessReference("its targets serve none"), () => {
  let target, browser, folder;
  const file = (name, options) => fetch(`${target.url}/socket.io/${name}`, options);

  before(async () => {
    target = await startTarget("clients");
    browser = await startChromium();
    folder = mkdtempSync(join(tmpdir(), "bundle-"));
  });
  after(async () => {
    await browser?.close();
    await target?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [how, html] of Object.entries(PAGES)) {
    test(`a page with ${how} connects and is answered`, async () => {
      const page = await browser.newPage();
      const crashes = [];
      page.on("pageerror", (error) => crashes.push(error));
      await page.route("**/page", (route) => route.fulfill({ contentType: "text/html", body: html }));
      await page.goto(`${target.url}/page`);
      await page.waitForFunction(() => window.io);
      const back = await page.evaluate(async () => {
        const socket = io();
        const answer = await socket.timeout(10_000).emitWithAck("echo", "hello");
        socket.disconnect();
        return answer;
      });
      assert.equal(back, "hello");
      assert.deepEqual(crashes, []);
      await page.close();
    });
  }

  test("the script is a CommonJS module too, and the small module one of ECMAScript", async () => {
    const [script, module] = [join(folder, "socket.io.cjs"), join(folder, "socket.io.mjs")];
    writeFileSync(script, await (await file("socket.io.js")).text());
    writeFileSync(module, await (await file("socket.io.esm.min.js")).text());
    const { io } = createRequire(import.meta.url)(script);
    const imported = await import(pathToFileURL(module));
    for (const one of [io, imported.io]) {
      const socket = one(target.url);
      assert.equal(await socket.timeout(10_000).emitWithAck("echo", 7), 7);
      socket.disconnect();
    }
  });

  for (const name of NAMES) {
    test(`${name} has the reference's headers, and a source map`, async () => {
      const script = await file(name);
      assert.equal(script.status, 200);
      assert.equal(script.headers.get("content-type"), "application/javascript; charset=utf-8");
      assert.equal(script.headers.get("cache-control"), "public, max-age=0");
      assert.match(script.headers.get("etag"), /^"[^"]+"$/);
      const map = await file(/sourceMappingURL=(\S+)/.exec(await script.text())[1]);
      assert.equal(map.headers.get("content-type"), "application/json; charset=utf-8");
      assert.equal((await map.json()).version, 3);
    });

    test(`${name} is not sent again to who has it`, async () => {
      const { headers } = await file(name);
      for (const tag of [headers.get("etag"), `W/${headers.get("etag")}`]) {
        const again = await file(name, { headers: { "If-None-Match": tag } });
        assert.equal(again.status, 304);
      }
    });
  }

  test("what is no file of the client is a request like any other", async () => {
    const answer = await file("socket.io.msgpack.min.js");
    assert.equal(answer.status, 400);
    assert.deepEqual(await answer.json(), { code: 0, message: "Transport unknown" });
  });

  test("a bare Engine.IO door serves no client", async () => {
    const answer = await fetch(`${target.url}/engine.io/socket.io.js`);
    assert.equal(answer.status, 400);
  });
});
