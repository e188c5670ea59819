// The packets of Primus's plugins as they stand on the wire. The plugins' clients are played in doors/.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { RawPrimus } from "./lib/primus.mjs";
import { CALM, startTarget, unlessReference } from "./lib/target.mjs";

describe("Primus's plugins", { concurrency: 8 }, () => {
  let target;
  before(async () => (target = await startTarget("doors", { ...CALM, PRIMUS_PING: "25000" })));
  after(() => target.stop());

  /** A connection that sends and hears values. */
  async function open() {
    const primus = await RawPrimus.open(target, "primus-plugins");
    const say = (...values) => primus.send(...values.map((value) => JSON.stringify(value)));
    const hears = async (...values) => {
      for (const value of values) assert.deepEqual(await primus.value(), value);
    };
    const isServed = async () => {
      say({ type: 0, data: ["echo", "still there"], id: 999 });
      await hears({ type: 1, data: ["still there"], id: 999 });
    };
    return { say, hears, isServed, end: () => primus.end(), raw: primus };
  }

  describe("emitter", () => {
    test("an event with an id is answered by an ack with the same id", async () => {
      const { say, hears, end } = await open();
      for (const [id, data] of [
        [1, "x"],
        [2, null],
        [3, { a: [0] }],
        [7, ""],
        [2 ** 31, false],
      ]) {
        say({ type: 0, data: ["echo", data], id });
        await hears({ type: 1, data: [data], id });
      }
      await end();
    });

    test("an event without an id, or with the id 0, is not answered", async () => {
      const { say, isServed, end } = await open();
      say(
        { type: 0, data: ["echo", 1] },
        { type: 0, data: ["echo", 1], id: 0 },
        { type: 0, data: ["echo", 1], id: null },
      );
      await isServed();
      await end();
    });

    test("an id that is no number is not answered", async () => {
      const { say, isServed, end } = await open();
      say(
        { type: 0, data: ["echo", 1], id: "1" },
        { type: 0, data: ["echo", 1], id: {} },
        { type: 0, data: ["echo", 1], id: true },
      );
      await isServed();
      await end();
    });

    test("a room hears an event without an id", async () => {
      const [member, speaker] = [await open(), await open()];
      const room = `wire-${Math.random()}`;
      member.say({ type: 0, data: ["join", room], id: 1 });
      await member.hears({ type: 1, data: [room], id: 1 });
      speaker.say({ type: 0, data: ["say", room, { a: null }] });
      await member.hears({ type: 0, data: ["said", { a: null }] });
      await speaker.isServed();
      await Promise.all([member.end(), speaker.end()]);
    });

    test("the names of Primus's own events are no events of the client", async () => {
      const { say, isServed, end } = await open();
      for (const name of [
        "end",
        "data",
        "error",
        "heartbeat",
        "readyStateChange",
        "incoming::data",
        "incoming::end",
        "outgoing::end",
        "outgoing::data",
        "subscribe",
      ])
        say({ type: 0, data: [name, "x"] });
      await isServed();
      await end();
    });

    test("packets that are none are ignored", async () => {
      const { say, isServed, end } = await open();
      say(
        1,
        "text",
        true,
        {},
        { type: 0 },
        { type: 0, data: {} },
        { type: 0, data: [] },
        { type: 0, data: [1] },
        { type: 0, data: [null, 1], id: 5 },
        { type: 2, data: ["echo", 1], id: 5 },
        { type: "0", data: ["echo", 1], id: 5 },
        { data: ["echo", 1], id: 5 },
        { type: 1, data: ["nobody asked"], id: 5 },
        { type: 1, data: [], id: -1 },
        { type: 0, data: ["unknown", 1], id: 5 },
      );
      await isServed();
      await end();
    });

    test("events whose arguments do not fit are ignored", async () => {
      const { say, isServed, end } = await open();
      say(
        { type: 0, data: ["join"], id: 1 },
        { type: 0, data: ["join", 7], id: 1 },
        { type: 0, data: ["say", {}, 1] },
        { type: 0, data: ["say"] },
      );
      await isServed();
      await end();
    });

    test("null is ignored", unlessReference("it ends its process"), async () => {
      const { say, isServed, end } = await open();
      say(null, [null], { type: 0, data: null, id: 1 });
      await isServed();
      await end();
    });
  });

  describe("multiplex", () => {
    /** Ids of subscriptions that nobody has: for the reference those of all connections are in one map. */
    const ids = () => Array.from({ length: 2 }, () => Math.random().toString(36).slice(2));

    test("a subscriber of a channel is answered there", async () => {
      const [one] = ids();
      const { say, hears, end } = await open();
      say([1, one, "a"], [0, one, "a", { hi: 1 }]);
      await hears([0, one, "a", { re: { hi: 1 } }]);
      for (const data of ["", 0, false, []]) {
        say([0, one, "a", data]);
        await hears([0, one, "a", { re: data }]);
      }
      await end();
    });

    test("one connection may subscribe to a channel several times", async () => {
      const [one, two] = ids();
      const { say, hears, end } = await open();
      say([1, one, "a"], [1, two, "a"], [0, two, "a", 2], [0, one, "a", 1]);
      await hears([0, two, "a", { re: 2 }], [0, one, "a", { re: 1 }]);
      await end();
    });

    test("the end of a subscription is confirmed, and nothing comes after", async () => {
      const [one, two] = ids();
      const { say, hears, isServed, end } = await open();
      say([1, one, "a"], [1, two, "a"], [2, one, "a"], [0, one, "a", "late"], [0, two, "a", "x"]);
      await hears([2, one, "a"], [0, two, "a", { re: "x" }]);
      await isServed();
      say([1, one, "a"], [0, one, "a", "again"]);
      await hears([0, one, "a", { re: "again" }]);
      await end();
    });

    test("a second subscription by the same id is the first one", async () => {
      const [one] = ids();
      const { say, hears, isServed, end } = await open();
      say([1, one, "a"], [1, one, "a"], [0, one, "a", "x"]);
      await hears([0, one, "a", { re: "x" }]);
      await isServed();
      await end();
    });

    test("who is not subscribed is not heard", async () => {
      const { say, isServed, end } = await open();
      say([0, "nobody", "a", "x"], [2, "nobody", "a"], [0, "x", "unknown", "x"], [2, "x", "unknown"]);
      await isServed();
      await end();
    });

    test("a channel that is not there is silent", async () => {
      const { say, isServed, end } = await open();
      say([1, "x", "unknown"], [0, "x", "unknown", "anybody"], [1, "x", ""], [1, "x", "A"], [0, "x", "A", 1]);
      await isServed();
      await end();
    });

    test("the names of JavaScript's own members are no channels", unlessReference("it ends its process"), async () => {
      const { say, isServed, end } = await open();
      for (const name of ["__proto__", "constructor", "toString"])
        say([1, "x", name], [0, "x", name, 1], [2, "x", name]);
      await isServed();
      await end();
    });

    test("a message without a payload does no harm", unlessReference("it ends its process"), async () => {
      const [one] = ids();
      const { say, raw, end } = await open();
      say([1, one, "a"], [0, one, "a"], [0, one, "a", null], [0, one, "a", "x"]);
      // Whether those without are answered is the program's affair.
      let last;
      do last = await raw.value();
      while (last[3]?.re !== "x");
      await end();
    });

    test("an id may be a number", async () => {
      const { say, hears, end } = await open();
      say([1, 7, "a"], [0, 7, "a", "x"]);
      await hears([0, 7, "a", { re: "x" }]);
      await end();
    });

    test(
      "two connections may have chosen the same id",
      unlessReference("its ids are those of all connections together"),
      async () => {
        const [one, two] = [await open(), await open()];
        one.say([1, "same", "a"]);
        await one.isServed();
        two.say([1, "same", "a"], [0, "same", "a", "two"]);
        await two.hears([0, "same", "a", { re: "two" }]);
        one.say([0, "same", "a", "one"]);
        await one.hears([0, "same", "a", { re: "one" }]);
        two.say([2, "same", "a"]);
        await two.hears([2, "same", "a"]);
        one.say([0, "same", "a", "still"]);
        await one.hears([0, "same", "a", { re: "still" }]);
        await Promise.all([one.end(), two.end()]);
      },
    );

    test("arrays that are no packets are ignored", async () => {
      const { say, isServed, end } = await open();
      say([], [0], [1], [9, "x", "a"], ["1", "x", "a"], [1, "x"], [[1, "x", "a"]], [0, {}, {}, {}], [1.5, "x", "a", 1]);
      await isServed();
      await end();
    });
  });
});
