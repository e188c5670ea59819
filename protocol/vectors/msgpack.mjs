// Writes msgpack.json with the npm package's own encoder: `node protocol/vectors/msgpack.mjs`, after `npm ci` in
// tests/interop.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../tests/interop/package.json", import.meta.url));
const { Decoder, Encoder } = require("socket.io-msgpack-parser");

const encode = (packet) => Buffer.from(new Encoder().encode(packet)[0]);
const options = { compress: true };
const binary = (...bytes) => ({ $binary: Buffer.from(bytes).toString("base64") });
const nested = (depth) => Buffer.concat([Buffer.from("83a47479706502a36e7370a12fa46461746192a16d", "hex"), Buffer.alloc(depth, 0x91), Buffer.from([0xc0])]);
const event = (...data) => ({ type: 2, data, options, nsp: "/" });
const heard = (...args) => ({ type: "event", namespace: "/", name: "m", args });

// From a client: what it writes, and what that means.
const client = [
  ["a client joins the main namespace", { type: 0, data: undefined, nsp: "/" }, { type: "connect", namespace: "/" }],
  ["a client joins with a payload", { type: 0, data: { token: "x" }, nsp: "/" }, { type: "connect", namespace: "/", auth: { token: "x" } }],
  ["a client joins another namespace", { type: 0, data: {}, nsp: "/custom" }, { type: "connect", namespace: "/custom", auth: {} }],
  ["a payload may be left out", { type: 0, nsp: "/" }, { type: "connect", namespace: "/" }],
  ["a client leaves a namespace", { type: 1, nsp: "/custom" }, { type: "disconnect", namespace: "/custom" }],
  ["an event without arguments", event("m"), heard()],
  ["keys of a packet may come in any order", { nsp: "/", data: ["m", 1], type: 2 }, heard(1)],
  ["the last of equal keys counts", Buffer.from("84a47479706502a36e7370a12fa464617461c0a46461746191a16d", "hex"), heard()],
  ["an event with an id", { ...event("m", 1), id: 7 }, { ...heard(1), id: 7 }],
  ["an id of 32 bits", { ...event("m"), id: 4294967295 }, { ...heard(), id: 4294967295 }],
  ["values of every kind", event("m", 1, "two", null, true, false, [[]], { a: { b: {} } }), heard(1, "two", null, true, false, [[]], { a: { b: {} } })],
  ["undefined is null among values, and left out of objects", event("m", undefined, { a: undefined, b: 1, c: undefined }), heard(null, { b: 1 })],
  ["integers of every size", event("m", 127, 128, 255, 256, 65535, 65536, 2 ** 32 - 1, 2 ** 32, 2 ** 53, -32, -33, -128, -129, -32768, -32769, -(2 ** 31), -(2 ** 31) - 1, -(2 ** 53)), heard(127, 128, 255, 256, 65535, 65536, 2 ** 32 - 1, 2 ** 32, 2 ** 53, -32, -33, -128, -129, -32768, -32769, -(2 ** 31), -(2 ** 31) - 1, -(2 ** 53))],
  ["fractions", event("m", 1.5, -0.1, 5e-324, 1e-300), heard(1.5, -0.1, 5e-324, 1e-300)],
  ["what JSON cannot say of numbers is null", event("m", NaN, Infinity, -Infinity), heard(null, null, null)],
  ["a double without a fraction is an integer", Buffer.from("83a47479706502a36e7370a12fa46461746193a16dcb4008000000000000ca40400000", "hex"), heard(3, 3)],
  ["texts of every length", event("m", "", "x".repeat(31), "x".repeat(32), "x".repeat(255), "x".repeat(256), "€".repeat(70)), heard("", "x".repeat(31), "x".repeat(32), "x".repeat(255), "x".repeat(256), "€".repeat(70))],
  ["texts with what JSON escapes", event("m", 'a"b\\c\n\u0000\u2028', "é€😀", { 'k"\n': 1 }), heard('a"b\\c\n\u0000\u2028', "é€😀", { 'k"\n': 1 })],
  ["text that is no UTF-8 has replacement characters", Buffer.from("83a47479706502a36e7370a12fa46461746192a16da361ff62", "hex"), heard("a\ufffdb")],
  ["lists of every length", event("m", Array(15).fill(0), Array(16).fill(0)), heard(Array(15).fill(0), Array(16).fill(0))],
  ["a large map", event("m", Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, i]))), heard(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, i])))],
  ["keys that are numbers become strings", Buffer.from("83a47479706502a36e7370a12fa46461746192a16d8201c0ffc0", "hex"), heard({ 1: null, "-1": null })],
  ["a buffer", event("m", Buffer.from([1, 2, 3])), heard(binary(1, 2, 3))],
  ["an empty buffer", event("m", Buffer.alloc(0)), heard(binary())],
  ["buffers at any depth", event("m", { a: [Buffer.from([1])] }, Buffer.alloc(300, 7)), heard({ a: [binary(1)] }, binary(...Buffer.alloc(300, 7)))],
  ["views and array buffers", event("m", new Uint8Array([4, 5]), new Uint8Array(8).buffer, new Uint8Array(1).buffer), heard(binary(4, 5), binary(0, 0, 0, 0, 0, 0, 0, 0), binary(0))],
  ["a date is its ISO text", event("m", new Date(1600000000123), { at: new Date(-1) }), heard("2020-09-13T12:26:40.123Z", { at: "1969-12-31T23:59:59.999Z" })],
  ["a date that is none is null", Buffer.from("83a47479706502a36e7370a12fa46461746192a16dd7007fffffffffffffff", "hex"), heard(null)],
  ["timestamps of MessagePack are dates", Buffer.from("83a47479706502a36e7370a12fa46461746194a16dd6ff5f5e1000d7ff1d5353005f5e1000c70cff0754d4c0ffffffffffffffff", "hex"), heard("2020-09-13T12:26:40.000Z", "2020-09-13T12:26:40.123Z", "1969-12-31T23:59:59.123Z")],
  ["another extension is its type and its data", Buffer.from("83a47479706502a36e7370a12fa46461746192a16dd50501ff", "hex"), heard([5, binary(1, 255)])],
  ["an object that looks like a placeholder, without attachments", event("m", { _placeholder: true, num: 7 }), heard({ _placeholder: true, num: 7 })],
  ["the name of an event may be a number", event(1, 2), { type: "event", namespace: "/", name: "1", args: [2] }],
  ["names that are not reserved", event("connection"), { type: "event", namespace: "/", name: "connection", args: [] }],
  ["an acknowledgement", { type: 3, id: 5, data: [1, Buffer.from([9])], nsp: "/custom" }, { type: "ack", namespace: "/custom", id: 5, args: [1, binary(9)] }],
  ["an acknowledgement without an id means nothing", { type: 3, data: [1], nsp: "/" }, null],
];

// What a client must not send. The reference refuses all but those marked "beyond the reference".
const refused = [
  ["no packet at all", Buffer.alloc(0)],
  ["a packet that is no map", Buffer.from("93020102", "hex")],
  ["text in JSON", Buffer.from('2["m"]')],
  ["an unknown type", { type: 5, data: ["m"], nsp: "/" }],
  ["a type that is no integer", { type: "2", data: ["m"], nsp: "/" }],
  ["a negative type", { type: -1, data: ["m"], nsp: "/" }],
  ["no type", { data: ["m"], nsp: "/" }],
  ["no namespace", { type: 2, data: ["m"] }],
  ["a namespace that is no string", { type: 2, data: ["m"], nsp: 1 }],
  ["a payload of CONNECT that is a list", { type: 0, data: [], nsp: "/" }],
  ["a payload of CONNECT that is a string", { type: 0, data: "x", nsp: "/" }],
  ["a payload of DISCONNECT", { type: 1, data: {}, nsp: "/" }],
  ["an event whose payload is an object", { type: 2, data: {}, nsp: "/" }],
  ["an event without a payload", { type: 2, nsp: "/" }],
  ["an id that is a string", { ...event("m"), id: "1" }],
  ["an id that is a fraction", { ...event("m"), id: 1.5 }],
  ["an acknowledgement whose payload is no list", { type: 3, id: 1, data: {}, nsp: "/" }],
  ["bytes behind the packet", Buffer.concat([encode(event("m")), Buffer.from([0])])],
  ["a byte that begins nothing", Buffer.from("83a47479706502a36e7370a12fa46461746192a16dc1", "hex")],
  ["a packet that ends too early", encode(event("m", "abc")).subarray(0, -4)],
  ["a binary value that ends too early", Buffer.from("83a47479706502a36e7370a12fa46461746192a16dc6ffffffff00", "hex")],
  ["a list that says to be huge", Buffer.from("83a47479706502a36e7370a12fa46461746192a16dddffffffff", "hex")],
  ["a map that says to be huge", Buffer.from("83a47479706502a36e7370a12fa46461746192a16ddfffffffffc0", "hex")],
  ["an extension that ends too early", Buffer.from("83a47479706502a36e7370a12fa46461746192a16dd80100", "hex")],
  ["a hundred thousand levels", nested(100_000)],
];
const beyond = [
  ["an event without a name", event()],
  ["an event whose name is no name", event(null)],
  ["an event with a reserved name", event("disconnect")],
  ["a refusal from a client", { type: 4, data: { message: "no" }, nsp: "/" }],
  ["a namespace without its slash", { type: 0, data: {}, nsp: "custom" }],
  ["a negative id", { ...event("m"), id: -1 }],
  ["more than a thousand levels", nested(1001)],
  ["a map in the place of a key", Buffer.from("83a47479706502a36e7370a12fa46461746192a16d8180c0", "hex")],
  ["more binary values than attachments are allowed", event("m", ...Array.from({ length: 11 }, () => Buffer.alloc(1)))],
  ["an object that looks like a placeholder, beside an attachment", event("m", { _placeholder: true, num: 1 }, Buffer.alloc(1))],
  ["a binary value in a payload of CONNECT", { type: 0, data: { token: Buffer.alloc(1) }, nsp: "/" }],
];

// From the server: what it means, and how the reference writes it.
const server = [
  ["the server says that a client has joined a session it can recover", { type: 0, data: { sid: "abc", pid: "xyz" }, nsp: "/" }, { type: "connected", namespace: "/", sid: "abc", pid: "xyz" }],
  ["the server emits with an offset", { type: 2, data: ["m", 1, "Q84hvTU"], nsp: "/" }, { ...heard(1), offset: "Q84hvTU" }],
  ["the server refuses a client", { type: 4, data: { message: "nope" }, nsp: "/no" }, { type: "refused", namespace: "/no", message: "nope" }],
  ["the server refuses a client with data", { type: 4, data: { message: "nope", data: { code: 1 } }, nsp: "/" }, { type: "refused", namespace: "/", message: "nope", data: { code: 1 } }],
  ["the server makes a client leave", { type: 1, nsp: "/" }, { type: "disconnect", namespace: "/" }],
  ["the server emits", { type: 2, data: ["m", 1, "€", null, { a: [true, -5, 1.5] }], nsp: "/" }, heard(1, "€", null, { a: [true, -5, 1.5] })],
  ["the server emits nothing but a name", { type: 2, data: ["m"], nsp: "/custom" }, { type: "event", namespace: "/custom", name: "m", args: [] }],
  ["the server asks for an acknowledgement", { type: 2, data: ["m"], id: 300, nsp: "/" }, { ...heard(), id: 300 }],
  ["the server emits binary values", { type: 2, data: ["m", { a: Buffer.from([1, 2]) }, Buffer.alloc(300, 7), []], nsp: "/" }, heard({ a: binary(1, 2) }, binary(...Buffer.alloc(300, 7)), [])],
  ["the server emits what is long", { type: 2, data: ["m", "x".repeat(300), Array(300).fill(7)], nsp: "/" }, heard("x".repeat(300), Array(300).fill(7))],
  ["the server emits integers of every size", { type: 2, data: ["m", 127, 128, 256, 65536, 2 ** 32, -32, -33, -129, -32769, -(2 ** 31) - 1], nsp: "/" }, heard(127, 128, 256, 65536, 2 ** 32, -32, -33, -129, -32769, -(2 ** 31) - 1)],
  ["the server emits texts that JSON escapes", { type: 2, data: ["m", 'a"b\\c\n\u0000', { 'k"\n': "\t" }], nsp: "/" }, heard('a"b\\c\n\u0000', { 'k"\n': "\t" })],
  ["the server acknowledges", { id: 5, type: 3, data: [1, Buffer.from([9])], nsp: "/" }, { type: "ack", namespace: "/", id: 5, args: [1, binary(9)] }],
  ["the server acknowledges with nothing", { id: 0, type: 3, data: [], nsp: "/" }, { type: "ack", namespace: "/", id: 0, args: [] }],
];

const bytes = (value) => (Buffer.isBuffer(value) ? value : encode(value));
const isRefused = (message) => {
  try {
    new Decoder().add(message);
    return false;
  } catch {
    return true;
  }
};
for (const [name, value] of [...client, ...beyond]) if (isRefused(bytes(value))) throw new Error(`the reference refuses: ${name}`);
for (const [name, value] of refused) if (!isRefused(bytes(value))) throw new Error(`the reference takes: ${name}`);

const vector = (from) => ([name, value, packet]) => ({ name, from, hex: bytes(value).toString("hex"), ...(from === "client" && packet === undefined ? { error: true } : { packet }) });
// What is nothing but the same byte many times would fill the file.
const all = [...[...client, ...refused, ...beyond].map(vector("client")), ...server.map(vector("server"))];
const short = all.map(({ hex, ...rest }) => ({ ...rest, hex: hex.replace(/(..)\1{99,}/g, (run, byte) => `(${byte}*${run.length / 2})`) }));
writeFileSync(new URL("msgpack.json", import.meta.url), `[\n${short.map((one) => `  ${JSON.stringify(one)}`).join(",\n")}\n]\n`);
