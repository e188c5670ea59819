// What every Socket.IO client of the matrix is asked to do. A check is a sentence and a function of a client; the
// programs in other languages know the same sentences.
import { ask, bytes, fence, heard, next, same, until, within } from "../../scenarios/kit.mjs";

const TEXT = "Ä ß Я てすと 你好 שלום \"'\\/ \u2028\u2029 \u0001 👩‍👩‍👧‍👦 𝒳";

/** JavaScript keeps half of a surrogate pair; whoever has only real Unicode puts U+FFFD in its place. */
const lenient = (text) => text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");

/** The arguments of an event, `count` of them: with recovery on the last one is its offset. */
const args = (all, count) => (typeof all[count] === "string" ? all.slice(0, count) : all);

export const CHECKS = {
  "connect": async (client) => {
    const socket = await client.connect();
    same(await ask(socket, "echo"), [], "ack");
  },

  "transport": async (client) => {
    const socket = await client.connect();
    await client.settled(socket);
    const [info] = await ask(socket, "info");
    same([info.eio, info.transport, info.nsp], [client.eio, client.lastTransport, "/"], "eio, transport and namespace");
  },

  "auth accepted": async (client) => {
    const socket = await client.connect("/admin", "secret");
    const [info] = await ask(socket, "info");
    same(info.nsp, "/admin", "namespace");
  },

  "auth refused": async (client) => {
    same((await client.refusal("/admin", "wrong")).code, 401, "code");
  },

  "unknown namespace": async (client) => {
    same((await client.refusal("/nowhere")).message, "Invalid namespace", "message");
  },

  "text": async (client) => {
    const socket = await client.connect();
    const back = next(socket, "echo");
    socket.emit("echo", "hello", 1.5, null, { a: [true] });
    same(args(await back, 4), ["hello", 1.5, null, { a: [true] }], "echo");
  },

  "unicode": async (client) => {
    const socket = await client.connect();
    same(await ask(socket, "echo", TEXT, { [TEXT]: TEXT }), [TEXT, { [TEXT]: TEXT }], "ack");
  },

  "half an emoji": async (client) => {
    const socket = await client.connect();
    const back = await ask(socket, "echo", "before \ud83d", "\udc4d after");
    same(back.map(lenient), ["before \ufffd", "\ufffd after"], "ack");
  },

  "binary": async (client) => {
    const socket = await client.connect();
    const sent = [Buffer.from(bytes(256)), { deep: [Buffer.from(bytes(3))], text: "x" }];
    same(await ask(socket, "echo", ...sent), sent, "ack");
    const back = next(socket, "echo");
    socket.emit("echo", ...sent);
    same(args(await back, 2), sent, "echo");
  },

  "large": async (client) => {
    const socket = await client.connect();
    const sent = [Buffer.from(bytes(200_000)), "0123456789".repeat(10_000)];
    const [data, text] = await ask(socket, "echo", ...sent);
    same([data.length, text === sent[1]], [200_000, true], "length, and the text is the same");
  },

  "ack of the server": async (client) => {
    const socket = await client.connect();
    same(await ask(socket, "echo", 1, "two"), [1, "two"], "ack");
  },

  "ack of the client": async (client) => {
    const socket = await client.connect();
    socket.on("question", (question, ack) => ack(question + 1));
    const answer = next(socket, "answer");
    socket.emit("ask");
    same(args(await answer, 1), [42], "answer");
  },

  "rooms": async (client) => {
    const [one, two] = [await client.connect(), await client.connect()];
    const room = `room ${Math.random()}`;
    const [inOne, inTwo] = [heard(one, "room"), heard(two, "room")];
    same(await ask(one, "join", room), ["ok"], "join");
    two.emit("room", room, "first");
    await fence(two);
    same(await ask(one, "leave", room), ["ok"], "leave");
    two.emit("room", room, "second");
    await fence(two);
    await fence(one);
    same([inOne, inTwo], [["first"], []], "heard by the member and by the other");
  },

  "namespaces": async (client) => {
    const main = await client.connect();
    const chat = await client.join(main, "/chat");
    const [inMain, inChat] = [heard(main, "echo"), heard(chat, "echo")];
    chat.emit("echo", "chat");
    main.emit("echo", "main");
    await fence(main, chat);
    same([inMain, inChat], [["main"], ["chat"]], "heard in / and in /chat");
  },

  "kick": async (client) => {
    const main = await client.connect();
    const chat = await client.join(main, "/chat");
    const kicked = next(chat, "disconnect");
    chat.emit("kick");
    same((await kicked)[0], "io server disconnect", "reason");
    await fence(main);
  },

  "burst": async (client) => {
    const socket = await client.connect();
    const numbers = heard(socket, "b");
    socket.emit("burst", 1000);
    await until(() => numbers.length >= 1000, "1,000 events");
    same(numbers.findIndex((number, i) => number !== i), -1, "the first place with another number");
  },

  "answers in order": async (client) => {
    const socket = await client.connect();
    const numbers = heard(socket, "echo");
    for (let i = 0; i < 1000; i++) socket.emit("echo", i);
    await until(() => numbers.length >= 1000, "1,000 answers");
    same(numbers.findIndex((number, i) => number !== i), -1, "the first place with another number");
  },

  "heartbeat": async (client) => {
    const socket = await client.connect();
    let beats = 0;
    client.engine(socket).on("packet", ({ type }) => (beats += type === "ping" || type === "pong"));
    const end = new Promise((_, reject) => socket.once("disconnect", (reason) => reject(new Error(`${reason} after ${beats}`))));
    await Promise.race([until(() => beats >= 2, "two heartbeats", 15_000), end]);
    await fence(socket);
  },
};

/** Only where recovery is on. */
export const RECOVERY = {
  "recovery": async (client) => {
    const [socket, other] = [await client.connect(), await client.connect()];
    const all = heard(socket, "others");
    const mine = `${Math.random()} `;
    const ours = () => all.filter((text) => text?.startsWith?.(mine));
    other.emit("others", `${mine}before`);
    await until(() => ours().length === 1, "an event before the cut");
    const { id } = socket;
    const gone = next(socket, "disconnect");
    client.engine(socket).close();
    await gone;
    other.emit("others", `${mine}missed`);
    await fence(other);
    const back = next(socket, "connect");
    socket.connect();
    await back;
    await within(until(() => ours().length === 2, "the missed event"), "the missed event");
    same([socket.recovered, socket.id === id, ours()], [true, true, [`${mine}before`, `${mine}missed`]], "recovered");
  },
};
