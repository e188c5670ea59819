// What clients may do on the `roomful` program, and what they may not; with the official client.
//
//   cargo build --release -p roomful-server && (cd tests/interop && npm ci)
//   node --test tests/playground/*.test.mjs
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, afterEach, before, test } from "node:test";
import { within } from "../interop/lib/wait.mjs";
import { push, startProgram } from "./program.mjs";

// The interop suite's packages serve here too.
const { io } = createRequire(new URL("../interop/package.json", import.meta.url))("socket.io-client");

let server, url;
const sockets = [];

before(async () => ([server, url] = await startProgram("--namespace", "orders")));
after(() => server?.kill("SIGKILL"));
afterEach(() => sockets.splice(0).forEach((socket) => socket.disconnect()));

function open(namespace, auth) {
  const socket = io(`${url}${namespace}`, { auth, forceNew: true, transports: ["websocket"], ackTimeout: 5000 });
  sockets.push(socket);
  return socket;
}

async function connect(namespace, auth) {
  const socket = open(namespace, auth);
  await within(
    new Promise((resolve, reject) => socket.once("connect", resolve).once("connect_error", reject)),
    `a connection to ${namespace}`,
  );
  return socket;
}

const next = (socket, event) => within(new Promise((resolve) => socket.once(event, (...args) => resolve(args))), event);
const refused = (namespace, auth) => next(open(namespace, auth), "connect_error").then(([error]) => error.message);

for (const namespace of ["/", "/orders"]) {
  test(`in ${namespace} a push reaches the rooms that clients have joined, but those excepted`, async () => {
    const [a, b] = [await connect(namespace), await connect(namespace)];
    assert.deepEqual(await a.emitWithAck("join", "news"), ["news"]);
    assert.deepEqual(await b.emitWithAck("join", "news"), ["news"]);
    await b.emitWithAck("join", "quiet");
    const heard = next(a, "headline");
    const answer = await push(url, { namespace, rooms: ["news"], except: ["quiet"], event: "headline", args: [1, { a: null }] });
    assert.deepEqual(await answer.json(), { matched: 1, queued: 1, dropped: 0 });
    assert.deepEqual(await heard, [1, { a: null }]);
    assert.deepEqual(await a.emitWithAck("leave", "news"), []);
    const nobody = await push(url, { namespace, rooms: ["news"], except: ["quiet"], event: "headline" });
    assert.equal((await nobody.json()).matched, 0);
  });
}

test("a deeply nested argument arrives as it was pushed", async () => {
  const socket = await connect("/");
  const heard = next(socket, "deep");
  await push(url, `{"event":"deep","data":${"[".repeat(5000)}"x"${"]".repeat(5000)}}`);
  let [value] = await heard;
  for (let depth = 0; depth < 5000; depth++) [value] = value;
  assert.equal(value, "x");
});

test("in / clients cannot send to each other, nor hear what is meant for another", async () => {
  const [a, b] = [await connect("/"), await connect("/")];
  assert.match((await a.emitWithAck("headline", "fake")).error, /`join` and `leave`/);
  assert.match((await a.emitWithAck("join", b.id)).error, /not a room/);
  for (const wrong of [[], [1], [""], ["x".repeat(256)], [{}]]) {
    assert.ok((await a.emitWithAck("join", ...wrong)).error, JSON.stringify(wrong));
  }
  const heard = next(b, "private");
  const answer = await push(url, { rooms: [b.id], event: "private", data: "for b" });
  assert.equal((await answer.json()).matched, 1);
  assert.deepEqual(await heard, ["for b"]);
});

test("a client is in so many rooms and no more", async () => {
  const socket = await connect("/");
  for (let room = 0; room < 64; room++) await socket.emitWithAck("join", `room ${room}`);
  assert.match((await socket.emitWithAck("join", "one more")).error, /leave one first/);
  assert.equal((await socket.emitWithAck("join", "room 0")).length, 64);
});

test("a namespace that was not named does not exist", async () => {
  assert.equal(await refused("/elsewhere"), "Invalid namespace");
  assert.equal((await push(url, { namespace: "/elsewhere", event: "e" })).status, 404);
});

test("the playground takes nobody without a name, and nothing without bounds", async () => {
  for (const auth of [undefined, {}, { name: 1 }, { name: " " }, { name: "x".repeat(33) }]) {
    assert.match(await refused("/playground", auth), /1 to 32 characters/);
  }
  const ada = await connect("/playground", { name: " Ada " });
  const welcome = await ada.emitWithAck("join", "lobby");
  assert.deepEqual(welcome.people, [{ id: ada.id, name: "Ada" }]);
  const say = (message) => ada.emitWithAck("say", { room: "lobby", text: "hello", key: "k", ...message });
  assert.equal(typeof (await say({})).at, "number");
  assert.ok((await say({ text: "é".repeat(2000) })).at);
  for (const wrong of [{ text: "" }, { text: "é".repeat(2001) }, { text: 1 }, { key: "k".repeat(41) }, { room: "elsewhere" }]) {
    assert.ok((await say(wrong)).error, JSON.stringify(wrong));
  }
  assert.ok((await ada.emitWithAck("join", "x".repeat(65))).error);
  for (let room = 1; room < 16; room++) assert.ok((await ada.emitWithAck("join", `${room}`)).room);
  assert.match((await ada.emitWithAck("join", "one more")).error, /leave one first/);
  assert.ok((await ada.emitWithAck("shout", "x")).error);
});

test("who comes, types and goes is told to those in the room, and to nobody else", async () => {
  const [ada, grace] = [await connect("/playground", { name: "Ada" }), await connect("/playground", { name: "Grace" })];
  await ada.emitWithAck("join", "parlour");
  const joined = next(ada, "joined");
  await grace.emitWithAck("join", "parlour");
  assert.deepEqual(await joined, ["parlour", { id: grace.id, name: "Grace" }]);
  const typing = next(ada, "typing");
  grace.emit("typing", "parlour", true);
  assert.deepEqual(await typing, ["parlour", grace.id, true]);
  await ada.emitWithAck("join", "secret");
  assert.match((await grace.emitWithAck("typing", "secret", true)).error, /join the room/);
  const left = next(ada, "left");
  const { id } = grace;
  grace.disconnect();
  assert.deepEqual(await left, ["parlour", id]);
  const late = open("/playground", { name: "Late" });
  const [sizes] = await next(late, "rooms");
  // Clients of other tests may still be on their way out.
  const these = sizes.filter(({ room }) => ["parlour", "secret"].includes(room));
  assert.deepEqual(these, [{ room: "parlour", count: 1 }, { room: "secret", count: 1 }]);
});
