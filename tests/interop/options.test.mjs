// What the environment of `target clients` switches on: connection state recovery.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { io } from "socket.io-client";
import { startTarget } from "./lib/target.mjs";
import { MODES } from "./scenarios/index.mjs";
import { ask, heard, next, until, World } from "./scenarios/kit.mjs";

describe("with connection state recovery", () => {
  let target;
  before(async () => (target = await startTarget("clients", { RECOVERY: "1" })));
  after(() => target.stop());

  const PERSISTENT = { reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 200 };

  for (const mode of Object.keys(MODES)) {
    test(`over ${mode}: a client whose connection broke is recovered with its id, rooms and missed events`, async () => {
      const world = new World({ io, url: target.url, mode });
      const [socket, speaker] = await Promise.all([world.connect("/", PERSISTENT), world.connect()]);
      await ask(socket, "join", "recovery");
      const rooms = heard(socket, "room");
      // The first event brings the offset without which the client cannot ask for recovery.
      speaker.emit("room", "recovery", "before");
      await until(() => rooms.length === 1, "the first event");

      const { id } = socket;
      assert.equal(socket.recovered, false);
      const gone = next(socket, "disconnect");
      socket.io.reconnection(false);
      socket.io.engine.close();
      await gone;
      for (const i of [1, 2, 3]) speaker.emit("room", "recovery", `missed ${i}`);
      await ask(speaker, "echo");
      const back = next(socket, "connect");
      socket.io.reconnection(true);
      socket.connect();
      await back;

      assert.equal(socket.recovered, true);
      assert.equal(socket.id, id);
      speaker.emit("room", "recovery", "after");
      await until(() => rooms.includes("after"), "the last event");
      assert.deepEqual(rooms, ["before", "missed 1", "missed 2", "missed 3", "after"]);
      world.close();
    });
  }

  test("a client that left of its own will is not recovered", async () => {
    const world = new World({ io, url: target.url, mode: "websocket" });
    const socket = await world.connect();
    const echo = next(socket, "echo");
    socket.emit("echo", "gives an offset");
    await echo;
    const { id } = socket;
    socket.disconnect();
    const back = next(socket, "connect");
    socket.connect();
    await back;
    assert.equal(socket.recovered, false);
    assert.notEqual(socket.id, id);
    world.close();
  });

  test("an unknown recovery id opens a new session", async () => {
    const world = new World({ io, url: target.url, mode: "websocket" });
    const socket = await world.connect("/", { auth: { pid: "unknown", offset: "unknown" } });
    assert.equal(socket.recovered, false);
    assert.deepEqual(await ask(socket, "echo", 1), [1]);
    world.close();
  });
});
