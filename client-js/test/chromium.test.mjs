// The shared tests in headless Chromium: in a page against both servers, in workers, and with the official client.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { WebSocket } from "ws";
import { io } from "../dist/index.js";
import { startLab } from "./lab/lab.mjs";
import { event, until } from "./shared/kit.mjs";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const { outputFiles } = await build({ entryPoints: [here("browser/play.mjs")], bundle: true, format: "iife", target: "es2022", write: false });
const lab = await startLab({
  "/": ["text/html", readFileSync(here("browser/page.html"), "utf8")],
  "/tests.js": ["text/javascript", outputFiles[0].text],
});

let browser;
before(async () => {
  if (!existsSync(executablePath)) throw new Error(`no browser at ${executablePath}: install Chromium or name it in CHROMIUM`);
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-proxy-server"] });
});
after(async () => {
  await browser?.close();
  lab.close();
});

/** A page that has loaded the tests, closed after the test. */
async function openPage(t) {
  const page = await browser.newPage();
  t.after(() => page.close());
  const crashes = [];
  page.on("pageerror", (error) => crashes.push(error));
  t.after(() => assert.deepEqual(crashes, []));
  await page.goto(lab.url);
  return page;
}

const RUNS = [
  ["a page, against the npm server", "play", { kind: "npm" }],
  ["a page, against Roomful", "play", { kind: "roomful" }],
  ["a worker, against Roomful", "playInWorker", { kind: "roomful" }],
  ["a service worker, against the npm server", "playInServiceWorker", { kind: "npm", only: "events are acknowledged both ways" }],
  ["a page, with the official client against the npm server", "play", { kind: "npm", isOfficial: true }],
];
for (const [where, how, run] of RUNS) {
  test(`in ${where}`, { timeout: 120_000 }, async (t) => {
    const page = await openPage(t);
    const results = await page.evaluate(([name, it]) => globalThis[name](it), [how, { ...run, lab: lab.url }]);
    assert.ok(results.length > 0);
    for (const { name, error } of results) await t.test(name, () => assert.equal(error, undefined));
  });
}

/** The address of a server of its own, of Roomful. */
async function startRoomful(t, env) {
  const ask = (action, body) => fetch(`${lab.url}/${action}`, { method: "POST", body: JSON.stringify(body) });
  const { port } = await (await ask("start", { kind: "roomful", env })).json();
  t.after(() => ask("stop", { port }));
  return {
    url: `http://127.0.0.1:${port}`,
    restart: async () => {
      await ask("stop", { port });
      await ask("start", { kind: "roomful", env, port });
    },
  };
}

test("a tab that was frozen for longer than the heartbeat has missed nothing afterwards", { timeout: 60_000 }, async (t) => {
  const server = await startRoomful(t, { RECOVERY: "1", PING_INTERVAL: "300", PING_TIMEOUT: "400" });
  const page = await openPage(t);
  await page.evaluate(async (url) => {
    globalThis.heard = [];
    globalThis.socket = client.io(url, { reconnectionDelay: 50 });
    socket.on("room", (n) => heard.push(n));
    await socket.emitWithAck("join", "tab");
  }, server.url);
  const other = io(server.url, { WebSocket });
  t.after(() => other.disconnect());
  await event(other, "connect");
  const heard = () => page.evaluate(() => heard);
  other.emit("room", "tab", 0);
  await until(async () => (await heard()).length === 1);

  // As when a browser freezes a tab: no timer and no event is handled.
  const tab = await page.context().newCDPSession(page);
  const frozen = new Promise((resolve) => tab.once("Debugger.paused", resolve));
  await tab.send("Debugger.enable");
  await tab.send("Debugger.pause");
  await frozen;
  for (let n = 1; n <= 3; n++) other.emit("room", "tab", n);
  // Longer than the server waits for a heartbeat.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  for (let n = 4; n <= 6; n++) other.emit("room", "tab", n);
  await tab.send("Debugger.resume");
  await tab.send("Debugger.disable");
  await until(async () => (await heard()).length === 7);
  assert.deepEqual(await heard(), [0, 1, 2, 3, 4, 5, 6]);
  assert.equal(await page.evaluate(() => socket.recovered), true);
});

for (const [what, wake] of [
  ["the network is back", async (page) => {
    await page.context().setOffline(true);
    await page.context().setOffline(false);
  }],
  ["somebody looks at the tab again", (page) => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange", { bubbles: true })))],
]) {
  test(`when ${what}, the next attempt comes within a second, not after the whole delay`, { timeout: 60_000 }, async (t) => {
    const server = await startRoomful(t, {});
    const page = await openPage(t);
    await page.evaluate(async (url) => {
      globalThis.socket = client.io(url, { reconnectionDelay: 60_000, reconnectionDelayMax: 60_000 });
      await new Promise((resolve) => socket.once("connect", resolve));
    }, server.url);
    await server.restart();
    await page.waitForFunction(() => !socket.connected);
    const begin = performance.now();
    await wake(page);
    await page.waitForFunction(() => socket.connected);
    assert.ok(performance.now() - begin < 10_000);
  });
}
