// The official client with the msgpack parser, and what only that parser can say.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { io } from "socket.io-client";
import msgpack from "socket.io-msgpack-parser";
import { CALM, startTarget, unlessReference } from "./lib/target.mjs";
import { play, SCENARIOS } from "./scenarios/index.mjs";
import { ask, heard, next, until, World } from "./scenarios/kit.mjs";

// The client's own msgpack codec garbles 1e300 and half an emoji before anything is sent.
const GARBLED = /brings back any JSON|half an emoji/;

describe("the official client with the msgpack parser", () => {
  let target;
  before(async () => (target = await startTarget("clients", { MSGPACK: "1" })));
  after(() => target.stop());

  for (const mode of ["polling", "websocket"]) {
    for (const sentence of Object.keys(SCENARIOS.clients).filter((it) => !GARBLED.test(it))) {
      test(`over ${mode}: ${sentence}`, () =>
        play("clients", sentence, { io, url: target.url, mode, options: { parser: msgpack }, restart: () => target.restart() }));
    }
  }
});

describe("with the msgpack parser", () => {
  let target;
  const worlds = [];
  const join = (mode, options) => {
    const world = new World({ io, url: target.url, mode, options: { parser: msgpack, ...options } });
    worlds.push(world);
    return world.connect();
  };
  before(async () => (target = await startTarget("clients", { MSGPACK: "1", ...CALM })));
  after(async () => {
    worlds.forEach((world) => world.close());
    await target.stop();
  });

  for (const mode of ["polling", "websocket"]) {
    test(`over ${mode}: binary values of every kind come back`, async () => {
      const socket = await join(mode);
      const [buffer, { nested }, view] = await ask(socket, "echo", Buffer.from([1, 2]), { nested: [Buffer.alloc(300, 7)] }, new Uint8Array([3, 4]));
      assert.deepEqual(Buffer.from(buffer), Buffer.from([1, 2]));
      assert.deepEqual(Buffer.from(nested[0]), Buffer.alloc(300, 7));
      assert.deepEqual(Buffer.from(view), Buffer.from([3, 4]));
    });

    test(`over ${mode}: undefined arguments come back as null`, unlessReference("it keeps them undefined"), async () => {
      const socket = await join(mode);
      assert.deepEqual(await ask(socket, "echo", undefined, { a: undefined, b: 1 }), [null, { b: 1 }]);
    });

    test(`over ${mode}: a date comes back as its ISO text`, unlessReference("it keeps dates"), async () => {
      const socket = await join(mode);
      assert.deepEqual(await ask(socket, "echo", new Date(1600000000123)), ["2020-09-13T12:26:40.123Z"]);
    });
  }

  test("a client with the default parser is closed", async () => {
    const world = new World({ io, url: target.url, mode: "websocket", options: {} });
    worlds.push(world);
    const socket = world.open();
    await next(socket.io, "close");
    assert.equal(socket.connected, false);
  });

  test("an event with a reserved name closes the connection", unlessReference("it has no check"), async () => {
    const socket = await join("websocket");
    const gone = next(socket, "disconnect");
    socket.io._packet({ type: 2, data: ["disconnect"], nsp: "/", options: {} });
    assert.deepEqual((await gone)[0], "transport close");
  });
});

describe("with the msgpack parser and connection state recovery", () => {
  let target;
  before(async () => (target = await startTarget("clients", { MSGPACK: "1", RECOVERY: "1", ...CALM })));
  after(() => target.stop());

  for (const mode of ["polling", "websocket"]) {
    test(`over ${mode}: a client whose connection broke is recovered with what it missed`, async (t) => {
      const world = new World({ io, url: target.url, mode, options: { parser: msgpack } });
      t.after(() => world.close());
      const [socket, speaker] = await Promise.all([world.connect("/", { reconnectionDelay: 50 }), world.connect()]);
      await ask(socket, "join", mode);
      const rooms = heard(socket, "room");
      speaker.emit("room", mode, "before");
      await until(() => rooms.length === 1, "the first event");

      const { id } = socket;
      const gone = next(socket, "disconnect");
      socket.io.engine.close();
      await gone;
      speaker.emit("room", mode, Buffer.from([1, 2, 3]));
      await ask(speaker, "echo");
      socket.io.reconnection(true);
      const back = next(socket, "connect");
      socket.connect();
      await back;

      assert.equal(socket.recovered, true);
      assert.equal(socket.id, id);
      await until(() => rooms.length === 2, "what it missed");
      assert.deepEqual(Buffer.from(rooms[1]), Buffer.from([1, 2, 3]));
    });
  }
});
