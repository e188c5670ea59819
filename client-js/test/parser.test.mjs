import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./helpers.mjs";

const { Encoder, Decoder } = await load("parser.ts");
const { CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, isValid } = await load("packet.ts");

const encode = (type, nsp, data, id) => new Encoder().encode({ type, nsp, data, id });

const bytes = (...values) => new Uint8Array(values);
const placeholder = (num) => `{"_placeholder":true,"num":${num}}`;

function decode(...parts) {
  const decoder = new Decoder();
  const packets = [];
  decoder.on("decoded", (packet) => {
    if (!isValid(packet)) throw new Error("invalid packet");
    packets.push(packet);
  });
  parts.forEach((part, i) => {
    assert.equal(packets.length, 0, `complete before part ${i}`);
    decoder.add(typeof part === "string" ? part : part.buffer);
  });
  return packets[0];
}

const VECTORS = [
  ["40", { type: CONNECT, nsp: "/", data: undefined }],
  ['40{"sid":"a"}', { type: CONNECT, nsp: "/", data: { sid: "a" } }],
  ["40/custom,", { type: CONNECT, nsp: "/custom", data: undefined }],
  ['40/custom,{"sid":"a"}', { type: CONNECT, nsp: "/custom", data: { sid: "a" } }],
  ["41", { type: DISCONNECT, nsp: "/", data: undefined }],
  ["41/custom,", { type: DISCONNECT, nsp: "/custom", data: undefined }],
  ['42["ev",1]', { type: EVENT, nsp: "/", data: ["ev", 1] }],
  ['427["ev"]', { type: EVENT, nsp: "/", data: ["ev"], id: 7 }],
  ['42/custom,12["ev",{"a":[1]}]', { type: EVENT, nsp: "/custom", data: ["ev", { a: [1] }], id: 12 }],
  ["437[1]", { type: ACK, nsp: "/", data: [1], id: 7 }],
  ['43/custom,0["é €"]', { type: ACK, nsp: "/custom", data: ["é €"], id: 0 }],
  ['44{"message":"no"}', { type: CONNECT_ERROR, nsp: "/", data: { message: "no" } }],
];

for (const [wire, packet] of VECTORS) {
  test(`${wire} is encoded and decoded`, () => {
    assert.deepEqual(encode(packet.type, packet.nsp, packet.data, packet.id), [wire.slice(1)]);
    assert.deepEqual(decode(wire.slice(1)), packet);
  });
}

test("a namespace without a comma is decoded", () => {
  assert.deepEqual(decode("0/custom"), { type: CONNECT, nsp: "/custom", data: undefined });
});

test("binary values of every kind become attachments, in the order they are found", () => {
  const blob = new Blob([bytes(5)]);
  const values = [bytes(1), bytes(2).buffer, Buffer.from([3]), new DataView(bytes(4).buffer), blob];
  const [text, ...attachments] = encode(EVENT, "/", ["m", values[0], { deep: [values[1], values[2]] }, values[3], values[4]]);
  assert.equal(
    text,
    `55-["m",${placeholder(0)},{"deep":[${placeholder(1)},${placeholder(2)}]},${placeholder(3)},${placeholder(4)}]`,
  );
  attachments.forEach((attachment, i) => assert.equal(attachment, values[i]));
});

test("an acknowledgement with attachments has the type 6", () => {
  assert.equal(encode(ACK, "/x", [bytes(1)], 5)[0], `61-/x,5[${placeholder(0)}]`);
});

test("what toJSON returns is sent, binary values in it too", () => {
  const [text, ...attachments] = encode(EVENT, "/", ["m", { toJSON: () => ({ a: bytes(1) }) }, new Date(0)]);
  assert.equal(text, `51-["m",{"a":${placeholder(0)}},"1970-01-01T00:00:00.000Z"]`);
  assert.deepEqual(attachments, [bytes(1)]);
});

test("attachments are put in their places", () => {
  const packet = decode(`52-["m",${placeholder(1)},{"a":${placeholder(0)}}]`, bytes(1, 2), bytes(3));
  assert.deepEqual(packet, { type: EVENT, nsp: "/", data: ["m", bytes(3).buffer, { a: bytes(1, 2).buffer }] });
});

test("a placeholder in a packet without attachments is plain data", () => {
  assert.deepEqual(decode(`2["m",${placeholder(0)}]`).data, ["m", { _placeholder: true, num: 0 }]);
});

test("what JSON cannot hold throws", () => {
  const circular = [];
  circular.push(circular);
  assert.throws(() => encode(EVENT, "/", ["m", circular]), TypeError);
  assert.throws(() => encode(EVENT, "/", ["m", 1n]), TypeError);
});

for (const text of ["", "7", "x", "2{}", '2"a"', "2[]", "2[null]", '2["ev"', '2["connect"]', '2["disconnecting"]', "3{}", '5["e"]', '21-["e"]', "5a-[]"]) {
  test(`the packet ${JSON.stringify(text)} is refused`, () => {
    assert.throws(() => decode(text), /invalid packet|JSON/);
  });
}

test("an attachment without a packet is refused", () => {
  assert.throws(() => decode(bytes(1)), /invalid packet/);
});

test("a text between a packet and its attachments is refused", () => {
  assert.throws(() => decode(`51-["m",${placeholder(0)}]`, '2["ev"]'), /invalid packet/);
});

for (const num of [1, -1, '"0"', '"length"', "null"]) {
  test(`the placeholder number ${num} of one attachment is refused`, () => {
    assert.throws(() => decode(`51-["m",${placeholder(num)}]`, bytes(1)), /invalid packet/);
  });
}
