// The doors of the `roomful` program beside Socket.IO's: one push reaches clients of all of them.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { until, within } from "../interop/lib/wait.mjs";
import { push, startProgram } from "./program.mjs";

const require = createRequire(new URL("../interop/package.json", import.meta.url));
const { io } = require("socket.io-client");
const WebSocket = require("ws");
const { EventSource } = require("eventsource");

const DOORS = [
  "websocket:/ws?namespace=news",
  "sse:/events?namespace=news",
  "sockjs:/sockjs?namespace=news",
  "multiplex:/many?channel=news",
  "primus:/primus?emitter=true&namespace=news",
  "primus:/primus-sockjs?transformer=sockjs&emitter=true&namespace=news",
];

let server, url;
before(async () => {
  [server, url] = await startProgram("--namespace", "news", ...DOORS.flatMap((door) => ["--door", door]));
});
after(() => server?.kill("SIGKILL"));

/** A WebSocket that sends `first` when it opens, and what it hears. */
async function connect(path, ...first) {
  const socket = new WebSocket(`${url.replace("http", "ws")}${path}`);
  const heard = [];
  socket.on("message", (data) => heard.push(data.toString()));
  await within(once(socket, "open"), `the opening of ${path}`);
  first.forEach((message) => socket.send(message));
  return { socket, hears: (message) => until(() => heard.includes(message), `${message} at ${path}`) };
}

/** Waits until as many clients are in the room, by pushes that none of them listens to. */
function joined(namespace, room, clients) {
  const probe = { namespace, rooms: [room], event: "probe" };
  return until(async () => (await (await push(url, probe)).json()).matched === clients, `${clients} clients in ${room}`);
}

test("one push reaches clients of every door, each in its own words", async () => {
  const join = JSON.stringify(["join", "sport"]);
  const expected = [
    [await connect("/ws", join), '["message","goal!"]'],
    [await connect("/sockjs/websocket", join), '["message","goal!"]'],
    [await connect("/primus", JSON.stringify({ type: 0, data: ["join", "sport"] })), '"goal!"'],
    [await connect("/primus-sockjs/0/a/websocket?room=sport"), 'a["\\"goal!\\""]'],
    [await connect("/many/websocket?room=sport", "sub,news"), "msg,news,goal!"],
  ];
  const source = new EventSource(`${url}/events?room=sport`);
  const official = io(`${url}/news`, { transports: ["websocket"], forceNew: true });
  const event = once(source, "message");
  const heard = new Promise((resolve) => official.on("message", resolve));
  await within(official.emitWithAck("join", "sport"), "joining");
  await joined("/news", "sport", 7);
  const answer = await push(url, { namespace: "/news", rooms: ["sport"], event: "message", data: "goal!" });
  assert.deepEqual(await answer.json(), { matched: 7, queued: 7, dropped: 0 });
  for (const [client, message] of expected) await client.hears(message);
  assert.equal((await within(event, "the event"))[0].data, "goal!");
  assert.equal(await within(heard, "the official client's event"), "goal!");
  for (const [{ socket }] of expected) socket.terminate();
  source.close();
  official.disconnect();
});

test("a room that no client may join is refused in an address too", async () => {
  for (const path of ["/events?room=", `/events?room=${"x".repeat(256)}`]) {
    const answer = await fetch(`${url}${path}`);
    assert.equal(answer.status, 403);
    assert.match((await answer.json()).message, /a room's name has/);
  }
});

test("pages of other origins stay outside at every door", async () => {
  const headers = { Origin: "https://foreign.example" };
  for (const path of ["/events", "/sockjs/info", "/many/info", "/primus/spec", "/primus-sockjs/info"]) {
    assert.equal((await fetch(`${url}${path}`, { headers })).status, 403, path);
    const own = await fetch(`${url}${path}`, { headers: { Origin: url } });
    assert.equal(own.status, 200, path);
    await own.body.cancel();
  }
  for (const path of ["/ws", "/sockjs/websocket", "/sockjs/0/a/websocket", "/many/websocket", "/primus"]) {
    const socket = new WebSocket(`${url.replace("http", "ws")}${path}`, { headers });
    const [error] = await within(once(socket, "error"), `a refusal at ${path}`);
    assert.match(error.message, /403/, path);
  }
  // These name no origin, or that of this server for a page inside of a foreign one.
  for (const path of ["/sockjs/0/b/jsonp?c=x", "/sockjs/0/b/htmlfile?c=x", "/sockjs/iframe.html"]) {
    assert.equal((await fetch(`${url}${path}`)).status, 403, path);
  }
});
