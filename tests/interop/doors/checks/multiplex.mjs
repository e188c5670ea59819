// What the client of websocket-multiplex is asked to do, over SockJS or a bare WebSocket.
import { count, same, within } from "./kit.mjs";

/** A channel, and what comes on it. */
function subscribe(world, name) {
  const channel = world.multiplex("/multiplex").channel(name);
  return listen(channel);
}

function listen(channel) {
  const heard = [];
  const closed = new Promise((resolve) => channel.addEventListener("close", resolve));
  channel.addEventListener("message", ({ data }) => heard.push(data));
  return { channel, heard, closed };
}

const CHECKS = {
  "connect": async (world) => same(await count(subscribe(world, "ann").heard, 1), ["ann says hi"], "messages"),

  "answers": async (world) => {
    const { channel, heard } = subscribe(world, "ann");
    await count(heard, 1);
    for (const text of ["x", "a,b,,c", "", "é \u2028 😀"]) channel.send(text);
    same(await count(heard, 5), ["ann says hi", "re:x", "re:a,b,,c", "re:", "re:é \u2028 😀"], "messages");
  },

  "a comma in the name": async (world) => {
    const { channel, heard } = subscribe(world, "bob,smith");
    await count(heard, 1);
    channel.send("1,2");
    same(await count(heard, 2), ["bob,smith says hi", "re:1,2"], "messages");
  },

  "channels side by side": async (world) => {
    const multiplex = world.multiplex("/multiplex");
    const [ann, bob] = ["ann", "bob,smith"].map((name) => listen(multiplex.channel(name)));
    await Promise.all([count(ann.heard, 1), count(bob.heard, 1)]);
    for (let i = 0; i < 20; i++) (i % 2 ? ann : bob).channel.send(`${i}`);
    await Promise.all([count(ann.heard, 11), count(bob.heard, 11)]);
    const numbers = (odd) => Array.from({ length: 10 }, (_, i) => `re:${2 * i + odd}`);
    same([ann.heard.slice(1), bob.heard.slice(1)], [numbers(1), numbers(0)], "messages");
  },

  "the server closes a channel": async (world) => {
    const multiplex = world.multiplex("/multiplex");
    const closer = listen(multiplex.channel("closer"));
    await within(closer.closed, "the end of the channel");
    same(closer.heard, ["last"], "messages");
    same(await count(listen(multiplex.channel("ann")).heard, 1), ["ann says hi"], "messages of another one");
  },

  "an unknown channel is silent": async (world) => {
    const multiplex = world.multiplex("/multiplex");
    const nobody = listen(multiplex.channel("nobody"));
    const ann = listen(multiplex.channel("ann"));
    await count(ann.heard, 1);
    nobody.channel.send("is anybody there");
    ann.channel.send("fence");
    await count(ann.heard, 2);
    same([nobody.heard, ann.heard], [[], ["ann says hi", "re:fence"]], "messages");
  },

  "a channel is left and taken again": async (world) => {
    const multiplex = world.multiplex("/multiplex");
    const [ann, bob] = ["ann", "bob,smith"].map((name) => listen(multiplex.channel(name)));
    await Promise.all([count(ann.heard, 1), count(bob.heard, 1)]);
    ann.channel.close();
    await within(ann.closed, "the end of the channel");
    // Nobody is subscribed, so nothing comes back.
    ann.channel.send("too late");
    bob.channel.send("fence");
    await count(bob.heard, 2);
    same(await count(listen(multiplex.channel("ann")).heard, 1), ["ann says hi"], "messages at the second time");
    same(ann.heard, ["ann says hi"], "messages of the first time");
  },
};

export const multiplex = () => CHECKS;
