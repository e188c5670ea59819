// Faults found in servers of this kind, each as a named test. Fault 1 in full (two target rooms, excepted
// rooms) needs a broadcast to several rooms, which no event of the test servers offers: the Rust tests have
// it; here is its nearest relative. The others not found here live in the wire tests, where they arise.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { io } from "socket.io-client";
import { PollSession, request } from "./lib/http.mjs";
import { CALM, startTarget } from "./lib/target.mjs";
import { RawTcp, textFrame, upgradeRequest } from "./lib/tcp.mjs";
import { until, within } from "./lib/wait.mjs";
import { isRefused, joinedSocket, RawSocket } from "./lib/ws.mjs";
import { MODES, World } from "./scenarios/kit.mjs";

const stats = async (target) => JSON.parse((await request(target, "/stats")).body);
const numbers = (count) => Array.from({ length: count }, (_, i) => i);
const SIO = { path: "/socket.io/" };

describe("faults of delivery and order", () => {
  let clients, bench;
  before(async () => {
    [clients, bench] = await Promise.all([startTarget("clients", CALM), startTarget("bench", CALM)]);
  });
  after(() => Promise.all([clients.stop(), bench.stop()]));

  test("fault 1: a socket that joined a room twice hears a broadcast once", async () => {
    const socket = await joinedSocket(bench);
    socket.send('42["join","twice"]', '42["join","twice"]', '421["say","twice",1]', '422["echo"]');
    await socket.expect('42["said",1]', "431[true]", "432[]");
    await socket.end();
  });

  test("fault 2: two thousand events are answered in their order", async () => {
    const socket = await joinedSocket(clients);
    for (const i of numbers(2000)) socket.send(`42["echo",${i}]`);
    await socket.expect(...numbers(2000).map((i) => `42["echo",${i}]`));
    await socket.end();
  });

  test("fault 2: two thousand acks come in the order of their events", async () => {
    const socket = await joinedSocket(bench);
    for (const i of numbers(2000)) socket.send(`42${i}["echo",${i}]`);
    await socket.expect(...numbers(2000).map((i) => `43${i}[${i}]`));
    await socket.end();
  });

  test("fault 2: joins, broadcasts and acks of one socket take effect in their order", async () => {
    const socket = await joinedSocket(bench);
    for (const i of numbers(500)) socket.send(`42["join","r${i}"]`, `42${i}["say","r${i}",${i}]`);
    await socket.expect(...numbers(500).flatMap((i) => [`42["said",${i}]`, `43${i}[true]`]));
    await socket.end();
  });

  test("fault 3: the event right after the answer to CONNECT is never lost, in 500 connections", async () => {
    const once = async () => {
      const socket = await joinedSocket(bench);
      socket.send('421["echo","at once"]');
      await socket.expect('431["at once"]');
      await socket.end();
    };
    for (let i = 0; i < 50; i++) await Promise.all(Array.from({ length: 10 }, once));
  });

  for (const mode of Object.keys(MODES)) {
    test(`fault 4: of a burst of 2,500 events none vanishes, over ${mode}`, async () => {
      const world = new World({ io, url: clients.url, mode });
      const socket = await world.connect();
      const heard = [];
      socket.on("b", (i) => heard.push(i));
      socket.emit("burst", 2500);
      await until(() => heard.length >= 2500, "2,500 events");
      assert.deepEqual(heard, numbers(2500));
      world.close();
    });
  }

  test("fault 4: of a burst nobody is polling for none vanishes, or the session says that it is over", async () => {
    const session = await PollSession.open(clients, SIO);
    await session.post("40");
    assert.match((await session.packets())[0], /^40\{/);
    await session.post('42["burst",2500]');
    const heard = [];
    while (heard.length < 2500) {
      const { status, body } = await session.get();
      // A server may bound what it keeps for a slow client, if it ends the session instead of losing a part.
      if (status === 400 || body.split("\x1e").includes("1")) return;
      heard.push(...body.split("\x1e").filter((packet) => packet[0] === "4"));
    }
    assert.deepEqual(heard, numbers(2500).map((i) => `42["b",${i}]`));
  });

  test("fault 9: attachments of concurrent broadcasts follow their own header", async () => {
    const [listener, ...speakers] = await Promise.all(numbers(5).map(() => joinedSocket(bench)));
    listener.send('421["join","parts"]');
    await listener.expect("431[]");
    const event = `453-["say","parts",[${[0, 1, 2].map((n) => `{"_placeholder":true,"num":${n}}`)}]]`;
    const ROUNDS = 100;
    for (const round of numbers(ROUNDS)) {
      speakers.forEach((speaker, i) => speaker.send(event, ...[0, 1, 2].map((part) => Buffer.from([i, round, part]))));
    }
    const next = speakers.map(() => 0);
    for (let n = 0; n < ROUNDS * speakers.length; n++) {
      assert.match(await listener.next(), /^453-\["said",/);
      const [first, second, third] = [await listener.next(), await listener.next(), await listener.next()];
      const [speaker, round] = first;
      assert.equal(round, next[speaker]++, "the order of one speaker");
      assert.deepEqual([first, second, third], [0, 1, 2].map((part) => Buffer.from([speaker, round, part])));
    }
    await Promise.all([listener, ...speakers].map((socket) => socket.end()));
  });
});

describe("faults of connections", () => {
  test("fault 10: a peer that stops reading is released, and its room goes on", async () => {
    const target = await startTarget("bench", { PING_INTERVAL: "500", PING_TIMEOUT: "500" });
    const [bystander, speaker] = await Promise.all([joinedSocket(target), joinedSocket(target)]);
    bystander.send('421["join","room"]');
    await bystander.expect("431[]");

    const stalled = await RawTcp.open(target);
    stalled.write(upgradeRequest(target, "/socket.io/?EIO=4&transport=websocket"));
    await stalled.reads('0{"sid"');
    stalled.write(textFrame("40"));
    await stalled.reads('40{"sid"');
    stalled.write(textFrame('421["join","room"]'));
    await stalled.reads("431[]");
    assert.equal((await stats(target)).in_room, 2);
    stalled.stopReading();

    // 20 MB fill every buffer between the two, so that a write to the stalled peer cannot complete.
    const payload = "x".repeat(200_000);
    for (let i = 0; i < 100; i++) {
      speaker.send(`421["say","room","${payload}"]`);
      await speaker.expect("431[true]");
      assert.equal((await bystander.next()).length, payload.length + '42["said",""]'.length);
    }
    await until(async () => (await stats(target)).in_room === 1, "the stalled peer to leave the room");
    speaker.send('421["say","room","after"]');
    await bystander.expect('42["said","after"]');
    stalled.destroy();
    await target.stop();
  });

  test("fault 12: an aborted poll ends the socket and takes it out of its room", async () => {
    const target = await startTarget("bench", CALM);
    const session = await PollSession.open(target, SIO);
    await session.post("40");
    await session.packets();
    await session.post('421["join","room"]');
    assert.deepEqual(await session.packets(), ["431[]"]);
    assert.equal((await stats(target)).in_room, 1);
    const waiting = session.get();
    await waiting.sent;
    // One round trip, so that the server has seen the GET: one that is cut before is no GET.
    await session.post("6");
    waiting.abort();
    await until(async () => (await stats(target)).in_room === 0, "the socket to leave the room");
    assert.deepEqual(await stats(target), { sockets: 0, rooms: 0, in_room: 0, nsps: 1 });
    await target.stop();
  });

  test("fault 12: of several upgrades at once a session takes only one", async () => {
    const target = await startTarget("bench", CALM);
    const session = await PollSession.open(target, SIO);
    await session.post("40");
    await session.packets();
    const first = await RawSocket.attempt(target, { ...SIO, sid: session.sid });
    first.send("2probe");
    await first.expect("3probe");
    await Promise.all(numbers(5).map(() => isRefused(target, { ...SIO, sid: session.sid })));
    first.send("5", '421["echo","mine"]');
    await first.expect('431["mine"]');
    await first.end();
    await target.stop();
  });

  test("fault 12: a repeated CONNECT ends the socket and takes it out of its room", async () => {
    const target = await startTarget("bench", CALM);
    const socket = await joinedSocket(target);
    socket.send('421["join","room"]', "40");
    await socket.isClosed();
    await until(async () => (await stats(target)).in_room === 0, "the socket to leave the room");
    assert.equal((await stats(target)).sockets, 0);
    await target.stop();
  });

  test("fault 14: the public id opens nothing, in no namespace", async () => {
    const target = await startTarget("clients", CALM);
    for (const nsp of ["/", "/chat"]) {
      const socket = await joinedSocket(target, { nsp });
      assert.notEqual(socket.id, socket.handshake.sid);
      assert.ok(!socket.id.includes(socket.handshake.sid), "the public id contains the secret one");
      const { status, body } = await request(target, `/socket.io/?EIO=4&transport=polling&sid=${socket.id}`);
      assert.equal(status, 400);
      assert.equal(JSON.parse(body).code, 1);
      await socket.end();
    }
    await target.stop();
  });

  test("fault 17: a dynamic namespace goes with its last socket", async () => {
    const target = await startTarget("bench", CALM);
    const sockets = await Promise.all(numbers(20).map((i) => joinedSocket(target, { nsp: `/dyn/${i % 10}` })));
    assert.equal((await stats(target)).nsps, 11);
    await Promise.all(sockets.map((socket) => socket.end()));
    await until(async () => (await stats(target)).nsps === 1, "the namespaces to go");
    await target.stop();
  });

  test("a server ends soon after SIGTERM, whoever is connected", async () => {
    const target = await startTarget("bench", CALM);
    const [socket, session] = await Promise.all([joinedSocket(target), PollSession.open(target, SIO)]);
    const waiting = session.get();
    await waiting.sent;
    const half = await RawTcp.open(target);
    half.write("GET /socket.io/?EIO=4");
    const ends = Promise.allSettled([waiting, socket.closed, half.end]);
    // One second is the contract; the other is for a busy machine.
    assert.ok((await target.stop()) < 2000, "it took too long");
    await within(ends, "every connection to end");
  });
});
