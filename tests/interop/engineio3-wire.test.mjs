// Engine.IO 3 on the wire, which `clients` admits: what clients of the version 2 of Socket.IO speak.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { PollSession, request } from "./lib/http.mjs";
import { startTarget } from "./lib/target.mjs";
import { isRefused, RawSocket } from "./lib/ws.mjs";

const V3 = { path: "/socket.io/", eio: 3 };

describe("Engine.IO 3", () => {
  let target;
  before(async () => (target = await startTarget("clients", { PING_INTERVAL: "25000", PING_TIMEOUT: "20000" })));
  after(() => target.stop());

  /** Lengths count UTF-16 units, as JavaScript does. */
  const payload = (...packets) => packets.map((packet) => `${packet.length}:${packet}`).join("");

  async function open() {
    const { status, body } = await request(target, "/socket.io/?EIO=3&transport=polling");
    assert.equal(status, 200);
    const [, length, packets] = /^(\d+):(0.*)$/s.exec(body);
    const handshake = JSON.parse(packets.slice(1, Number(length)));
    const session = Object.assign(new PollSession(), { target, ...V3, sid: handshake.sid });
    // The main namespace is joined without being asked for, with the first answer or the next.
    const rest = packets.slice(Number(length)) || (await session.get()).body;
    assert.equal(rest, "2:40");
    return session;
  }

  async function openSocket() {
    const socket = await RawSocket.open(target, V3);
    await socket.expect("40");
    return socket;
  }

  test("polling carries packets with their lengths", async () => {
    const session = await open();
    await session.post(payload('420["echo","€ 👍"]', '421["echo",2]'));
    let body = "";
    const expected = payload('430["€ 👍"]', "431[2]");
    while (body.length < expected.length) body += (await session.get()).body;
    assert.equal(body, expected);
  });

  test("the client pings, and the server answers", async () => {
    const session = await open();
    await session.post("1:2");
    assert.equal((await session.get()).body, "1:3");
    const socket = await RawSocket.open(target, { ...V3, pong: false });
    socket.send("2");
    await socket.expect("40", "3");
    await socket.end();
  });

  test("a pong of the client, which only the server may send, closes", async () => {
    const socket = await openSocket();
    socket.send("3");
    await socket.isClosed();
  });

  test("binary frames begin with the packet type", async () => {
    const socket = await openSocket();
    socket.send('451-0["echo",{"_placeholder":true,"num":0}]', Buffer.from([4, 1, 2]));
    await socket.expect('461-0[{"_placeholder":true,"num":0}]', Buffer.from([4, 1, 2]));
    await socket.end();
  });

  test("the auth payload of a namespace is its query", async () => {
    const socket = await openSocket();
    socket.send("40/admin?token=guess");
    await socket.expect('44/admin,{"code":401}');
    socket.send("40/admin?token=secret");
    await socket.expect("40/admin,");
    socket.send('42/admin,0["auth"]');
    await socket.expect('43/admin,0[{"token":"secret"}]');
    await socket.end();
  });

  test("an unknown namespace is refused", async () => {
    const socket = await openSocket();
    socket.send("40/unknown");
    await socket.expect('44/unknown,{"message":"Invalid namespace"}');
    await socket.end();
  });

  test("a session of version 3 is upgraded", async () => {
    const session = await open();
    const socket = await RawSocket.attempt(target, { ...V3, sid: session.sid });
    socket.send("2probe");
    await socket.expect("3probe");
    socket.send("5", '420["info"]');
    const [, info] = /^430\[(.*)\]$/.exec(await socket.next());
    assert.deepEqual(JSON.parse(info), { id: session.sid, eio: 3, transport: "websocket", nsp: "/" });
    await socket.end();
  });

  test("an upgrade of a session of version 3 by version 4 is refused", async () => {
    const session = await open();
    await isRefused(target, { ...V3, eio: 4, sid: session.sid });
    await session.post(payload('420["echo","goes on"]'));
    assert.equal((await session.get()).body, payload('430["goes on"]'));
  });

  test("a close packet ends the session", async () => {
    const session = await open();
    await session.post("1:1");
    const { status, body } = await session.get();
    assert.deepEqual([status, JSON.parse(body).code], [400, 1]);
  });

  for (const bad of ["x", "5:42", "-1:2", "2:", "99999999999999999999:4", ":", "1:9"]) {
    test(`the payload ${bad} closes the session and nothing else`, async () => {
      const session = await open();
      const { status } = await session.post(bad);
      assert.ok(status === 200 || status === 400, `status ${status}`);
      const after = await session.get();
      assert.ok(after.status === 400 || after.body === "1:1", after.body);
      await (await openSocket()).end();
    });
  }
});
