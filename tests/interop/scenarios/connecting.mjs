// Connecting, being refused, namespaces over one connection.
import { ask, connected, fence, heard, holds, next, refused, same, settled } from "./kit.mjs";

export default {
  "a client connects and learns the id which the server knows it by": async (world) => {
    const socket = await world.connect();
    const [info] = await ask(socket, "info");
    same([info.id, info.eio, info.nsp], [socket.id, 4, "/"], "info");
  },

  "the server names the transport in use, after an upgrade the new one": async (world) => {
    const socket = await world.connect();
    await settled(world, socket);
    const [info] = await ask(socket, "info");
    same(info.transport, world.transports.at(-1), "transport");
  },

  "the public id is not the secret session id": async (world) => {
    const socket = await world.connect();
    holds(socket.id && socket.id !== socket.io.engine.id, "the ids differ");
  },

  "the auth payload reaches the server": async (world) => {
    const auth = { token: "t", deep: { list: [1, null, "é"] } };
    const socket = await world.connect("/", { auth });
    same(await ask(socket, "auth"), [auth], "auth");
  },

  "the auth payload may come from a function": async (world) => {
    const socket = await world.connect("/chat", { auth: (give) => give({ late: true }) });
    same(await ask(socket, "auth"), [{ late: true }], "auth");
  },

  "without an auth payload the server sees an empty one": async (world) => {
    const socket = await world.connect();
    same(await ask(socket, "auth"), [{}], "auth");
  },

  "a guarded namespace refuses with message and data": async (world) => {
    const error = await refused(world.open("/admin"));
    same([error.message, error.data], ["unauthorized", { code: 401 }], "refusal");
  },

  "a guarded namespace refuses a wrong token": async (world) => {
    const error = await refused(world.open("/admin", { auth: { token: "guess" } }));
    same([error.message, error.data], ["unauthorized", { code: 401 }], "refusal");
  },

  "a guarded namespace lets in who has the token in the auth payload": async (world) => {
    const socket = await world.connect("/admin", { auth: { token: "secret" } });
    const [info] = await ask(socket, "info");
    same(info.nsp, "/admin", "namespace");
  },

  "a guarded namespace lets in who has the token in the query": async (world) => {
    const socket = await world.connect("/admin", { query: { token: "secret" } });
    same(await ask(socket, "echo", 1), [1], "echo");
  },

  "a refused client may try again with the right token": async (world) => {
    const socket = world.open("/admin");
    await refused(socket);
    socket.auth = { token: "secret" };
    socket.connect();
    await connected(socket);
    same(await ask(socket, "echo", "in"), ["in"], "echo");
  },

  "a refusal leaves the other namespaces of the connection alone": async (world) => {
    const main = await world.connect();
    await refused(main.io.socket("/admin"));
    same(await ask(main, "echo", "still here"), ["still here"], "echo");
  },

  "several namespaces share one connection, each with its own id": async (world) => {
    const main = await world.connect();
    const chat = await connected(main.io.socket("/chat"));
    const admin = await connected(main.io.socket("/admin", { auth: { token: "secret" } }));
    const infos = await Promise.all([main, chat, admin].map((socket) => ask(socket, "info")));
    same(infos.map(([info]) => info.nsp), ["/", "/chat", "/admin"], "namespaces");
    holds(new Set(infos.map(([info]) => info.id)).size === 3, "three ids");
    holds(chat.io.engine === main.io.engine, "one connection");
  },

  "events of one namespace are not heard in another": async (world) => {
    const speaker = await world.connect("/chat");
    const main = await world.connect();
    const chat = await connected(main.io.socket("/chat"));
    const inMain = heard(main, "others");
    const inChat = next(chat, "others");
    speaker.emit("others", "for /chat");
    same(await inChat, ["for /chat"], "heard in /chat");
    await fence(main);
    same(inMain, [], "heard in /");
  },

  "leaving one namespace leaves the others of the connection alone": async (world) => {
    const main = await world.connect();
    const chat = await connected(main.io.socket("/chat"));
    chat.disconnect();
    same(await ask(main, "echo", "still here"), ["still here"], "echo");
    chat.connect();
    await connected(chat);
    same(await ask(chat, "echo", "back"), ["back"], "echo after coming back");
  },
};
