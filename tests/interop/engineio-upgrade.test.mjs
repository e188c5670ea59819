// The upgrade from long polling to WebSocket, and everything that may go wrong in it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { PollSession } from "./lib/http.mjs";
import { CALM, startTarget, unlessReference } from "./lib/target.mjs";
import { RawTcp, upgradeRequest } from "./lib/tcp.mjs";
import { isRefused, RawSocket } from "./lib/ws.mjs";

describe("the upgrade", () => {
  let target;
  before(async () => (target = await startTarget("protocol", CALM)));
  after(() => target.stop());

  const open = () => PollSession.open(target);
  const probing = async (session) => {
    const socket = await RawSocket.attempt(target, { sid: session.sid });
    socket.send("2probe");
    await socket.expect("3probe");
    return socket;
  };
  const upgraded = async (session) => {
    const socket = await probing(session);
    socket.send("5");
    return socket;
  };

  test("after probe and upgrade packet the session speaks WebSocket", async () => {
    const socket = await upgraded(await open());
    socket.send("4hello", Buffer.from([1, 2]));
    await socket.expect("4hello", Buffer.from([1, 2]));
    await socket.end();
  });

  test("a waiting GET is released with a noop", async () => {
    const session = await open();
    const waiting = session.get();
    await waiting.sent;
    const socket = await probing(session);
    assert.equal((await waiting).body, "6");
    await socket.end();
  });

  test("until the upgrade packet the answers still go by polling", async () => {
    const session = await open();
    const socket = await probing(session);
    await session.echoes("4one", "4two", "bAQID");
    socket.send("5", "4three");
    await socket.expect("4three");
    await socket.end();
  });

  test("what nobody has fetched follows over WebSocket, before anything newer", async () => {
    const session = await open();
    const socket = await probing(session);
    await session.post("4one\x1ebAQI=\x1e4two");
    await session.post("4three");
    socket.send("5", "4four");
    await socket.expect("4one", Buffer.from([1, 2]), "4two", "4three", "4four");
    await socket.end();
  });

  test("an upgrade packet without a probe is accepted", async () => {
    const session = await open();
    const socket = await RawSocket.attempt(target, { sid: session.sid });
    socket.send("5", "4hello");
    await socket.expect("4hello");
    await socket.end();
  });

  test("after the upgrade polling is refused as a mismatch, and the session goes on", async () => {
    const session = await open();
    const socket = await upgraded(session);
    socket.send("4settled");
    await socket.expect("4settled");
    for (const { status, body } of [await session.get(), await session.post("4late")]) {
      assert.equal(status, 400);
      assert.deepEqual(JSON.parse(body), { code: 3, message: "Bad request" });
    }
    socket.send("4on");
    await socket.expect("4on");
    await socket.end();
  });

  test("the end of the WebSocket ends the upgraded session", async () => {
    const session = await open();
    const socket = await upgraded(session);
    socket.send("4settled");
    await socket.expect("4settled");
    await socket.end();
    await session.isGone();
  });

  test("a second upgrade while one is under way is refused, and the first completes", async () => {
    const session = await open();
    const first = await probing(session);
    await isRefused(target, { sid: session.sid });
    first.send("5", "4first");
    await first.expect("4first");
    await first.end();
  });

  test("an upgrade of an upgraded session is refused, and the session goes on", async () => {
    const session = await open();
    const socket = await upgraded(session);
    socket.send("4settled");
    await socket.expect("4settled");
    await isRefused(target, { sid: session.sid });
    socket.send("4on");
    await socket.expect("4on");
    await socket.end();
  });

  test(
    "a session which began as WebSocket cannot be upgraded",
    unlessReference("it waits for a probe and lets a second WebSocket take the session over"),
    async () => {
      const socket = await RawSocket.open(target);
      await isRefused(target, { sid: socket.handshake.sid });
      socket.send("4on");
      await socket.expect("4on");
      await socket.end();
    },
  );

  test("an upgrade by another version than the session's is refused", async () => {
    const session = await open();
    await isRefused(target, { sid: session.sid, eio: 3 });
    await session.echoes("4polling goes on");
  });

  test("with version 3 admitted, an upgrade by another version is refused too", async () => {
    const both = await startTarget("protocol", { ...CALM, EIO3: "1" });
    const session = await PollSession.open(both);
    await isRefused(both, { sid: session.sid, eio: 3 });
    await session.echoes("4polling goes on");
    await both.stop();
  });

  test("fault 11: a WebSocket dropped before the probe leaves polling untouched", async () => {
    const session = await open();
    await (await RawSocket.attempt(target, { sid: session.sid })).end();
    await session.echoes("4one");
  });

  test("fault 11: a WebSocket dropped between probe and upgrade leaves polling untouched", async () => {
    const session = await open();
    await (await probing(session)).end();
    await session.echoes("4one", "4two");
  });

  test("fault 11: a TCP connection dropped within the WebSocket handshake leaves polling untouched", async () => {
    const session = await open();
    const tcp = await RawTcp.open(target);
    tcp.write(upgradeRequest(target, `/engine.io/?EIO=4&transport=websocket&sid=${session.sid}`).slice(0, -2));
    tcp.destroy();
    await session.echoes("4one");
  });

  test("fault 11: a silent probe leaves polling untouched", async () => {
    const session = await open();
    const silent = await RawSocket.attempt(target, { sid: session.sid });
    await session.echoes("4one");
    await session.echoes("4two");
    await silent.end();
  });

  for (const packet of ["4hello", "3", "2", "6", "x", Buffer.from([1])]) {
    test(`a WebSocket which begins with ${JSON.stringify(packet)} is closed alone`, async () => {
      const session = await open();
      const socket = await RawSocket.attempt(target, { sid: session.sid });
      socket.send(packet);
      await socket.isClosed();
      // Nothing of it reached the session: the next echo is the first.
      await session.echoes("4polling goes on");
    });
  }

  test("fault 11: after a failed probe the session may still be upgraded", async () => {
    const session = await open();
    await (await probing(session)).end();
    // Until the server has noticed the end of the first probe, it refuses the second.
    let socket;
    for (let attempt = 0; !socket && attempt < 100; attempt++) socket = await probing(session).catch(() => undefined);
    socket.send("5", "4upgraded");
    await socket.expect("4upgraded");
    await socket.end();
  });

  test("a close packet by polling closes the probing WebSocket too", async () => {
    const session = await open();
    const socket = await probing(session);
    await session.post("1");
    await socket.isClosed();
    await session.isGone();
  });

  test("packets sent in a stream across the upgrade arrive in order", async () => {
    const session = await open();
    const expected = Array.from({ length: 300 }, (_, i) => `4${i}`);
    const fetched = [];
    await session.post(expected.slice(0, 100).join("\x1e"));
    fetched.push(...(await session.packets()));
    const socket = await probing(session);
    await session.post(expected.slice(100, 200).join("\x1e"));
    socket.send("5", ...expected.slice(200));
    while (fetched.length < 300) fetched.push(await socket.next());
    assert.deepEqual(fetched, expected);
    await socket.end();
  });
});
