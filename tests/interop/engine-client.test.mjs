// The official Engine.IO client against `target engine-client`, and what the door lets an application decide.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Socket } from "engine.io-client";
import { PollSession, request } from "./lib/http.mjs";
import { startTarget } from "./lib/target.mjs";
import { deferred, within } from "./lib/wait.mjs";
import { RawSocket } from "./lib/ws.mjs";

const UTF8 = "пойду спать всем спокойной ночи";

describe("the official Engine.IO client", () => {
  let target;
  before(async () => (target = await startTarget("engine-client")));
  after(() => target.stop());

  /** Opens a client; `next()` is its next message. */
  async function open(options) {
    const socket = new Socket(target.url.replace("http", "ws"), options);
    const messages = [];
    let waiting;
    socket.on("message", (message) => {
      messages.push(message);
      waiting?.resolve();
    });
    const next = async () => {
      if (messages.length === 0) await within((waiting = deferred()).promise, "a message");
      return messages.shift();
    };
    const failed = deferred();
    socket.on("error", failed.reject);
    assert.equal(await Promise.race([next(), failed.promise]), "hi");
    failed.promise.catch(() => {});
    return Object.assign(socket, { next });
  }

  for (const transports of [["polling"], ["websocket"], ["polling", "websocket"]]) {
    const by = transports.join(" and ");

    test(`by ${by}: text and binary data come and go`, async () => {
      const socket = await open({ transports });
      for (const message of ["cash money €€€", "cash money ss €€€"]) {
        socket.send(message);
        assert.equal(await socket.next(), message);
      }
      socket.send("give utf8");
      assert.equal(await socket.next(), UTF8);
      socket.send("give binary");
      assert.deepEqual(Buffer.from(await socket.next()), Buffer.from([0, 1, 2, 3, 4]));
      socket.send(Buffer.from([4, 0, 255]));
      assert.deepEqual(Buffer.from(await socket.next()), Buffer.from([4, 0, 255]));
      socket.close();
    });

    test(`by ${by}: a message's request can be known by its headers`, async () => {
      const socket = await open({ transports, extraHeaders: { "X-Custom-Header-For-My-Project": "me" } });
      socket.send("sendHeaders");
      const headers = JSON.parse(await socket.next());
      assert.equal(headers["x-custom-header-for-my-project"], "me");
      socket.close();
    });

    test(`by ${by}: heartbeats are answered`, async () => {
      const socket = await open({ transports });
      for (let i = 0; i < 2; i++) {
        await within(new Promise((resolve) => socket.once("ping", resolve)), "a ping");
      }
      socket.send("still there");
      assert.equal(await socket.next(), "still there");
      socket.close();
    });
  }

  test("the headers are those of the very request that carried the message", async () => {
    const session = await PollSession.open(target);
    const names = ["one", "two"];
    for (const name of names) await session.post("4sendHeaders", { "Content-Type": "text/plain", "X-Name": name });
    const packets = [];
    while (packets.filter((packet) => packet.startsWith("4{")).length < 2) packets.push(...(await session.packets()));
    const seen = packets.filter((packet) => packet.startsWith("4{")).map((packet) => JSON.parse(packet.slice(1))["x-name"]);
    assert.deepEqual(seen, names);

    const socket = await RawSocket.attempt(target, { sid: session.sid, headers: { "X-Name": "three" } });
    socket.send("2probe");
    await socket.expect("3probe");
    socket.send("5", "4sendHeaders");
    assert.equal(JSON.parse((await socket.next()).slice(1))["x-name"], "three");
    await socket.end();
  });

  test("cookies are set by the answer to the handshake, and by no later one", async () => {
    const session = await PollSession.open(target);
    const cookies = session.handshake.headers["set-cookie"];
    assert.deepEqual(cookies.slice(0, 3), ["1=1; Max-Age=86400", "2=2; Path=/; HttpOnly; Secure; SameSite=Strict", "3=3; Max-Age=0"]);
    assert.match(cookies[3], /^4=4; Expires=\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
    const { headers } = await session.post("4give utf8");
    assert.equal(headers["set-cookie"], undefined);
    assert.equal((await session.get()).headers["set-cookie"], undefined);
  });

  test("who is not let in hears so before anything is opened", async () => {
    const { status, body } = await request(target, "/engine.io/?EIO=4&transport=polling&deny=1");
    assert.deepEqual([status, JSON.parse(body).code], [403, 4]);
    const query = "EIO=4&transport=websocket&deny=1";
    await assert.rejects(RawSocket.attempt(target, { query }), (error) => error.status >= 400);
  });

  test("a body that is too long is refused, and the session lives on", async () => {
    const session = await PollSession.open(target);
    assert.equal((await session.post(`4${"x".repeat(100)}`)).status, 413);
    assert.equal((await session.post("4short")).status, 200);
    const packets = [];
    while (!packets.includes("4short")) packets.push(...(await session.packets()));
  });

  test("base64 goes over a WebSocket, both ways, where the client asks for it", async () => {
    const socket = await RawSocket.open(target, { query: "EIO=4&transport=websocket&b64=1" });
    await socket.expect("4hi");
    socket.send("4give binary", "bAAECAwQ=");
    await socket.expect("bAAECAwQ=", "bAAECAwQ=");
    await socket.end();
  });
});
