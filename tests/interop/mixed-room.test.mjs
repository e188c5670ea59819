// One room with a client of every kind in it (examples/one-room): what one of them says, all of them hear.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { startChromium } from "./lib/chromium.mjs";
import { BINARY, unlessReference } from "./lib/target.mjs";
import { until, within } from "./lib/wait.mjs";

const require = createRequire(import.meta.url);
const { EventSource } = require("eventsource");
const Primus = require("primus");
const { io } = require("socket.io-client");
const { io: olderIo } = require("socket.io-client-3");
const SockJS = require("sockjs-client");
const WebSocket = require("ws");

// The client of websocket-multiplex is a script and no module.
const script = readFileSync(require.resolve("websocket-multiplex/multiplex_client.js"), "utf8");
const WebSocketMultiplex = new Function(`${script}; return WebSocketMultiplex;`)();

/** How each kind comes in, hears, and speaks if it can. */
const KINDS = {
  "socket.io-client 4 over WebSocket": (url, hear) => official(io(url, { transports: ["websocket"], forceNew: true }), hear),
  "socket.io-client 3 over polling": (url, hear) => official(olderIo(url, { transports: ["polling"], forceNew: true }), hear),
  ws: async (url, hear) => {
    const socket = new WebSocket(`${url.replace("http", "ws")}/ws`);
    socket.on("message", (data) => hear(data.toString()));
    await once(socket, "open");
    return { say: (text) => socket.send(text), leave: () => socket.terminate() };
  },
  eventsource: async (url, hear) => {
    const source = new EventSource(`${url}/events`);
    source.onmessage = ({ data }) => hear(data);
    await once(source, "open");
    return { leave: () => source.close() };
  },
  "sockjs-client over WebSocket": (url, hear) => sockjs(url, "websocket", hear),
  "sockjs-client over XHR": (url, hear) => sockjs(url, "xhr-polling", hear),
  "websocket-multiplex": async (url, hear) => {
    const connection = new SockJS(`${url}/channels`, null, { transports: "websocket" });
    const channel = new WebSocketMultiplex(connection).channel("lobby");
    channel.onmessage = ({ data }) => hear(data);
    await new Promise((resolve) => (channel.onopen = resolve));
    return { say: (text) => channel.send(text), leave: () => connection.close() };
  },
  primus: async (url, hear) => {
    const client = new (Primus.createSocket({ transformer: "websockets", pathname: "/primus" }))(url);
    client.on("data", hear);
    await once(client, "open");
    return { say: (text) => client.write(text), leave: () => client.end() };
  },
};

async function official(socket, hear) {
  socket.on("message", hear);
  await once(socket, "connect");
  return { say: (text) => socket.send(text), leave: () => socket.disconnect() };
}

async function sockjs(url, transports, hear) {
  const socket = new SockJS(`${url}/sockjs`, null, { transports });
  socket.onmessage = ({ data }) => hear(data);
  await new Promise((resolve) => (socket.onopen = resolve));
  return { say: (text) => socket.send(text), leave: () => socket.close() };
}

describe("a room with a client of every kind", unlessReference("no package has all of these doors"), () => {
  let server, url;
  const clients = [];

  before(async () => {
    // Built beside the target.
    const binary = BINARY.replace(/target$/, "example-one-room");
    server = spawn(binary, { env: { ...process.env, PORT: "0" }, stdio: ["ignore", "pipe", "inherit"] });
    const [line] = await within(once(createInterface({ input: server.stdout }), "line"), `${binary} to listen`);
    url = line.replace("open ", "");
    for (const [name, connect] of Object.entries(KINDS)) {
      const heard = [];
      const client = await within(connect(url, (message) => heard.push(message)), `${name} to come in`);
      clients.push({ name, heard, ...client });
    }
  });
  after(async () => {
    clients.forEach((client) => client.leave());
    server?.kill("SIGKILL");
  });

  test("what one of them says, all of them hear, each once and in order", async () => {
    // Whoever is let in last is told so last.
    const [first] = clients;
    await until(() => {
      first.say("is everybody here?");
      return clients.every(({ heard }) => heard.length > 0);
    }, "everybody to come in");
    const speakers = clients.filter(({ say }) => say);
    const said = speakers.flatMap(({ name }) => [`é "1" 😀 from ${name}`, `2 from ${name}`]);
    for (const speaker of speakers) {
      const own = said.filter((text) => text.endsWith(` from ${speaker.name}`));
      own.forEach((text) => speaker.say(text));
      // One after the other: whose message comes first is not promised.
      await until(() => clients.every(({ heard }) => heard.includes(own[1])), `what ${speaker.name} says`);
    }
    for (const { name, heard } of clients) {
      assert.deepEqual(heard.filter((text) => said.includes(text)), said, name);
    }
  });

  test("the example's page has six of them, which hear each other", async () => {
    const browser = await startChromium();
    try {
      const page = await browser.newPage();
      const errors = [];
      page.on("pageerror", (error) => errors.push(error.message));
      await page.goto(url);
      const everywhere = (text) =>
        page.waitForFunction((text) => [...document.querySelectorAll("ul")].every((list) => list.textContent.includes(text)), text);
      // Until all six are open, what is said is heard by the others only.
      await until(async () => {
        clients[0].say("from outside");
        return page.evaluate(() => [...document.querySelectorAll("ul")].every((list) => list.textContent.includes("from outside")));
      }, "all six to hear what is said outside");
      for (const input of await page.locator("input").all()) {
        const text = `hello ${await input.getAttribute("placeholder")}`;
        await input.fill(text);
        await input.press("Enter");
        await everywhere(text);
      }
      assert.equal(await page.locator("section").count(), 6);
      assert.deepEqual(errors, []);
    } finally {
      await browser.close();
    }
  });
});
