// The parser of `roomful-client/msgpack`.
import { assert } from "chai";
import * as parser from "../../dist/msgpack.js";
import { bytes, event } from "./kit.mjs";

export default function ({ test, overEachTransport, kind }) {
  overEachTransport("with the msgpack parser, values of every kind go both ways", async (t, options) => {
    const socket = t.connect(await t.sharedServer({ MSGPACK: "1" }), { ...options, parser });
    const numbers = [0, 1, 127, 128, 255, 256, 65535, 65536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER, -1, -32, -33, -128, -129, -32768, -32769, -(2 ** 31), -(2 ** 31) - 1, Number.MIN_SAFE_INTEGER, 1.5, -0.25];
    const texts = ["", "é€😀", "x".repeat(31), "x".repeat(32), "x".repeat(256), "x".repeat(70_000)];
    const lists = [[], [1, [2, [3]]], Array(20).fill(true), { a: { b: null, c: false } }, Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, i]))];
    assert.deepEqual(await socket.emitWithAck("echo", { numbers, texts, lists }), { numbers, texts, lists });
    const binary = [3, 300, 70_000].map((length) => new Uint8Array(length).fill(length));
    const back = await socket.emitWithAck("echo", [binary[0].buffer, binary[1], new Uint8Array(binary[2])]);
    assert.deepEqual(back.map(bytes), binary.map(bytes));
    assert.deepEqual(await socket.emitWithAck("echo", { gone: undefined, kept: 1 }), { kept: 1 });
  });

  test("with the msgpack parser, sockets join, are refused, answer and leave", async (t) => {
    const server = await t.sharedServer({ MSGPACK: "1" });
    const manager = t.manage(server, { parser });
    const [root, admin] = [manager.socket("/"), manager.socket("/admin", { auth: { token: "no" } })];
    const [error] = await event(admin, "connect_error");
    assert.deepEqual([error.message, error.data], ["unauthorized", { code: 401 }]);
    root.on("question", (n, ack) => ack(n + 1));
    const answer = event(root, "answer");
    root.emit("ask");
    assert.deepEqual(await answer, [42]);
    root.emit("kick");
    assert.equal((await event(root, "disconnect"))[0], "io server disconnect");
  });

  test("with the msgpack parser, values without a form there make emit throw", async (t) => {
    const socket = t.connect({ url: "http://127.0.0.1:1" }, { autoConnect: false, parser });
    for (const value of [1n, Symbol("s"), [() => {}], new Blob([])]) assert.throws(() => socket.emit("x", value), /no form in msgpack/);
  });

  if (kind === "npm") {
    test("with the msgpack parser, a Date stays one", async (t) => {
      const socket = t.connect(await t.sharedServer({ MSGPACK: "1" }), { parser });
      for (const date of [new Date(0), new Date(), new Date(-1e12)]) {
        const back = await socket.emitWithAck("echo", date);
        assert.deepEqual([back instanceof Date, +back], [true, +date]);
      }
    });
  }
}
