// What the clients of Primus's plugins are asked to do at `/primus-plugins`.
import { count, once, same } from "./kit.mjs";

const ask = (primus, event, ...args) =>
  once(`the ack of ${event}`, (done) => primus.send(event, ...args, (...back) => done(back)));

/** What the server has said to this client, from now on. */
function said(primus) {
  const all = [];
  primus.on("said", (data) => all.push(data));
  return all;
}

const fence = (primus) => ask(primus, "echo", "fence");

const emitter = {
  "connect": async (world) => same(await ask(await world.open(), "echo", "hello"), ["hello"], "ack"),

  "any JSON": async (world) => {
    const primus = await world.open();
    for (const data of [0, false, null, "", [], { a: ["\u2028", { b: 1.5 }] }])
      same(await ask(primus, "echo", data), [data], "ack");
  },

  "acks of many at once": async (world) => {
    const primus = await world.open();
    const numbers = Array.from({ length: 100 }, (_, i) => i);
    same(
      await Promise.all(numbers.map((i) => ask(primus, "echo", i))),
      numbers.map((i) => [i]),
      "acks",
    );
  },

  "without an ack": async (world) => {
    const primus = await world.open();
    primus.send("echo", "nobody asks");
    primus.send("unknown", 1, 2);
    await fence(primus);
    // Acks are the only data.
    same(
      primus.heard.map(({ type, data }) => [type, data]),
      [[1, ["fence"]]],
      "packets",
    );
  },
};

const rooms = {
  "connect": async (world) => same(await ask(await world.open(), "join", "hall"), ["hall"], "ack"),

  "a room hears, others do not": async (world) => {
    const [one, two, outside] = [await world.open(), await world.open(), await world.open()];
    const heard = [one, two, outside].map(said);
    const room = `room-${Math.random()}`;
    await Promise.all([ask(one, "join", room), ask(two, "join", room)]);
    one.send("say", room, { n: 1 });
    outside.send("say", room, "from outside");
    await Promise.all([count(heard[0], 2), count(heard[1], 2)]);
    await fence(outside);
    const sorted = heard.map((all) => all.map((data) => JSON.stringify(data)).sort());
    const both = ['"from outside"', '{"n":1}'];
    same(sorted, [both, both, []], "heard by both members and by the other");
  },

  "joined twice, heard once": async (world) => {
    const primus = await world.open();
    const heard = said(primus);
    const room = `room-${Math.random()}`;
    for (let i = 0; i < 2; i++) await ask(primus, "join", room);
    primus.send("say", room, "once");
    await count(heard, 1);
    await fence(primus);
    same(heard, ["once"], "heard");
  },

  "a member that left is gone": async (world) => {
    const [one, two] = [await world.open(), await world.open()];
    const heard = said(two);
    const room = `room-${Math.random()}`;
    await Promise.all([ask(one, "join", room), ask(two, "join", room)]);
    const ended = once("the end", (end) => one.on("end", end));
    one.end();
    await ended;
    two.send("say", room, "alone");
    same(await count(heard, 1), ["alone"], "heard");
  },
};

/** A channel and what comes on it. */
function subscribe(primus, name) {
  const channel = primus.channel(name);
  const heard = [];
  channel.on("data", (data) => heard.push(data));
  return { channel, heard };
}

const channels = {
  "connect": async (world) => {
    const { channel, heard } = subscribe(await world.open(), "a");
    channel.write("hello");
    same(await count(heard, 1), [{ re: "hello" }], "answers");
  },

  "any JSON": async (world) => {
    const { channel, heard } = subscribe(await world.open(), "a");
    const all = [1, true, "text", [], {}, { a: ["\u2028", { b: null }] }];
    for (const data of all) channel.write(data);
    same(
      await count(heard, all.length),
      all.map((re) => ({ re })),
      "answers",
    );
  },

  "several of one channel": async (world) => {
    const primus = await world.open();
    const [one, two, three] = ["a", "a", "a"].map((name) => subscribe(primus, name));
    for (const [i, { channel }] of [one, two, three].entries()) channel.write(i + 1);
    await Promise.all([one, two, three].map(({ heard }) => count(heard, 1)));
    same([one.heard, two.heard, three.heard], [[{ re: 1 }], [{ re: 2 }], [{ re: 3 }]], "answers");
  },

  "a channel ends, others go on": async (world) => {
    const primus = await world.open();
    const [one, two] = ["a", "a"].map((name) => subscribe(primus, name));
    const ended = once("the end of the channel", (end) => one.channel.on("end", end));
    one.channel.write("first");
    await count(one.heard, 1);
    one.channel.end();
    await ended;
    two.channel.write("second");
    same(await count(two.heard, 1), [{ re: "second" }], "answers");
  },

  "beside events": async (world) => {
    const primus = await world.open();
    const { channel, heard } = subscribe(primus, "a");
    channel.write("in the channel");
    same(await ask(primus, "echo", "beside it"), ["beside it"], "ack");
    same(await count(heard, 1), [{ re: "in the channel" }], "answers");
  },
};

export const PLUGINS = { emitter, rooms, multiplex: channels };
export const plugins = ({ plugin }) => PLUGINS[plugin];
