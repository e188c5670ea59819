// The example programs, written for the official client, with that and with ours, against both servers.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { start } from "../examples/server.mjs";
import { makeSite } from "../examples/site.mjs";
import { openGate, startFront } from "./gate.mjs";
import { missing, startRoomful } from "./lab/roomful-server.mjs";
import { openPage, startChromium } from "./pages.mjs";

const browser = await startChromium();
after(() => browser.close());

/** Start a server that serves the programs with a client, and return its port. */
const SERVERS = {
  async npm(t, client) {
    const { io, port } = await start(client, 0);
    t.after(() => io.close());
    return port;
  },
  async roomful(t, client) {
    assert.ok(!missing, missing);
    const server = await startRoomful(0, { PING_INTERVAL: "25000", PING_TIMEOUT: "20000" });
    t.after(() => server.stop());
    return startFront(t, await makeSite(client), server.port);
  },
};

/** Declares a test of a program for each client and server; `fn` gets a function that opens another page of it. */
function withEach(name, program, fn) {
  describe(name, { concurrency: 4 }, () => {
    for (const client of ["official", "roomful"]) {
      for (const [kind, startServer] of Object.entries(SERVERS)) {
        test(`with the ${client} client and the ${kind} server`, { timeout: 60_000 }, async (t) => {
          const port = await startServer(t, client);
          await fn(() => openProgram(t, port, program));
        });
      }
    }
  });
}

/** A page of a program, behind a gate of its own. */
async function openProgram(t, port, program) {
  const gate = await openGate(t, port);
  const page = await openPage(t, browser, `${gate.url}/${program}/`);
  const shows = (id, text) =>
    page.waitForFunction(([id, text]) => document.getElementById(id).textContent === text, [id, text]);
  return { page, gate, shows };
}

withEach("two people chat, lose their connection, come back and leave", "chat", async (open) => {
  const [alice, bob] = [await open(), await open()];
  const say = async ({ page }, text) => {
    await page.fill("#text", text);
    await page.click("#say button");
  };
  const told = ({ page }) => page.$$eval("#messages li", (lines) => lines.map((line) => line.textContent));
  const hears = ({ page }, text) => page.locator("#messages li", { hasText: text }).waitFor();

  for (const [person, name] of [[alice, "alice"], [bob, "bob"]]) {
    await person.shows("status", "not connected");
    await person.page.fill("#name", name);
    await person.page.fill("#room", "tea");
    await person.page.click("#enter button");
    await person.shows("status", "in tea: ok");
  }
  await say(alice, "hello");
  await hears(alice, "alice: hello");
  await hears(bob, "alice: hello");
  // What is volatile may be lost: she types until he has noticed.
  const typing = setInterval(() => alice.page.type("#text", "x").catch(() => {}), 100);
  await bob.shows("typing", "alice is typing…");
  clearInterval(typing);

  await bob.page.click("#ping");
  await hears(bob, "the server");
  await bob.page.click("#riddle");
  await hears(bob, "riddle");

  await bob.page.fill("#token", "guess");
  await bob.page.click("#staff button");
  await bob.shows("staff-status", "unauthorized (401)");
  await bob.page.fill("#token", "secret");
  await bob.page.click("#staff button");
  await bob.shows("staff-status", "welcome, on the same connection");
  await hears(bob, "staff");

  alice.gate.cut();
  await alice.shows("status", "lost, coming back");
  alice.gate.open();
  await hears(alice, "connected again");
  await alice.shows("status", "in tea: ok");
  await say(bob, "welcome back");
  await hears(alice, "welcome back");
  await hears(bob, "welcome back");
  await alice.page.click("#leave");
  await alice.shows("status", "left");

  assert.deepEqual(await told(alice), ["alice: hello", "* connected again", "bob: welcome back"]);
  assert.deepEqual(await told(bob), [
    "alice: hello",
    "* the server is here, as in 1970-01-01T00:00:00.000Z",
    "* the riddle's answer is 42",
    "* staff knows a token",
    "bob: welcome back",
  ]);
});

withEach("what one draws on the whiteboard the other sees, also what was drawn offline", "whiteboard", async (open) => {
  const [one, other] = [await open(), await open()];
  const drawing = ({ page }) => page.$eval("#board", (board) => board.toDataURL());
  const draw = async ({ page }, ...points) => {
    const { x, y } = await page.locator("#board").boundingBox();
    const [first, ...rest] = points.map(([dx, dy]) => [x + dx, y + dy]);
    await page.mouse.move(...first);
    await page.mouse.down();
    for (const point of rest) await page.mouse.move(...point);
    await page.mouse.up();
  };
  const blank = await drawing(one);
  for (const person of [one, other]) await person.shows("status", "connected by websocket");

  await draw(one, [10, 10], [200, 150], [390, 20]);
  await other.shows("counted", "1 strokes of others, the last as ArrayBuffer");
  assert.notEqual(await drawing(one), blank);
  assert.equal(await drawing(other), await drawing(one));
  const pointing = setInterval(() => one.page.mouse.move(100, 100).catch(() => {}), 100);
  await other.page.locator("#pointer", { hasText: "somebody points to " }).waitFor();
  clearInterval(pointing);

  one.gate.cut();
  await one.shows("status", "coming back");
  await one.page.click("text=red");
  await draw(one, [10, 290], [390, 290]);
  await draw(one, [50, 50], [50, 250]);
  one.gate.open();
  await one.shows("status", "connected by websocket");
  await other.shows("counted", "3 strokes of others, the last as ArrayBuffer");
  assert.equal(await drawing(other), await drawing(one));

  await other.page.click("#clear");
  await one.page.waitForFunction((empty) => document.querySelector("#board").toDataURL() === empty, blank);
  assert.equal(await drawing(other), blank);
});
