// What the client library of Primus is asked to do, over each of its transformers.
import { count, holds, lenient, once, same, TEXTS, until } from "./kit.mjs";

/** The contract's ping interval, and what the client library waits at most. */
const PING = 500;

async function echoes(primus, ...messages) {
  const from = primus.heard.length;
  for (const message of messages) primus.write(message);
  same((await count(primus.heard, from + messages.length)).slice(from), messages, "echoes");
}

/** Counts how often each of these events comes. */
function counted(primus, ...events) {
  const times = Object.fromEntries(events.map((event) => [event, 0]));
  for (const event of events) primus.on(event, () => times[event]++);
  return times;
}

const CHECKS = {
  "connect": async (world) => echoes(await world.open(), "hello"),

  "id": async (world) => {
    const [one, two] = [await world.open(), await world.open()];
    const [first, second, again] = [await id(one), await id(two), await id(one)];
    holds(typeof first === "string" && first.length >= 8, `${first} is an id`);
    same([first === again, first === second], [true, false], "whether ids are the same");
  },

  "texts": async (world) => echoes(await world.open(), ...TEXTS, "", "primus"),

  "any JSON": async (world) =>
    echoes(await world.open(), 42, 0, -1.5, 1e21, true, false, null, [], {}, [1, [null, "\u2028"]], {
      a: { b: [{}] },
      "\u2029": "",
    }),

  "a member echo": async (world) => {
    const primus = await world.open();
    const values = ["text", 0, false, null, { echo: 1 }, ["\u2028"], ""];
    for (const value of values) primus.write({ echo: value, beside: "it" });
    same(await count(primus.heard, values.length), values, "echoes");
  },

  "large": async (world) => {
    const primus = await world.open();
    primus.write({ echo: "é".repeat(100_000) });
    same((await count(primus.heard, 1))[0].length, 100_000, "length");
  },

  "half an emoji": async (world) => {
    const primus = await world.open();
    for (const text of ["cut \ud83d", "next"]) primus.write(text);
    same((await count(primus.heard, 2)).map(lenient), ["cut \ufffd", "next"], "echoes");
  },

  "in order": async (world) => echoes(await world.open(), ...Array.from({ length: 300 }, (_, i) => ({ i }))),

  "bye": async (world) => {
    const primus = await world.open();
    const times = counted(primus, "reconnect scheduled", "reconnect");
    const ended = once("the end", (end) => primus.on("end", end));
    primus.write("bye");
    await ended;
    same(
      [times, primus.heard],
      [{ "reconnect scheduled": 0, "reconnect": 0 }, []],
      "attempts to come back, and messages",
    );
  },

  "kick": async (world) => {
    const primus = await world.open();
    const times = counted(primus, "end");
    const back = once("the reconnection", (done) => primus.on("reconnected", done));
    primus.write("kick");
    await back;
    await echoes(primus, "here again");
    same(times.end, 0, "ends");
  },

  "lives on by its pongs": async (world) => {
    const primus = await world.open({});
    const times = counted(primus, "incoming::ping", "reconnect scheduled", "close", "end");
    await until(() => times["incoming::ping"] >= 4, "four pings");
    await echoes(primus, "still there");
    same(
      { ...times, "incoming::ping": 0 },
      { "incoming::ping": 0, "reconnect scheduled": 0, "close": 0, "end": 0 },
      "events",
    );
  },

  "spec": async (world) => {
    const answer = await fetch(`${world.url}/${world.mount}/spec`, { credentials: "include" });
    const { transformer } = world;
    const wanted = { pingInterval: PING, pathname: `/${world.mount}`, version: "8.0.9", parser: "json", transformer };
    same([answer.status, await answer.json()], [200, wanted], "spec");
  },
};

const UPGRADE = {
  "upgrade": async (world) => {
    const primus = await world.open();
    await until(
      () => primus.socket.transport.name === "websocket" && !primus.socket.upgrading,
      "the transport websocket",
    );
    await echoes(primus, "after the upgrade");
  },
};

const id = (primus) => once("an id", (done) => primus.id(done));

export const primus = ({ transformer }) => (transformer === "engine.io" ? { ...CHECKS, ...UPGRADE } : CHECKS);
