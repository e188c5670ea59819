// Engine.IO over HTTP/2: polling, and WebSocket on streams of one connection (RFC 8441).
//
//   cargo build -p roomful-tests --features http2 --bin http2 && (cd tests/interop && npm ci)
//   ROOMFUL_TARGET=target/debug/http2 node --test tests/http2/*.test.mjs
import assert from "node:assert/strict";
import { once } from "node:events";
import { get } from "node:http";
import { constants } from "node:http2";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { startTarget } from "../interop/lib/target.mjs";
import { until, within } from "../interop/lib/wait.mjs";
import { RawSocket } from "../interop/lib/ws.mjs";
import { Http2Socket, ask, connectHeaders, openSession, path } from "./client.mjs";

for (const how of ["serve", "axum"]) describe(`served by ${how}`, () => suite(how));

function suite(how) {
  let target, session;
  before(async () => {
    target = await startTarget(how);
    session = await openSession(target);
  });
  after(async () => {
    session?.close();
    await target?.stop();
  });

  const connections = async () => (await ask(session, { ":path": "/connections" })).body;

  test("the server says that it takes extended CONNECT", () => {
    assert.equal(session.remoteSettings.enableConnectProtocol, true);
  });

  test("a WebSocket opens with 200 and without the headers of an upgrade", async () => {
    const socket = await Http2Socket.open(session);
    assert.equal(socket.response[":status"], 200);
    for (const header of ["sec-websocket-accept", "upgrade", "connection", "content-length"]) {
      assert.equal(socket.response[header], undefined, header);
    }
    assert.deepEqual(socket.handshake.upgrades, []);
    socket.ws.close();
  });

  test("events are acknowledged in both directions", async () => {
    const socket = await Http2Socket.join(session);
    await socket.call(1, ["echo", "text", 7], ["text", 7]);
    socket.send('42["ask"]');
    await socket.expect('420["question",41]');
    socket.send('430[42]');
    await socket.expect('42["answer",42]');
    socket.ws.close();
  });

  test("binary data comes back as it went", async () => {
    const socket = await Http2Socket.join(session);
    const data = Buffer.from(Array.from({ length: 300 }, (_, i) => i % 256));
    socket.send('451-["repeat",{"_placeholder":true,"num":0}]', data);
    await socket.expect('451-["repeat",{"_placeholder":true,"num":0}]', data);
    socket.ws.close();
  });

  test("a message larger than every window passes in both directions", async () => {
    const socket = await Http2Socket.join(session);
    const text = "x".repeat(1_500_000);
    await socket.call(1, ["echo", text], [text]);
    socket.ws.close();
  });

  test("a thousand messages keep their order while the client does not read", async () => {
    const socket = await Http2Socket.join(session);
    const text = "y".repeat(1000);
    socket.stream.pause();
    for (let i = 0; i < 1000; i++) socket.send(`42["repeat",${i},"${text}"]`);
    await until(() => socket.stream.writableLength === 0, "the server to take what it is sent");
    socket.stream.resume();
    for (let i = 0; i < 1000; i++) await socket.expect(`42["repeat",${i},"${text}"]`);
    socket.ws.close();
  });

  test("a burst of the server arrives whole and in order", async () => {
    const socket = await Http2Socket.join(session);
    socket.send('42["burst",5000]');
    for (let i = 0; i < 5000; i++) await socket.expect(`42["b",${i}]`);
    socket.ws.close();
  });

  test("a ping is answered with its pong", async () => {
    const socket = await Http2Socket.open(session);
    const pong = once(socket.ws, "pong");
    socket.ws.ping("payload");
    const [payload] = await within(pong, "the pong");
    assert.equal(payload.toString(), "payload");
    socket.ws.close();
  });

  test("several WebSockets and polls share one connection", async () => {
    const sockets = await Promise.all(Array.from({ length: 20 }, () => Http2Socket.join(session)));
    await Promise.all(sockets.map((socket, i) => socket.call(i, ["echo", i], [i])));
    const polled = await ask(session, { ":path": path("transport=polling") });
    const { sid } = JSON.parse(polled.body.slice(1));
    const closed = { ":method": "POST", ":path": path(`transport=polling&sid=${sid}`) };
    assert.equal((await ask(session, closed, "1")).body, "ok");
    sockets[0].ws.close();
    await sockets[0].isClosed();
    await sockets[1].call(99, ["echo", "still there"], ["still there"]);
    for (const socket of sockets) socket.ws.close();
  });

  test("handlers see the transport, the host, and the cookies in one header", async () => {
    const socket = await Http2Socket.join(session, { cookie: ["a=1", "b=2"] });
    socket.send('421["about"]');
    const [about] = JSON.parse((await socket.next("the answer")).slice(3));
    assert.deepEqual(about, {
      transport: "websocket",
      host: `127.0.0.1:${target.port}`,
      cookie: "a=1; b=2",
      url: path(),
    });
    socket.ws.close();
  });

  test("what the client closes is answered, and its stream is not reset", async () => {
    const socket = await Http2Socket.join(session);
    socket.ws.close(1000);
    assert.deepEqual(await socket.isClosed(), { code: 1000, aborted: false });
  });

  test("what the server closes ends with all that was said and a Close, and its stream is not reset", async () => {
    const socket = await Http2Socket.join(session);
    socket.send('42["kick"]');
    await socket.expect('42["bye"]');
    const { code, aborted } = await socket.isClosed();
    assert.notEqual(code, 1006);
    assert.equal(aborted, false);
  });

  test("a stream that the client resets ends its connection", async () => {
    const socket = await Http2Socket.open(session);
    assert.notEqual(await connections(), "0");
    socket.stream.close(constants.NGHTTP2_CANCEL);
    await until(async () => (await connections()) === "0", "the connection to end");
  });

  test("compression is agreed on as over HTTP/1.1", async () => {
    const offer = "permessage-deflate; client_max_window_bits";
    const { response, stream } = await Http2Socket.attach(session, { "sec-websocket-extensions": offer });
    assert.match(response["sec-websocket-extensions"], /^permessage-deflate/);
    stream.close();
  });

  const refused = async (headers) => {
    const stream = session.request(connectHeaders(headers), { endStream: false });
    const [response] = await within(once(stream, "response"), "a refusal");
    stream.on("error", () => {});
    stream.close();
    return response;
  };

  test("another version of WebSocket is refused with the one that is spoken", async () => {
    for (const version of ["8", "12", "13, 8", ""]) {
      const response = await refused({ "sec-websocket-version": version });
      assert.deepEqual([response[":status"], response["sec-websocket-version"]], [400, "13"]);
    }
  });

  test("another protocol is not implemented", async () => {
    for (const protocol of ["webtransport", "connect-udp", "WebSocket"]) {
      assert.equal((await refused({ ":protocol": protocol }))[":status"], 501);
    }
  });

  test("an unknown session, a bad version of Engine.IO and another path are refused", async () => {
    assert.equal((await refused({ ":path": path("transport=websocket&sid=unknown") }))[":status"], 400);
    assert.equal((await refused({ ":path": "/socket.io/?EIO=3&transport=websocket" }))[":status"], 400);
    assert.equal((await refused({ ":path": path("transport=polling") }))[":status"], 400);
    assert.equal((await refused({ ":path": "/elsewhere/?EIO=4&transport=websocket" }))[":status"], 404);
  });

  test("a CONNECT without a protocol opens nothing", async () => {
    const stream = session.request({ ":method": "CONNECT", ":authority": "127.0.0.1:1" });
    stream.on("error", () => {});
    const [response] = await within(once(stream, "response"), "a refusal");
    assert.ok(response[":status"] >= 400, String(response[":status"]));
  });

  test("polling works over one connection, two requests at a time", async () => {
    const poll = await openPolling(session);
    await poll.send("40");
    assert.match((await poll.get()).body, /^40\{"sid"/);
    const waiting = poll.get();
    await poll.send('421["echo","over HTTP/2"]');
    assert.equal((await waiting).body, '431["over HTTP/2"]');
  });

  test("a polling session goes over to a WebSocket of the same connection", async () => {
    const poll = await openPolling(session);
    await poll.send("40");
    assert.match((await poll.get()).body, /^40\{"sid"/);
    const socket = await Http2Socket.attach(session, { ":path": path(`transport=websocket&sid=${poll.sid}`) });
    socket.send("2probe");
    await socket.expect("3probe");
    await poll.send('42["burst",3]');
    socket.send("5");
    await socket.expect('42["b",0]', '42["b",1]', '42["b",2]');
    await socket.call(1, ["echo", "upgraded"], ["upgraded"]);
    assert.equal((await poll.get()).status, 400);
    socket.ws.close();
  });

  test("HTTP/1.1 on the same port works as ever", async () => {
    const socket = await RawSocket.open(target, { path: "/socket.io/" });
    await socket.end();
    const answer = await new Promise((resolve, reject) => {
      get(`${target.url}${path("transport=polling")}`, resolve).on("error", reject);
    });
    answer.resume();
    assert.deepEqual([answer.statusCode, answer.httpVersion], [200, "1.1"]);
  });

  test("a request that comes byte by byte is answered, also one that begins as HTTP/2 does", async () => {
    const socket = connect(target.port, "127.0.0.1").setNoDelay();
    const request = `PUT ${path("transport=polling")} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`;
    for (const byte of request) await new Promise((resolve) => socket.write(byte, () => setImmediate(resolve)));
    const chunks = await within(socket.toArray(), "an answer");
    assert.match(Buffer.concat(chunks).toString(), /^HTTP\/1.1 400 .*Bad handshake method/s);
  });

  test("clients are told when the server stops", async () => {
    const [other, polling] = await Promise.all([openSession(target), openSession(target)]);
    const socket = await Http2Socket.join(other);
    const poll = await openPolling(polling);
    await poll.send("40");
    assert.match((await poll.get()).body, /^40\{"sid"/);
    const waiting = poll.get();
    // Requests of one connection are taken in order: now the poll waits.
    await poll.send("42[\"none\"]");
    const [took, { code }, answer] = await Promise.all([target.stop(), socket.isClosed(), waiting]);
    assert.ok(took < 1000, `it took ${took} ms`);
    assert.notEqual(code, 1006);
    assert.equal(answer.body, "1");
    other.destroy();
    polling.destroy();
    await target.launch();
  });
}

/** A polling session over HTTP/2. */
async function openPolling(session) {
  const opened = await ask(session, { ":path": path("transport=polling") });
  assert.equal(opened.status, 200);
  const { sid } = JSON.parse(opened.body.slice(1));
  const target = path(`transport=polling&sid=${sid}`);
  return {
    sid,
    get: () => ask(session, { ":path": target }),
    async send(body) {
      const headers = { ":method": "POST", ":path": target, "content-type": "text/plain" };
      assert.equal((await ask(session, headers, body)).body, "ok");
    },
  };
}
