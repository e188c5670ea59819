// Engine.IO on the wire: handshakes, refusals, heartbeats, WebSocket sessions, CORS.
// Long polling is in engineio-polling.test.mjs, the upgrade in engineio-upgrade.test.mjs.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { PollSession, request } from "./lib/http.mjs";
import { CALM, startTarget, unlessReference } from "./lib/target.mjs";
import { RawTcp, upgradeRequest } from "./lib/tcp.mjs";
import { isRefused, RawSocket } from "./lib/ws.mjs";

const ECHO = "/engine.io/?EIO=4&transport=polling";
const json = ({ body }) => JSON.parse(body);

describe("Engine.IO on the wire", () => {
  let protocol, bench;
  before(async () => {
    [protocol, bench] = await Promise.all([startTarget("protocol", CALM), startTarget("bench", CALM)]);
  });
  after(() => Promise.all([protocol.stop(), bench.stop()]));

  test("a handshake by polling answers the open packet", async () => {
    const { status, headers, body } = await request(protocol, ECHO);
    assert.equal(status, 200);
    assert.equal(headers["content-type"].toLowerCase(), "text/plain; charset=utf-8");
    assert.equal(headers["content-length"], String(Buffer.byteLength(body)));
    assert.equal(headers["cache-control"], "no-store");
    assert.equal(body[0], "0");
    const { sid, ...rest } = JSON.parse(body.slice(1));
    assert.match(sid, /^[\w-]{20}$/);
    assert.deepEqual(rest, {
      upgrades: ["websocket"],
      pingInterval: 25_000,
      pingTimeout: 20_000,
      maxPayload: 1_000_000,
    });
  });

  test("a handshake by WebSocket answers the open packet, without upgrades", async () => {
    const socket = await RawSocket.open(protocol);
    assert.match(socket.handshake.sid, /^[\w-]{20}$/);
    assert.deepEqual(socket.handshake.upgrades, []);
    assert.equal(socket.handshake.maxPayload, 1_000_000);
    await socket.end();
  });

  test("a target says its own figures where the environment is silent", async () => {
    const target = await startTarget("protocol");
    const { pingInterval, pingTimeout, maxPayload } = await PollSession.open(target);
    assert.deepEqual([pingInterval, pingTimeout, maxPayload], [300, 200, 1_000_000]);
    await target.stop();
  });

  test("no two sessions have the same id", async () => {
    const sessions = await Promise.all(Array.from({ length: 50 }, () => PollSession.open(bench, { path: "/socket.io/" })));
    assert.equal(new Set(sessions.map(({ sid }) => sid)).size, 50);
  });

  test("other paths are not found", async () => {
    for (const path of ["/", "/other", "/engine.io.js", "/socket.io", "/nothing/engine.io/?EIO=4&transport=polling"]) {
      assert.equal((await request(bench, path)).status, 404, path);
    }
  });

  // Every refusal of an HTTP request: what, the request, code and message.
  const UNKNOWN_TRANSPORT = { code: 0, message: "Transport unknown" };
  const UNKNOWN_SID = { code: 1, message: "Session ID unknown" };
  const BAD_METHOD = { code: 2, message: "Bad handshake method" };
  const BAD_REQUEST = { code: 3, message: "Bad request" };
  const BAD_VERSION = { code: 5, message: "Unsupported protocol version" };
  const REFUSALS = [
    ["without a transport", "EIO=4", UNKNOWN_TRANSPORT],
    ["with an unknown transport", "EIO=4&transport=abc", UNKNOWN_TRANSPORT],
    ["with the transport constructor", "EIO=4&transport=constructor", UNKNOWN_TRANSPORT],
    ["with the transport webtransport", "EIO=4&transport=webtransport", UNKNOWN_TRANSPORT],
    ["by POST", "EIO=4&transport=polling", BAD_METHOD, "POST"],
    ["by PUT", "EIO=4&transport=polling", BAD_METHOD, "PUT"],
    ["for WebSocket without an Upgrade header", "EIO=4&transport=websocket", BAD_REQUEST],
    ["without a version", "transport=polling", BAD_VERSION],
    ["of version 3, which is off", "EIO=3&transport=polling", BAD_VERSION],
    ["of version 5", "EIO=5&transport=polling", BAD_VERSION],
    ["of no version at all", "EIO=abc&transport=polling", BAD_VERSION],
    ...[
      ["an unknown", "aaaaaaaaaaaaaaaaaaaa"],
      ["a far too short", "x"],
      ["a far too long", "x".repeat(4000)],
      ["the __proto__", "__proto__"],
      ["the constructor", "constructor"],
      ["a hasOwnProperty", "hasOwnProperty"],
      ["a path as", "..%2F..%2Fetc"],
      ["a NUL as", "%00"],
      ["an undecodable", "%ff%fe"],
      ["a malformed", "%zz"],
      ["markup as", "%3Cscript%3E"],
    ].map(([what, sid]) => [`with ${what} session id`, `EIO=4&transport=polling&sid=${sid}`, UNKNOWN_SID]),
  ];
  for (const [what, query, expected, method = "GET"] of REFUSALS) {
    const fault = expected === UNKNOWN_SID ? "fault 13: " : "";
    test(`${fault}a request ${what} is refused and opens no session`, async () => {
      const answer = await request(protocol, `/engine.io/?${query}`, { method });
      assert.equal(answer.status, 400);
      assert.match(answer.headers["content-type"], /^application\/json/);
      assert.deepEqual(json(answer), expected);
    });
  }

  test("an empty session id is refused or counts as none", async () => {
    // The reference reads it as a handshake; refusing it is as good.
    const answer = await request(protocol, `${ECHO}&sid=`);
    if (answer.status === 200) assert.match(answer.body, /^0\{/);
    else assert.deepEqual(json(answer), UNKNOWN_SID);
  });

  test("an Origin header with characters that no header may hold is refused", async () => {
    const tcp = await RawTcp.open(protocol);
    tcp.write(Buffer.from(`GET ${ECHO} HTTP/1.1\r\nHost: x\r\nOrigin: http://a\x01b\r\n\r\n`, "latin1"));
    await tcp.reads(" 400 ");
    tcp.destroy();
  });

  for (const [what, query] of [
    ["with an unknown transport", "EIO=4&transport=abc"],
    ["with an unknown session id", "EIO=4&transport=websocket&sid=aaaaaaaaaaaaaaaaaaaa"],
    ["with the session id __proto__", "EIO=4&transport=websocket&sid=__proto__"],
  ]) {
    test(`a WebSocket ${what} is refused before the upgrade`, async () => {
      await assert.rejects(RawSocket.attempt(protocol, { query }), { status: 400 });
    });
  }

  test(
    "a WebSocket of a version which is off is refused before the upgrade",
    unlessReference("it upgrades first and writes an HTTP answer into the WebSocket"),
    async () => {
      await assert.rejects(RawSocket.attempt(protocol, { eio: 3 }), { status: 400 });
    },
  );

  test("a WebSocket that says it is polling gets no session", () =>
    isRefused(protocol, { query: "EIO=4&transport=polling" }));

  test("text and binary are echoed over WebSocket", async () => {
    const socket = await RawSocket.open(protocol);
    const binary = Buffer.from([0, 1, 2, 3, 255]);
    socket.send("4hello €", binary, "4", Buffer.alloc(0), "4last");
    await socket.expect("4hello €", binary, "4", Buffer.alloc(0), "4last");
    await socket.end();
  });

  test("a fragmented message is one message", async () => {
    const socket = await RawSocket.open(protocol);
    for (const [part, fin] of [["4one ", false], ["two ", false], ["three", true]]) socket.ws.send(part, { fin });
    await socket.expect("4one two three");
    await socket.end();
  });

  test("a client which offers compression is served", async () => {
    const socket = await RawSocket.open(protocol, { perMessageDeflate: true });
    socket.send("4hello");
    await socket.expect("4hello");
    await socket.end();
  });

  for (const packet of ["0", "3", "5", "6"]) {
    test(`the packet ${packet} of a client is ignored`, async () => {
      const socket = await RawSocket.open(protocol);
      socket.send(packet, "4after");
      await socket.expect("4after");
      await socket.end();
    });
  }

  for (const [what, packet] of [
    ["a ping, which only the server may send,", "2"],
    ["a probe outside of an upgrade", "2probe"],
    ["an unknown packet type", "9"],
    ["a letter as packet type", "x"],
    ["an empty frame", ""],
  ]) {
    test(`${what} closes the WebSocket`, async () => {
      const socket = await RawSocket.open(protocol);
      socket.send(packet);
      await socket.isClosed();
    });
  }

  test("a close packet over WebSocket closes, or is ignored as the reference does", async () => {
    const socket = await RawSocket.open(protocol);
    socket.send("1", "4after");
    const echoed = socket.next().then((frame) => assert.equal(frame, "4after"));
    await Promise.any([echoed, socket.isClosed()]);
    await socket.end();
  });

  test("fault 15: a message of the maximum payload passes, one byte more closes with 1009", async () => {
    const target = await startTarget("protocol", { ...CALM, MAX_PAYLOAD: "1000" });
    const socket = await RawSocket.open(target);
    assert.equal(socket.handshake.maxPayload, 1000);
    const largest = `4${"x".repeat(999)}`;
    socket.send(largest);
    await socket.expect(largest);
    socket.send(`${largest}x`);
    assert.equal(await socket.isClosed(), 1009);

    const fragments = await RawSocket.open(target);
    for (let i = 0; i < 3; i++) fragments.ws.send("4".repeat(500), { fin: i === 2 });
    assert.equal(await fragments.isClosed(), 1009);
    await target.stop();
  });

  test("the maximum payload holds for a frame that only announces its length", async () => {
    const target = await startTarget("protocol", { ...CALM, MAX_PAYLOAD: "1000" });
    const tcp = await RawTcp.open(target);
    tcp.write(upgradeRequest(target, "/engine.io/?EIO=4&transport=websocket"));
    await tcp.reads('0{"sid"');
    // A text frame of 2^40 bytes, of which none ever comes: the server must not wait for it.
    tcp.write(Buffer.from([0x81, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
    await tcp.reads(Buffer.from([0x03, 0xf1]));
    tcp.destroy();
    await target.stop();
  });

  test("CORS admits any origin on protocol, on answers and refusals", async () => {
    const headers = { Origin: "http://example.org" };
    for (const path of [ECHO, `${ECHO}&sid=unknown`, "/socket.io/?EIO=4&transport=polling"]) {
      const answer = await request(protocol, path, { headers });
      assert.match(answer.headers["access-control-allow-origin"], /^(\*|http:\/\/example\.org)$/, path);
      assert.equal(answer.headers["access-control-allow-credentials"], undefined, path);
    }
  });

  test("a preflight is answered before anything is checked", async () => {
    const headers = {
      "Origin": "http://example.org",
      "Access-Control-Request-Method": "POST",
      "Access-Control-Request-Headers": "content-type",
    };
    const answer = await request(protocol, `${ECHO}&sid=unknown`, { method: "OPTIONS", headers });
    assert.equal(answer.status, 204);
    assert.match(answer.headers["access-control-allow-origin"], /^(\*|http:\/\/example\.org)$/);
    assert.match(answer.headers["access-control-allow-methods"], /POST/);
    assert.match(answer.headers["access-control-allow-headers"], /content-type/i);
  });

  test("without CORS no answer has a header of it", async () => {
    const headers = { Origin: "http://example.org" };
    const path = "/socket.io/?EIO=4&transport=polling";
    for (const method of ["GET", "OPTIONS"]) {
      const answer = await request(bench, path, { method, headers });
      assert.deepEqual(Object.keys(answer.headers).filter((name) => name.startsWith("access-control")), []);
    }
  });

  const garbage = [
    ["no HTTP at all", "hello\r\n\r\n"],
    ["ten thousand headers", `GET ${ECHO} HTTP/1.1\r\nHost: x\r\n${"A: b\r\n".repeat(10_000)}\r\n`],
    ["a header of a megabyte", `GET ${ECHO} HTTP/1.1\r\nHost: x\r\nA: ${"b".repeat(1_000_000)}\r\n\r\n`],
    ["two lengths", `POST ${ECHO} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n4x`],
  ];
  for (const [what, bytes] of garbage) {
    test(`a request of ${what} is refused, and others are served`, async () => {
      const tcp = await RawTcp.open(protocol);
      tcp.write(bytes);
      await tcp.answered();
      assert.doesNotMatch(tcp.received.toString(), /^HTTP\/1\.1 200/);
      tcp.destroy();
      await (await PollSession.open(protocol)).echoes("4served");
    });
  }
});

describe("the heartbeat", () => {
  test("fault 8: the first ping comes after one interval, not at once", async () => {
    const target = await startTarget("protocol", { PING_INTERVAL: "1000", PING_TIMEOUT: "5000" });
    const [socket, polling] = await Promise.all([RawSocket.open(target, { pong: false }), PollSession.open(target)]);
    // Half an interval is left for a busy machine to notice the handshake late.
    const begin = performance.now();
    const pinged = async (ping) => {
      assert.equal(await ping, "2");
      assert.ok(performance.now() - begin > 500, "the first ping came too early");
    };
    await Promise.all([pinged(socket.next("the ping")), pinged(polling.get().then(({ body }) => body))]);
    await socket.end();
    await target.stop();
  });

  test("a WebSocket that answers the pings lives on", async () => {
    const target = await startTarget("protocol", { PING_INTERVAL: "100", PING_TIMEOUT: "2000" });
    const socket = await RawSocket.open(target, { pong: false });
    for (let i = 0; i < 5; i++) {
      await socket.expect("2");
      socket.send("3");
    }
    socket.send("4alive");
    for (let frame; (frame = await socket.next()) !== "4alive"; ) assert.equal(frame, "2");
    await socket.end();
    await target.stop();
  });

  test("a WebSocket that does not answer a ping is closed", async () => {
    const target = await startTarget("protocol", { PING_INTERVAL: "100", PING_TIMEOUT: "100" });
    const socket = await RawSocket.open(target, { pong: false });
    await socket.expect("2");
    await socket.isClosed();
    await target.stop();
  });

  test("a polling session that does not answer a ping is closed", async () => {
    const target = await startTarget("protocol", { PING_INTERVAL: "100", PING_TIMEOUT: "300" });
    const session = await PollSession.open(target);
    assert.equal((await session.get()).body, "2");
    // Either the waiting GET is told, or it came after the end.
    const { status, body } = await session.get();
    assert.ok((status === 200 && /^[16]/.test(body)) || status === 400, body);
    assert.equal((await session.get()).status, 400);
    await target.stop();
  });
});
