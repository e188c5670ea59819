// Two people in two real browser windows, in the playground of the `roomful` program.
//
//   cargo build --release -p roomful-server && (cd tests/interop && npm ci)
//   node --test tests/playground/*.test.mjs
//
// ROOMFUL_BIN names the program (default: target/release/roomful in this checkout), CHROMIUM the browser.
// Pictures of the page are left in tests/screenshots.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startChromium } from "../interop/lib/chromium.mjs";
import { until, within } from "../interop/lib/wait.mjs";
import { push, startProgram } from "./program.mjs";

const PICTURES = fileURLToPath(new URL("../screenshots/", import.meta.url));

let server, browser, url;
/** What no page may have: errors, complaints of the policy, and requests to other servers. */
const complaints = [];

before(async () => {
  mkdirSync(PICTURES, { recursive: true });
  [server, url] = await startProgram();
  browser = await startChromium();
});
after(async () => {
  await browser?.close();
  if (server?.exitCode === null) server.kill("SIGKILL");
});

async function enter(name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on("pageerror", (error) => complaints.push(`${name}: ${error}`));
  page.on("console", (message) => {
    const expected = /ERR_CONNECTION_REFUSED|WebSocket connection to|503/.test(message.text());
    if (message.type() === "error" && !expected) complaints.push(`${name}: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${url}/`)) complaints.push(`${name} asked for ${request.url()}`);
  });
  await page.goto(url);
  await page.fill("#name", name);
  await page.click("#welcome button");
  await page.waitForSelector('#link[data-state="online"]');
  await page.waitForSelector('#transports [data-transport="websocket"].current');
  return page;
}

async function say(page, text) {
  await page.fill("#text", text);
  await page.press("#text", "Enter");
}

const heard = (page, text) => page.waitForSelector(`.message.said:has(.bubble:text-is("${text}"))`);
const delivered = (page, text) =>
  page.waitForSelector(`.message.own[data-state="delivered"]:has(.bubble:text-is("${text}")) .rtt`);
const people = (page) => page.locator("#people .item-name").allInnerTexts();
const picture = (page, name) => page.screenshot({ path: `${PICTURES}${name}.png` });

test("two people chat, lose their connection, and lose nothing", async () => {
  const ada = await enter("Ada Lovelace");
  const grace = await enter("Grace Hopper", { colorScheme: "dark" });

  // Who is there.
  for (const page of [ada, grace]) {
    await until(async () => (await people(page)).length === 2, "both to be listed");
    assert.match((await people(page)).join(), /Ada Lovelace/);
    assert.match((await people(page)).join(), /Grace Hopper/);
  }

  // Who types.
  await ada.locator("#text").pressSequentially("Hello");
  await grace.waitForSelector("#typing.on");
  assert.equal(await grace.innerText("#typing-text"), "Ada Lovelace is typing");

  // A message, its round trip, and markup that stays text.
  await say(ada, "Hello Grace, can you hear me?");
  await delivered(ada, "Hello Grace, can you hear me?");
  await heard(grace, "Hello Grace, can you hear me?");
  await grace.waitForSelector("#typing:not(.on)");
  await say(grace, "<b>Loud</b> and clear.");
  await heard(ada, "<b>Loud</b> and clear.");
  assert.equal(await ada.locator(".bubble b").count(), 0);
  assert.match(await ada.locator(".own .rtt").first().innerText(), /^\d+(\.\d)? (ms|s)$/);

  // Cut, write meanwhile, come back.
  await ada.click("#cut");
  await ada.waitForSelector("#banner:not([hidden])");
  await say(ada, "I wrote this while I was away.");
  await say(ada, "And this too.");
  await ada.waitForSelector('.own[data-state="waiting"]');
  await ada.waitForFunction(() => /2 messages wait/.test(document.querySelector("#banner-text").textContent));
  await until(async () => (await people(grace)).length === 1, "Ada to be gone");
  await ada.waitForTimeout(300);
  await picture(ada, "desktop-light-offline");
  await ada.waitForSelector('#link[data-state="online"]');
  await delivered(ada, "And this too.");
  await heard(grace, "And this too.");
  const texts = await grace.locator(".said .bubble").allInnerTexts();
  assert.deepEqual(texts.slice(-2), ["I wrote this while I was away.", "And this too."]);
  await ada.waitForSelector('.note:has-text("Back after")');
  await say(grace, "Welcome back!");
  await heard(ada, "Welcome back!");

  // Another room: seen in the list, joined, and counted while one looks elsewhere.
  await grace.fill("#room-name", "compilers");
  await grace.press("#room-name", "Enter");
  await ada.waitForSelector('#others [data-room="compilers"]');
  await picture(grace, "desktop-dark-empty");
  await ada.click('#others [data-room="compilers"]');
  await until(async () => (await people(ada)).length === 2, "both in the new room");
  await ada.click('#rooms [data-room="lobby"]');
  await say(grace, "Anyone for A-0?");
  await ada.waitForSelector('#rooms [data-room="compilers"] .badge:not([hidden])');
  assert.equal(await ada.innerText('#rooms [data-room="compilers"] .badge'), "1");

  // Pushed from outside; not without the key.
  const pushed = await push(url, { namespace: "/playground", rooms: ["lobby"], event: "notice", data: "Hello from curl!" });
  assert.deepEqual([pushed.status, (await pushed.json()).queued], [200, 2]);
  await ada.waitForSelector('.notice:has-text("Hello from curl!")');
  assert.equal((await push(url, { event: "notice" }, "wrong")).status, 401);

  await grace.click('#rooms [data-room="lobby"]');
  await grace.locator("#text").pressSequentially("Shall we");
  await ada.waitForSelector("#typing.on");
  await picture(ada, "desktop-light");
  await ada.locator("#text").pressSequentially("Yes");
  await grace.waitForSelector("#typing.on");
  await grace.waitForTimeout(300);
  await picture(grace, "desktop-dark");

  // The same room after a reload.
  await ada.reload();
  await ada.waitForSelector('#link[data-state="online"]');
  assert.deepEqual(await ada.locator("#rooms .item-name").allInnerTexts(), ["lobby", "compilers"]);

  await ada.context().close();
  await until(async () => (await people(grace)).length === 1, "Ada to be gone");
  await grace.context().close();
  assert.deepEqual(complaints.splice(0), []);
});

test("on a phone everything fits and is in reach", async () => {
  const phone = { viewport: { width: 375, height: 800 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
  const ada = await enter("Ada");
  const grace = await enter("Grace", phone);
  await until(async () => (await people(grace)).length === 2, "both to be listed");
  await say(ada, "How does it look over there?");
  await heard(grace, "How does it look over there?");
  await say(grace, "Rather good. The rooms are behind the button at the top, and who is here behind the number.");
  await say(ada, `A long word: ${"Donaudampfschifffahrt".repeat(4)}`);
  await grace.waitForSelector('.said:has-text("A long word")');
  await ada.locator("#text").pressSequentially("And");
  await grace.waitForSelector("#typing.on");
  await picture(grace, "phone");

  await grace.tap("#show-rooms");
  await grace.waitForTimeout(300);
  await picture(grace, "phone-rooms");
  await grace.keyboard.press("Escape");
  await grace.tap("#show-people");
  await grace.waitForTimeout(300);
  await picture(grace, "phone-people");
  await grace.keyboard.press("Escape");

  await grace.tap("#cut");
  await grace.waitForSelector("#banner:not([hidden])");
  await say(grace, "Sent from a tunnel");
  await picture(grace, "phone-offline");
  await grace.tap("#again");
  await delivered(grace, "Sent from a tunnel");
  await heard(ada, "Sent from a tunnel");

  await grace.setViewportSize({ width: 320, height: 600 });
  await grace.waitForTimeout(300);
  await picture(grace, "phone-small");
  for (const page of [ada, grace]) {
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wider <= 0, `the page is ${wider} px too wide`);
  }
  await ada.setViewportSize({ width: 900, height: 700 });
  await ada.waitForTimeout(300);
  await picture(ada, "tablet");
  await ada.context().close();
  await grace.context().close();
  assert.deepEqual(complaints.splice(0), []);
});

test("a name can be changed, and one that the server refuses is asked for again", async () => {
  const ada = await enter("Ada");
  const rename = async (name) => {
    await ada.fill("#name", name);
    await ada.press("#name", "Enter");
  };
  await ada.keyboard.press("Tab");
  await ada.click("#rename");
  await rename("Ada\u202e");
  await ada.waitForFunction(() => /1 to 32/.test(document.querySelector("#name-error").textContent));
  await ada.keyboard.press("Escape");
  assert.ok(await ada.isVisible("#welcome"));
  await rename("Countess");
  await ada.waitForSelector('#link[data-state="online"]');
  await until(async () => (await people(ada)).join() === "Countess you", "the new name in the list");
  assert.equal(await ada.locator("#banner").isVisible(), false);
  await ada.click("#leave");
  assert.equal(await ada.innerText("#room-title"), "No room");
  await ada.context().close();
  assert.deepEqual(complaints.splice(0), []);
});

test("the page waits for a server that restarts, and the server stops cleanly", async () => {
  const ada = await enter("Ada");
  const first = await browser.newContext({ colorScheme: "dark" });
  const welcome = await first.newPage();
  await welcome.goto(url);
  await welcome.fill("#name", "Grace Hopper");
  await picture(welcome, "welcome-dark");
  await first.close();

  const exited = once(server, "exit");
  server.kill("SIGTERM");
  assert.deepEqual(await within(exited, "the program to end"), [0, null]);
  await ada.waitForFunction(() => /attempt [12]/.test(document.querySelector("#link-text").textContent));
  await say(ada, "Still there?");
  [server] = await startProgram("--port", new URL(url).port);
  await ada.waitForSelector('#link[data-state="online"]', { timeout: 15_000 });
  await delivered(ada, "Still there?");
  await ada.context().close();
  assert.deepEqual(complaints.splice(0), []);
});
