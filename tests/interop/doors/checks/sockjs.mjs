// What sockjs-client is asked to do over each of its transports.
import { count, lenient, once, same, TEXTS, until } from "./kit.mjs";

async function echoes(socket, ...messages) {
  for (const message of messages) socket.send(message);
  same(await count(socket.heard, messages.length), messages, "echoes");
}

const ECHO = {
  "connect": async (world) => {
    const socket = await world.open("/echo");
    same(socket.transport, world.transport, "transport");
    await echoes(socket, "hello");
  },

  "echo": async (world) => echoes(await world.open("/echo"), ...TEXTS, "", " "),

  "one after another": async (world) => {
    const socket = await world.open("/echo");
    for (let i = 1; i <= 5; i++) {
      socket.send(`${i}`);
      await count(socket.heard, i);
    }
    same(socket.heard, ["1", "2", "3", "4", "5"], "echoes");
  },

  "in order": async (world) =>
    echoes(await world.open("/echo"), ...Array.from({ length: 200 }, (_, i) => `message ${i}`)),

  // The answer that goes on ends at 4,096 bytes, and another one goes on.
  "beyond the response limit": async (world) => {
    const socket = await world.open("/echo");
    await echoes(socket, ...Array.from({ length: 10 }, (_, i) => `${i}${"é".repeat(1500)}`), "x".repeat(60_000));
    socket.send("behind");
    same((await count(socket.heard, 12)).at(-1), "behind", "the last message");
  },

  // Over htmlfile every message is a script in a page.
  "the end of a script": async (world) => {
    const socket = await world.open("/echo");
    const texts = ["</script><script>parent.crashed()</script>", "<!--<script>", "behind"];
    for (const text of texts) socket.send(text);
    await until(() => socket.heard.length >= texts.length, "all messages", 3000);
    same(socket.heard, texts, "echoes");
  },

  "half an emoji": async (world) => {
    const socket = await world.open("/echo");
    socket.send("cut \ud83d");
    socket.send("next");
    same((await count(socket.heard, 2)).map(lenient), ["cut \ufffd", "next"], "echoes");
  },
};

const SERVICES = {
  "the server closes": async (world) => {
    const { code, reason, wasClean } = await once("the end", (end) =>
      world.sockjs("/close").addEventListener("close", end),
    );
    same([code, reason, wasClean], [3000, "Go away!", true], "the end");
  },

  "ticker": async (world) => same(await count((await world.open("/ticker")).heard, 1), ["tick!"], "ticks"),

  "amplify": async (world) => {
    const socket = await world.open("/amplify");
    for (const power of ["3", "16", "nonsense"]) socket.send(power);
    same((await count(socket.heard, 3)).map((text) => text.length).sort(), [2, 65_536, 8], "lengths");
  },

  "broadcast": async (world) => {
    const [one, two] = [await world.open("/broadcast"), await world.open("/broadcast")];
    const mine = `${world.transport} ${Math.random()}`;
    one.send(mine);
    for (const socket of [one, two]) await until(() => socket.heard.includes(mine), "the message to all");
  },

  "cookies": async (world) => echoes(await world.open("/cookie_needed_echo"), "hello"),

  "without WebSocket": async (world) => {
    // Whatever the client tries next.
    const socket = await world.open("/disabled_websocket_echo", { transports: undefined });
    same(socket.transport === "websocket", false, "whether it is WebSocket");
    await echoes(socket, "hello", "again");
  },

  "nothing is there": async (world) => {
    const { code } = await once("the end", (end) => world.sockjs("/invalid_url").addEventListener("close", end));
    same(code, 1002, "code");
  },
};

export const sockjs = () => ({ ...ECHO, ...SERVICES });
