// Order of many events, each way, and across the upgrade (in its mode these start before the upgrade).
import { bytes, heard, same, until } from "./kit.mjs";

const MANY = 10_000;

/** Fails at the first number out of place (a whole array of thousands would be no help). */
function inOrder(numbers, count) {
  same(numbers.length, count, "how many arrived");
  const wrong = numbers.findIndex((number, i) => number !== i);
  if (wrong !== -1) throw new Error(`number ${numbers[wrong]} came at place ${wrong}`);
}

const arrived = (list, count) => until(() => list.length >= count, `${count} events`, 30_000);

export default {
  "ten thousand events of the server arrive in order": async (world) => {
    const socket = await world.connect();
    const numbers = heard(socket, "b");
    socket.emit("burst", MANY);
    await arrived(numbers, MANY);
    inOrder(numbers, MANY);
  },

  "ten thousand events of the client are answered in order": async (world) => {
    const socket = await world.connect();
    const numbers = heard(socket, "echo");
    for (let i = 0; i < MANY; i++) socket.emit("echo", i);
    await arrived(numbers, MANY);
    inOrder(numbers, MANY);
  },

  "text and binary keep their order among each other": async (world) => {
    const socket = await world.connect();
    const kinds = [];
    socket.on("echo", (i, data) => kinds.push(data === "text" ? i : i + new Uint8Array(data.part)[0] - 1));
    for (let i = 0; i < 500; i++) socket.emit("echo", i, i % 2 ? "text" : { part: bytes(2, 1) });
    await arrived(kinds, 500);
    inOrder(kinds, 500);
  },
};
