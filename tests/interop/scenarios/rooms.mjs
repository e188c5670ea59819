// Rooms, broadcasts with and without exceptions, leaving.
import { ask, bytes, fence, heard, next, same } from "./kit.mjs";

/** Three clients; the first two are in `room`. */
async function three(world, room) {
  const sockets = await Promise.all([world.connect(), world.connect(), world.connect()]);
  await Promise.all(sockets.slice(0, 2).map((socket) => ask(socket, "join", room)));
  return sockets;
}

export default {
  "everybody in a room hears what is said to it, the sender too": async (world) => {
    const [a, b] = await three(world, "r1");
    const both = [next(a, "room"), next(b, "room")];
    a.emit("room", "r1", { hello: 1 });
    same(await Promise.all(both), [[{ hello: 1 }], [{ hello: 1 }]], "heard");
  },

  "who is not in a room may speak to it, but does not hear it": async (world) => {
    const [a, b, stranger] = await three(world, "r2");
    const outside = heard(stranger, "room");
    const both = [next(a, "room"), next(b, "room")];
    stranger.emit("room", "r2", "knock");
    same(await Promise.all(both), [["knock"], ["knock"]], "heard");
    await fence(stranger);
    same(outside, [], "heard outside");
  },

  "who has left a room does not hear it any more": async (world) => {
    const [a, b] = await three(world, "r3");
    const gone = heard(b, "room");
    same(await ask(b, "leave", "r3"), ["ok"], "ack of leave");
    const stays = next(a, "room");
    a.emit("room", "r3", "after");
    same(await stays, ["after"], "heard by who stayed");
    await fence(b);
    same(gone, [], "heard by who left");
  },

  "a broadcast to the others spares only the sender": async (world) => {
    const [a, b, c] = await three(world, "r4");
    const own = heard(a, "others");
    const rest = [next(b, "others"), next(c, "others")];
    a.emit("others", "hi");
    same(await Promise.all(rest), [["hi"], ["hi"]], "heard");
    await fence(a);
    same(own, [], "heard by the sender");
  },

  "joining a room twice makes nobody hear twice": async (world) => {
    const [a] = await three(world, "r5");
    await ask(a, "join", "r5");
    const all = heard(a, "room");
    a.emit("room", "r5", "once");
    await fence(a);
    same(all, ["once"], "heard");
  },

  "rooms of the same name in two namespaces are apart": async (world) => {
    const [main, chat] = [await world.connect(), await world.connect("/chat")];
    await Promise.all([ask(main, "join", "r6"), ask(chat, "join", "r6")]);
    const inMain = heard(main, "room");
    const inChat = next(chat, "room");
    chat.emit("room", "r6", "chat only");
    same(await inChat, ["chat only"], "heard in /chat");
    await fence(main);
    same(inMain, [], "heard in /");
  },

  "a socket's id is a room with this socket in it": async (world) => {
    const [a, b] = await three(world, "r7");
    const secret = next(b, "room");
    a.emit("room", b.id, "just you");
    same(await secret, ["just you"], "heard");
  },

  "binary reaches everybody in a room": async (world) => {
    const [a, b] = await three(world, "r8");
    const both = [next(a, "room"), next(b, "room")];
    const message = { name: "x", parts: [bytes(5), bytes(300, 1)] };
    a.emit("room", "r8", message);
    same(await Promise.all(both), [[message], [message]], "heard");
  },

  "who has disconnected is in no room": async (world) => {
    const [a, b] = await three(world, "r9");
    const left = heard(b, "room");
    b.disconnect();
    b.connect();
    await next(b, "connect");
    const stays = next(a, "room");
    a.emit("room", "r9", "roll call");
    await stays;
    await fence(b);
    same(left, [], "heard after coming back");
  },
};
