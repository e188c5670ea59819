// Acks both ways, binary both ways, text of every sort.
import { ask, bytes, fence, heard, next, same } from "./kit.mjs";

/** An echoed lone surrogate: JavaScript keeps it; who has only real Unicode puts U+FFFD. Both are fine. */
const lenient = (text) => text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");

const TEXTS = {
  "letters of many scripts": "Ä ä ß Я Б てすと 你好 שלום ﷽",
  "emoji beyond the basic plane": "👩‍👩‍👧‍👦 𝒳 🇪🇺",
  "control characters and separators": "\u0000\u0001\b\t\n\r\u001e\u2028\u2029\ufeff",
  "quotes, backslashes and markup": `"'\\/<script>&amp;`,
};

const answers = (socket, x) => socket.on("question", (question, ack) => ack(typeof x === "function" ? x(question) : x));

const texts = Object.entries(TEXTS).map(([what, text]) => [
  `${what} come back unchanged`,
  async (world) => {
    const socket = await world.connect();
    same(await ask(socket, "echo", text, { [text]: text }), [text, { [text]: text }], "echo");
  },
]);

export default {
  "an ack brings back any JSON": async (world) => {
    const socket = await world.connect();
    const args = [0, -1.5, 2 ** 53 - 1, 1e300, true, false, null, "", [], {}, { a: [{ b: [[]] }] }];
    same(await ask(socket, "echo", ...args), args, "ack");
  },

  "an event without ack is answered by an event": async (world) => {
    const socket = await world.connect();
    const back = next(socket, "echo");
    socket.emit("echo", "one", 2);
    same(await back, ["one", 2], "echo");
  },

  "an event without arguments is an event": async (world) => {
    const socket = await world.connect();
    same(await ask(socket, "echo"), [], "ack");
  },

  "the server asks and hears the client's ack": async (world) => {
    const socket = await world.connect();
    answers(socket, (x) => x + 1);
    const answer = next(socket, "answer");
    socket.emit("ask");
    same(await answer, [42], "answer");
  },

  "a client's ack may carry binary": async (world) => {
    const socket = await world.connect();
    const reply = { list: [bytes(3), { deep: bytes(4, 9) }] };
    answers(socket, reply);
    const answer = next(socket, "answer");
    socket.emit("ask");
    same(await answer, [reply], "answer");
  },

  "a thousand acks under way find each its own event, in order": async (world) => {
    const socket = await world.connect();
    const order = [];
    const all = Array.from({ length: 1000 }, async (_, i) => {
      same(await ask(socket, "echo", i), [i], `ack ${i}`);
      order.push(i);
    });
    await Promise.all(all);
    same(order, [...order.keys()], "order of the acks");
  },

  "binary comes back in an event": async (world) => {
    const socket = await world.connect();
    const back = next(socket, "echo");
    socket.emit("echo", bytes(256));
    same(await back, [bytes(256)], "echo");
  },

  "binary comes back in an ack": async (world) => {
    const socket = await world.connect();
    same(await ask(socket, "echo", bytes(10)), [bytes(10)], "ack");
  },

  "ten attachments at any depth come back in their places": async (world) => {
    const socket = await world.connect();
    const part = (i) => bytes(i * 3, i);
    const args = [part(1), { a: part(2), b: [part(3), { c: part(4) }, "text"] }, [part(5), [part(6), [part(7)]]]];
    args.push({ x: { y: { z: part(8) } }, n: null }, part(9), part(10));
    same(await ask(socket, "echo", ...args), args, "ack");
  },

  "empty binary is still binary": async (world) => {
    const socket = await world.connect();
    same(await ask(socket, "echo", bytes(0), "after"), [bytes(0), "after"], "ack");
  },

  "half a megabyte of binary comes back": async (world) => {
    const socket = await world.connect();
    const [back] = await ask(socket, "echo", bytes(500_000));
    same(new Uint8Array(back).length, 500_000, "length");
    same(back.slice(499_000), bytes(500_000).slice(499_000), "the end");
  },

  "half a megabyte of text comes back": async (world) => {
    const socket = await world.connect();
    const text = "0123456789".repeat(50_000);
    same(await ask(socket, "echo", text), [text], "ack");
  },

  "what looks like a placeholder in plain JSON stays plain JSON": async (world) => {
    const socket = await world.connect();
    const tricky = { _placeholder: true, num: 0 };
    same(await ask(socket, "echo", tricky), [tricky], "ack");
  },

  ...Object.fromEntries(texts),

  "half an emoji does not harm the rest of the message nor the connection": async (world) => {
    const socket = await world.connect();
    const args = ["before \ud83d", "\udc4d after", { key: "\ud83d" }];
    const back = await ask(socket, "echo", ...args);
    same(back.map((x) => lenient(x.key ?? x)), ["before \ufffd", "\ufffd after", "\ufffd"], "ack");
    same(await ask(socket, "echo", "whole 👍"), ["whole 👍"], "ack");
  },

  "events named error, connection, message and ping are ordinary": async (world) => {
    const socket = await world.connect();
    const echoes = heard(socket, "echo");
    for (const name of ["error", "connection", "message", "ping"]) socket.emit(name, 1);
    await fence(socket);
    same([socket.connected, echoes], [true, []], "connected, and nothing came");
  },
};
