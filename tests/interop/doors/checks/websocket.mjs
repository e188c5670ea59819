// What every WebSocket client is asked to do at `/ws`. A client without a part of the API skips its check by `can`.
import { bytes, count, same, TEXTS } from "./kit.mjs";

async function echoes(socket, ...messages) {
  for (const message of messages) socket.send(message);
  same(await count(socket.heard, messages.length), messages, "echoes");
}

const CHECKS = {
  "connect": async (world) => echoes(await world.open("/ws"), "hello"),
  "text": async (world) => echoes(await world.open("/ws"), ...TEXTS),
  "empty text": async (world) => echoes(await world.open("/ws"), "", "behind"),
  "binary": async (world) =>
    echoes(await world.open("/ws"), bytes(256), bytes(0), bytes(1, 7), "text between", bytes(126)),

  "every form of length": async (world) => {
    const lengths = [125, 126, 65_535, 65_536, 70_000];
    await echoes(await world.open("/ws"), ...lengths.flatMap((length) => ["é".repeat(length), bytes(length)]));
  },

  "in order": async (world) =>
    echoes(await world.open("/ws"), ...Array.from({ length: 500 }, (_, i) => (i % 2 ? `${i}` : bytes(i)))),

  "fragments": async (world) => {
    const socket = await world.open("/ws");
    const text = `${"one two ".repeat(20)}😀`;
    socket.sendInFragments(text);
    same(await count(socket.heard, 1), [text], "echoes");
  },

  "ping": async (world) => {
    const socket = await world.open("/ws");
    same(await socket.ping("are you there"), "are you there", "the pong");
    await echoes(socket, "behind");
  },

  "close codes": async (world) => {
    for (const code of [1000, 4001, 4002, 4003]) {
      const socket = await world.open("/ws");
      await echoes(socket, "hello");
      socket.close(code, "because");
      same((await socket.closed()).code, code, "code");
    }
  },

  "subprotocol": async (world) => {
    same((await world.open("/ws", ["other", "chat"])).protocol, "chat", "subprotocol of two");
    same((await world.open("/ws", ["chat"])).protocol, "chat", "subprotocol of one");
    same((await world.open("/ws")).protocol || "", "", "subprotocol of none");
  },
};

const NEEDED = { "empty text": "sendEmpty", "fragments": "sendInFragments", "ping": "ping" };

/** The checks that a client can be asked for; `can` are the parts of the API that not everybody has. */
export const websocket = ({ can }) =>
  Object.fromEntries(
    Object.entries(CHECKS).filter(([sentence]) => !NEEDED[sentence] || can.includes(NEEDED[sentence])),
  );
