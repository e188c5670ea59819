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

  /** `extra` goes into the query of every request. A script's answers are unwrapped. */
  async function open(extra = "") {
    const { status, body } = await request(target, `/socket.io/?EIO=3&transport=polling${extra}`);
    assert.equal(status, 200);
    const [, prefix, script] = /^___eio\[(\d*)\]\((.*)\);$/s.exec(body) ?? [];
    const plain = script === undefined ? body : JSON.parse(script);
    const [, length, packets] = /^(\d+):(0.*)$/s.exec(plain);
    const handshake = JSON.parse(packets.slice(1, Number(length)));
    const sid = handshake.sid + extra;
    const session = Object.assign(new PollSession(), { target, ...V3, sid, prefix });
    // The main namespace is joined without being asked for, with the first answer or the next.
    const rest = packets.slice(Number(length)) || (await session.get()).body;
    assert.match(rest, /2:40/);
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
    const waiting = session.get();
    await session.post("1:2");
    assert.equal((await waiting).body, "1:3", "to the poll that waits");
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

  test("binary data travels as bytes, with lengths in bytes", async () => {
    const session = await open();
    const header = '451-0["echo","€",{"_placeholder":true,"num":0}]';
    const digits = (length) => [...String(length)].map(Number);
    const part = (kind, data) => Buffer.from([kind, ...digits(data.length), 255, ...data]);
    const body = Buffer.concat([part(0, Buffer.from(header)), part(1, [4, 1, 2, 3, 4])]);
    const { status } = await session.post(body, { "Content-Type": "application/octet-stream" });
    assert.equal(status, 200);
    const answer = '461-0["€",{"_placeholder":true,"num":0}]';
    const { headers, bytes } = await session.get();
    assert.equal(headers["content-type"], "application/octet-stream");
    assert.deepEqual(bytes, Buffer.concat([part(0, Buffer.from(answer)), part(1, [4, 1, 2, 3, 4])]));
  });

  test("a client that takes only text gets base64, over polling and WebSocket", async () => {
    const header = '451-0["echo",{"_placeholder":true,"num":0}]';
    const answer = '461-0[{"_placeholder":true,"num":0}]';
    const session = await open("&b64=1");
    await session.post(payload(header, "b4AQIDBA=="));
    assert.equal((await session.get()).body, payload(answer, "b4AQIDBA=="));

    const socket = await RawSocket.open(target, { ...V3, query: "EIO=3&transport=websocket&b64=1" });
    await socket.expect("40");
    socket.send(header, "b4AQIDBA==");
    await socket.expect(answer, "b4AQIDBA==");
    await socket.end();
  });

  describe("polling by scripts", () => {
    const answered = (body) => {
      const [, index, string] = /^___eio\[(\d*)\]\((".*")\);$/s.exec(body);
      return [index, JSON.parse(string)];
    };
    const form = { "Content-Type": "application/x-www-form-urlencoded" };
    const field = (...packets) => `d=${encodeURIComponent(payload(...packets).replaceAll("\\n", "\\\\n").replaceAll("\n", "\\n"))}`;

    test("answers are calls of a function of the page", async () => {
      const session = await open("&j=7");
      assert.equal(session.prefix, "7");
      await session.post(field('420["echo","\u2028 a"]'), form);
      const { headers, body } = await session.get();
      assert.equal(headers["content-type"], "text/plain; charset=UTF-8");
      assert.ok(body.includes("\\u2028"), body);
      assert.deepEqual(answered(body), ["7", payload('430["\u2028 a"]')]);
    });

    test("an index has digits only", async () => {
      const session = await open("&j=1];alert(2");
      assert.equal(session.prefix, "12");
    });

    test("line feeds in a form come through, and so does what looks like one", async () => {
      const session = await open("&j=0");
      await session.post(field('420["echo",\n"a\\nb"]'), form);
      const [, packet] = answered((await session.get()).body);
      assert.deepEqual(JSON.parse(packet.slice(packet.indexOf("["))), ["a\nb"]);
    });

    test("old browsers are told not to look for injected scripts", async () => {
      const session = await open("&j=0");
      const agent = "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0)";
      const { headers } = await session.post(field("2"), { ...form, "User-Agent": agent });
      assert.equal(headers["x-xss-protection"], "0");
      assert.equal((await session.get({ headers: { "User-Agent": agent } })).headers["x-xss-protection"], "0");
    });
  });

  test("a session of version 3 is not polled by version 4", async () => {
    const session = await open();
    const { status, body } = await request(target, session.url.replace("EIO=3", "EIO=4"));
    assert.deepEqual([status, JSON.parse(body).code], [400, 3]);
  });

  test("whatever is not version 4 is version 3", async () => {
    for (const query of ["transport=polling", "EIO=abc&transport=polling", "EIO=5&transport=polling"]) {
      const { status, body } = await request(target, `/socket.io/?${query}`);
      assert.equal(status, 200);
      assert.match(body, /^\d+:0\{/);
    }
  });

  test("a second CONNECT to the main namespace closes", async () => {
    const socket = await openSocket();
    socket.send("40");
    await socket.isClosed();
  });

  test("ids of sockets are made of the connection's, and name a room", async () => {
    const socket = await openSocket();
    socket.send("40/chat,");
    await socket.expect("40/chat,");
    const { sid } = socket.handshake;
    socket.send('42/chat,0["info"]');
    const [, info] = /^43\/chat,0\[(.*)\]$/.exec(await socket.next());
    assert.deepEqual(JSON.parse(info), { id: `/chat#${sid}`, eio: 3, transport: "websocket", nsp: "/chat" });
    for (const [prefix, id] of [["", sid], ["/chat,", `/chat#${sid}`]]) {
      socket.send(`42${prefix}["room","${id}","for you"]`);
      await socket.expect(`42${prefix}["room","for you"]`);
    }
    await socket.end();
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
