// Those who mean well and are served whatever others do: one connection on each kind of door.
import assert from "node:assert/strict";
import { newSession } from "./sockjs.mjs";
import { RawSocket } from "./ws.mjs";

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Where a bystander stands, what it is greeted with, and how it says a text and hears it again. */
const DOORS = [
  { path: () => "/ws", say: (text) => text, hear: (text) => text },
  {
    path: () => `${newSession("/echo")}/websocket`,
    greeting: "o",
    say: (text) => `["${text}"]`,
    hear: (text) => `a["${text}"]`,
  },
  { path: () => "/primus-faye", say: (text) => `"${text}"`, hear: (text) => `"${text}"` },
];

/** Plays `attack` and asserts that throughout, and afterwards, every bystander is echoed. */
export async function withBystanders(target, attack) {
  const bystanders = await Promise.all(DOORS.map((door) => stand(target, door)));
  const echoed = async (text) => {
    for (const { socket, say, hear } of bystanders) socket.send(say(text));
    for (const { socket, hear } of bystanders) await socket.expect(hear(text));
  };
  let over = false;
  const served = (async () => {
    for (let i = 0; !over; i++) {
      await echoed(`${i}`);
      await sleep(20);
    }
    await echoed("afterwards");
  })();
  // A bystander that is not served any more ends the test at once.
  served.catch(() => {});
  try {
    await Promise.race([attack(), served]);
  } finally {
    over = true;
  }
  await served;
  for (const { socket } of bystanders) assert.notEqual(socket.ws.readyState, socket.ws.CLOSED);
  await Promise.all(bystanders.map(({ socket }) => socket.end()));
}

async function stand(target, door) {
  const socket = await RawSocket.attempt(target, { path: door.path(), query: "", pong: false });
  if (door.greeting) await socket.expect(door.greeting);
  return { ...door, socket };
}
