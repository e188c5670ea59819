// `target client`, which the official client's own tests talk to: each of its events, by socket.io-client.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { io } from "socket.io-client";
import { request } from "./lib/http.mjs";
import { startTarget } from "./lib/target.mjs";
import { ask, connected, heard, MODES, next, refused } from "./scenarios/kit.mjs";

const BINARY = Buffer.from("asdfasdf");
const LETTER = { hello: "lol", message: BINARY, goodbye: "gotcha" };
const TEXTS = ["てすと", "Я Б Г Д Ж Й", "Ä ä Ü ü ß", "utf8 — string", "utf8 — string"];
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe("the server of the official client's tests", () => {
  let target;
  const managers = [];
  before(async () => (target = await startTarget("client")));
  afterEach(() => managers.splice(0).forEach((manager) => manager.engine?.close()));
  after(() => target.stop());

  const open = (nsp = "/", { mode = "websocket", ...options } = {}) => {
    const manager = new io.Manager(target.url, { transports: MODES[mode], reconnection: false, ...options });
    managers.push(manager);
    return manager.socket(nsp, { auth: options.auth });
  };
  const connect = (nsp, options) => connected(open(nsp, options));

  /** The arguments of `event`, without the offset that recovery puts behind them. */
  const hears = async (socket, event, ...emitted) => {
    const back = next(socket, event);
    for (const args of emitted) socket.emit(...args);
    return (await back).slice(0, -1);
  };

  for (const nsp of ["/", "/timeout_socket", "/valid", "/asd", "/foo", "/abc"]) {
    test(`${nsp} takes whoever comes`, async () => assert.ok((await connect(nsp)).connected));
  }

  test("/no and a query with fail are refused, each with its message", async () => {
    assert.equal((await refused(open("/no"))).message, "Auth failed (custom namespace)");
    assert.equal((await refused(open("/", { query: { fail: "true" } }))).message, "Auth failed (main namespace)");
    await connect("/", { query: { fail: "" } });
  });

  test("a client learns its id in / and in /foo", async () => {
    for (const nsp of ["/", "/foo"]) {
      const socket = await connect(nsp);
      assert.deepEqual(await ask(socket, "getId"), [socket.id]);
    }
  });

  const EMITS = [
    ["hi", [["hi"]], []],
    ["got it", [["ack"]], []],
    ["takeUtf8", [["getUtf8"]], [TEXTS[0]]],
    ["false", [["false"]], [false]],
    ["doge", [["doge"]], [BINARY]],
    ["takebin", [["getbin"]], [BINARY]],
    ["buffack", [["buffa", BINARY]], []],
    ["jsonbuff-ack", [["jsonbuff", LETTER]], []],
    ["abuff2-ack", [["abuff1", BINARY], ["abuff2", "please arrive second"]], []],
    ["back", [["blob", BINARY]], []],
    ["jsonblob-ack", [["jsonblob", LETTER]], []],
    ["blob3-ack", [["blob1", BINARY], ["blob2", "second"], ["blob3", BINARY]], []],
  ];
  for (const [event, emitted, args] of EMITS) {
    const names = emitted.map(([name]) => name).join(", ");
    test(`${names} is answered by ${event}`, async () => {
      const socket = await connect();
      socket.on("ack", (ack) => ack(5, { test: true }));
      assert.deepEqual(await hears(socket, event, ...emitted), args);
    });
  }

  test("what is no binary, or comes in another order, is not answered", async () => {
    const socket = await connect();
    const answers = [];
    socket.onAny((event) => answers.push(event));
    socket.emit("buffa", "text");
    socket.emit("jsonbuff", { ...LETTER, message: "text" });
    socket.emit("abuff2", "first");
    socket.emit("blob3", BINARY);
    socket.emit("blob1", "text");
    await ask(socket, "getId");
    assert.deepEqual(answers, []);
  });

  test("an ack with other values is not good enough", async () => {
    const socket = await connect();
    const answers = heard(socket, "got it");
    for (const values of [[4, { test: true }], [5, {}], [5, null]]) {
      const asked = new Promise((resolve) => socket.once("ack", (ack) => resolve(ack(...values))));
      socket.emit("ack");
      await asked;
    }
    await ask(socket, "getId");
    assert.deepEqual(answers, []);
  });

  test("the five texts come in order", async () => {
    const socket = await connect();
    const texts = heard(socket, "takeUtf8");
    socket.emit("getUtf8");
    await ask(socket, "getId");
    assert.deepEqual(texts, TEXTS);
  });

  test("echo acknowledges its first argument, whatever it is", async () => {
    const socket = await connect();
    for (const value of [1, "text", null, { a: [BINARY] }, BINARY]) {
      assert.deepEqual(await ask(socket, "echo", value), [value]);
    }
  });

  test("dates come as ISO text of this moment", async () => {
    const socket = await connect();
    const dates = await ask(socket, "getAckDate", { test: true });
    dates.push((await hears(socket, "takeDate", ["getDate"]))[0]);
    dates.push((await hears(socket, "takeDateObj", ["getDateObj"]))[0].date);
    for (const date of dates) {
      assert.match(date, DATE);
      assert.ok(Math.abs(Date.now() - new Date(date)) < 10_000, date);
    }
  });

  for (const mode of Object.keys(MODES)) {
    test(`over ${mode} the handshake is what the client has sent`, async () => {
      const options = { mode, query: { a: "b c", "ü": "é" }, auth: { token: [1] }, extraHeaders: { "X-Own": "yes" } };
      const [handshake] = await ask(await connect("/", options), "getHandshake");
      const { a, ü, EIO } = handshake.query;
      assert.deepEqual({ a, ü, EIO }, { a: "b c", ü: "é", EIO: "4" });
      assert.deepEqual(handshake.auth, { token: [1] });
      assert.equal(handshake.headers["x-own"], "yes");
      assert.deepEqual([handshake.xdomain, handshake.secure, handshake.address], [false, false, "127.0.0.1"]);
      assert.ok(Math.abs(Date.now() - handshake.issued) < 10_000);
      assert.ok(Math.abs(Date.now() - new Date(handshake.time)) < 10_000);
      assert.match(handshake.url, /^\/socket\.io\/\?.*EIO=4/);
    });
  }

  test("/abc tells the handshake at once, and without an auth payload it is an empty object", async () => {
    const socket = open("/abc");
    const [handshake] = await hears(socket, "handshake");
    assert.deepEqual(handshake.auth, {});
  });

  test("a handshake is answered after 10 ms", async () => {
    const begin = performance.now();
    const { status } = await request(target, "/socket.io/?EIO=4&transport=polling");
    assert.equal(status, 200);
    assert.ok(performance.now() - begin >= 10);
  });

  test("a client whose connection is cut gets its session back", async () => {
    const socket = await connect();
    const { id } = socket;
    await hears(socket, "hi", ["hi"]);
    const gone = next(socket, "disconnect");
    socket.io.engine.close();
    await gone;
    socket.connect();
    await connected(socket);
    assert.deepEqual([socket.recovered, socket.id], [true, id]);
  });
});
