// What the `protocol` and `bench` servers add to the scenarios.
import { ask, connected, next, refused, same } from "./kit.mjs";

export const protocol = {
  "an unknown namespace is refused": async (world) => {
    const error = await refused(world.open("/unknown"));
    same(error.message, "Invalid namespace", "message");
  },

  "an event which the server emits on connection arrives": async (world) => {
    const socket = world.open("/custom", { auth: { token: 123 } });
    const greeting = next(socket, "auth");
    await connected(socket);
    same(await greeting, [{ token: 123 }], "auth");
  },

  "an event is answered by an event": async (world) => {
    const socket = await world.connect();
    const back = next(socket, "message-back");
    socket.emit("message", 1, "2", { 3: [true] });
    same(await back, [1, "2", { 3: [true] }], "message-back");
  },
};

export const bench = {
  "an ack may have no arguments": async (world) => {
    const socket = await world.connect();
    same(await ask(socket, "join", "anywhere"), [], "ack");
  },

  "a speaker in the room hears itself, and its ack comes after": async (world) => {
    const socket = await world.connect();
    await ask(socket, "join", "own");
    const order = [];
    socket.on("said", (payload) => order.push(payload));
    order.push(...(await ask(socket, "say", "own", "hello")));
    same(order, ["hello", true], "order");
  },

  "a dynamic namespace has rooms of its own": async (world) => {
    const [one, two] = [await world.connect("/dyn/one"), await world.connect("/dyn/two")];
    await Promise.all([ask(one, "join", "room"), ask(two, "join", "room")]);
    const [inOne, inTwo] = [next(one, "said"), next(two, "said")];
    one.emit("say", "from one");
    two.emit("say", "from two");
    same([await inOne, await inTwo], [["from one"], ["from two"]], "said");
  },
};
