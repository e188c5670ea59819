// Disconnecting by either side, and coming back after a restart of the server.
import { ask, connected, fence, heard, holds, next, same } from "./kit.mjs";

const PERSISTENT = { reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 200 };

export default {
  "a kicked socket is told that the server did it, and does not come back by itself": async (world) => {
    const socket = await world.connect("/", PERSISTENT);
    const reason = next(socket, "disconnect");
    socket.emit("kick");
    same((await reason)[0], "io server disconnect", "reason");
    same([socket.connected, socket.active], [false, false], "connected, active");
  },

  "a kick ends the namespace, not the connection": async (world) => {
    const main = await world.connect();
    const chat = await connected(main.io.socket("/chat"));
    const gone = next(chat, "disconnect");
    chat.emit("kick");
    await gone;
    same(await ask(main, "echo", "still here"), ["still here"], "echo");
  },

  "a kicked socket may connect again": async (world) => {
    const socket = await world.connect();
    const gone = next(socket, "disconnect");
    const before = socket.id;
    socket.emit("kick");
    await gone;
    socket.connect();
    await connected(socket);
    holds(socket.id !== before, "the id is new");
    same(await ask(socket, "echo", 1), [1], "echo");
  },

  "a client that disconnects may connect again": async (world) => {
    const socket = await world.connect();
    const reason = next(socket, "disconnect");
    socket.disconnect();
    same((await reason)[0], "io client disconnect", "reason");
    socket.connect();
    await connected(socket);
    same(await ask(socket, "echo", 1), [1], "echo");
  },

  "after a restart of the server the client comes back and events flow again": async (world) => {
    const socket = await world.connect("/", PERSISTENT);
    const chat = await connected(socket.io.socket("/chat"));
    const gone = next(socket, "disconnect");
    await world.restart();
    const [reason] = await gone;
    holds(/^transport (close|error)$/.test(reason), `${reason} is about the transport`);
    await Promise.all([connected(socket), connected(chat)]);

    same(await ask(socket, "join", "again"), ["ok"], "ack of join");
    const room = next(socket, "room");
    socket.emit("room", "again", "hello");
    same(await room, ["hello"], "heard");
    same(await ask(chat, "echo", "chat too"), ["chat too"], "echo in /chat");
  },

  "what the client emits while the server restarts is delivered afterwards, once and in order": async (world) => {
    const socket = await world.connect("/", PERSISTENT);
    const echoes = heard(socket, "echo");
    const gone = next(socket, "disconnect");
    const restarted = world.restart();
    await gone;
    for (let i = 0; i < 20; i++) socket.emit("echo", i);
    await restarted;
    await connected(socket);
    await fence(socket);
    same(echoes, [...Array(20).keys()], "echoes");
  },
};
