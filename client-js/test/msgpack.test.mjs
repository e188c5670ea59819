// The msgpack parser beside the npm package whose wire it speaks.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { io as officialIo } from "socket.io-client";
import theirs from "socket.io-msgpack-parser";
import * as ours from "../dist/msgpack.js";
import { connect, startServer } from "./helpers.mjs";

const require = createRequire(import.meta.url);

const VALUES = {
  "small and large integers": [0, 1, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, -1, -32, -33, -128, -129, -32_768, -32_769, -(2 ** 31)],
  "other numbers": [1.5, -0.1, NaN, Infinity, -Infinity],
  "constants": [null, true, false, undefined],
  "texts": ["", "é€😀", "x".repeat(31), "x".repeat(32), "x".repeat(255), "x".repeat(256), "x".repeat(65_536)],
  "lists": [[], Array(15).fill(1), Array(16).fill(1), Array(65_536).fill(0)],
  "objects": [{}, { a: { b: [1] } }, Object.fromEntries(Array.from({ length: 16 }, (_, i) => [i, i])), { toJSON: () => ({ json: true }) }],
  "binary": [Buffer.alloc(0), Buffer.alloc(255, 1), Buffer.alloc(256, 2), Buffer.alloc(65_536, 3)],
  "dates": [new Date(0), new Date(1.7e12), new Date(-1)],
};

/** The packets that a parser's decoder makes of messages. */
function decode({ Decoder }, ...messages) {
  const packets = [];
  const decoder = new Decoder();
  decoder.on("decoded", (packet) => packets.push(packet));
  for (const message of messages) decoder.add(message);
  decoder.destroy();
  return packets;
}

/** As compared: binary as what Node calls it. */
function comparable(value) {
  if (value instanceof ArrayBuffer) return Buffer.from(value);
  if (value === null || typeof value !== "object" || value instanceof Date || Buffer.isBuffer(value)) return value;
  if (Array.isArray(value)) return value.map(comparable);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, comparable(member)]));
}

for (const [what, values] of Object.entries(VALUES)) {
  test(`${what} are encoded as socket.io-msgpack-parser does, and decoded`, () => {
    for (const value of values) {
      const packet = { type: 2, data: ["ev", value], nsp: "/", id: 1 };
      const [mine] = new ours.Encoder().encode(packet);
      const [other] = new theirs.Encoder().encode(packet);
      assert.deepEqual(Buffer.from(mine), Buffer.from(other));
      assert.deepEqual(comparable(decode(ours, other)), comparable(decode(theirs, Buffer.from(mine))));
    }
  });
}

test("large integers and timestamps of other encoders are understood", () => {
  const large = [2 ** 32, Number.MAX_SAFE_INTEGER, -(2 ** 31) - 1, Number.MIN_SAFE_INTEGER];
  for (const value of large) {
    const packet = { type: 2, data: ["ev", value], nsp: "/" };
    assert.deepEqual(decode(ours, new ours.Encoder().encode(packet)[0]), [packet]);
    assert.deepEqual(decode(theirs, Buffer.from(new ours.Encoder().encode(packet)[0])), [packet]);
    assert.deepEqual(decode(ours, new theirs.Encoder().encode(packet)[0]), [packet]);
  }
  const event = (...tail) => Buffer.from([0x83, 0xa4, ...Buffer.from("type"), 2, 0xa3, ...Buffer.from("nsp"), 0xa1, 0x2f, 0xa4, ...Buffer.from("data"), 0x92, 0xa1, 0x78, ...tail]);
  assert.equal(+decode(ours, event(0xd6, 0xff, 0, 0, 0, 1))[0].data[1], 1000);
  // 0.5 s after the second 1: nanoseconds in the upper 30 bits.
  assert.equal(+decode(ours, event(0xd7, 0xff, 0x77, 0x35, 0x94, 0, 0, 0, 0, 1))[0].data[1], 1500);
});

test("messages that are no packet are refused, however they are cut or made up", () => {
  const [whole] = new ours.Encoder().encode({ type: 2, data: ["ev", { a: ["x", new Uint8Array(3), 1.5] }], nsp: "/" });
  for (let length = 0; length < whole.byteLength; length++) assert.throws(() => decode(ours, whole.slice(0, length)), `${length} bytes`);
  const bad = {
    "trailing bytes": Buffer.concat([Buffer.from(whole), Buffer.from([1])]),
    "a code that is none": Buffer.from([0xc1]),
    "a list of four billion items": Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff]),
    "lists too deep": Buffer.alloc(1_000_000, 0x91),
    "no map": Buffer.from([0x01]),
    "no namespace": new ours.Encoder().encode({ type: 2, data: [] })[0],
    "an unknown type": new ours.Encoder().encode({ type: 5, data: [], nsp: "/" })[0],
  };
  for (const [what, message] of Object.entries(bad)) assert.throws(() => decode(ours, message), Error, `${what} is accepted`);
  assert.throws(() => decode(ours, "2[]"), /does the server use msgpack/);
});

test("a key __proto__ becomes a plain member", () => {
  const message = new theirs.Encoder().encode({ type: 2, nsp: "/", data: [JSON.parse('{"__proto__":{"polluted":1}}')] })[0];
  const [{ data }] = decode(ours, message);
  assert.equal(data[0].polluted, undefined);
  assert.ok(Object.hasOwn(data[0], "__proto__"));
});

test("where it is required, the module is a parser too", () => {
  const required = require("../dist/msgpack.cjs");
  assert.deepEqual([typeof required.Encoder, typeof required.Decoder], ["function", "function"]);
});

test("the official client works with this parser", async (t) => {
  const server = await startServer(t, { parser: theirs });
  server.io.on("connection", (socket) => socket.on("echo", (data, ack) => ack(data)));
  const socket = officialIo(server.url, { parser: ours, forceNew: true });
  t.after(() => socket.disconnect());
  assert.deepEqual(await socket.emitWithAck("echo", { a: [1, "x"] }), { a: [1, "x"] });
});

test("other parsers for the official client work with this one, and their errors end the connection", async (t) => {
  const server = await startServer(t);
  server.io.on("connection", (socket) => socket.on("echo", (data, ack) => ack(data)));
  const { Encoder, Decoder } = require("socket.io-parser");
  let destroyed = 0;
  class Strict extends Decoder {
    add(message) {
      if (message.includes?.("forbidden")) throw new Error("forbidden");
      super.add(message);
    }
    destroy() {
      destroyed++;
      super.destroy();
    }
  }
  const socket = connect(t, server.url, { parser: { Encoder, Decoder: Strict }, transports: ["websocket"] });
  assert.equal(await socket.emitWithAck("echo", "allowed"), "allowed");
  const reason = new Promise((resolve) => socket.once("disconnect", (...args) => resolve(args)));
  socket.emit("echo", "forbidden", () => {});
  const [why, error] = await reason;
  assert.deepEqual([why, error.message, destroyed], ["parse error", "forbidden", 1]);
});
