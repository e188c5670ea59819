// The WebSocket clients of npm, each as a function that connects, and in `can` the parts of its API that not every
// client has.
import { createRequire } from "node:module";
import { w3c } from "./w3c.mjs";

const require = createRequire(import.meta.url);
const Ws = require("ws");
const faye = require("faye-websocket");
const { client: WebSocketClient, w3cwebsocket: W3CWebSocket } = require("websocket");

const pack = (bytes) => Buffer.from(bytes);

function ws(url, protocols) {
  const socket = new Ws(url, protocols);
  return w3c(socket, {
    // A ping may come between fragments.
    sendInFragments(text) {
      const half = text.length / 2;
      socket.send(text.slice(0, half), { fin: false });
      socket.ping("between");
      socket.send(text.slice(half), { fin: true });
    },
    ping: (payload) =>
      new Promise((resolve) => {
        socket.once("pong", (data) => resolve(data.toString()));
        socket.ping(payload);
      }),
  });
}

function fayeWebSocket(url, protocols) {
  const socket = new faye.Client(url, protocols);
  return w3c(socket, {
    pack,
    // The library confirms by the payload, and says it again to nobody.
    ping: (payload) => new Promise((resolve) => socket.ping(payload, () => resolve(payload))),
  });
}

const IN_PIECES = { fragmentOutgoingMessages: true, fragmentationThreshold: 50 };

function w3cWebSocket(url, protocols) {
  // Its fragments are a matter of the configuration, so all messages above 50 bytes have them.
  const socket = new W3CWebSocket(url, protocols, undefined, undefined, undefined, IN_PIECES);
  return w3c(socket, { pack, sendInFragments: (text) => socket.send(text) });
}

function classic(url, protocols) {
  const client = new WebSocketClient(IN_PIECES);
  const heard = [];
  let connection, closed;
  const opened = new Promise((resolve, reject) => {
    client.once("connectFailed", reject);
    client.once("connect", (made) => {
      connection = made;
      connection.on("message", ({ type, utf8Data, binaryData }) => heard.push(type === "utf8" ? utf8Data : binaryData));
      closed = new Promise((done) => connection.once("close", (code, reason) => done({ code, reason })));
      resolve();
    });
  });
  client.connect(url, protocols);
  const send = (message) =>
    typeof message === "string" ? connection.sendUTF(message) : connection.sendBytes(pack(message));
  return {
    heard,
    opened,
    closed: () => closed,
    send,
    sendInFragments: send,
    ping: (payload) =>
      new Promise((resolve) => {
        connection.once("pong", (data) => resolve(data.toString()));
        connection.ping(payload);
      }),
    close: (code = 1000, reason = "") => connection?.close(code, reason),
    get protocol() {
      return connection.protocol;
    },
  };
}

export const WEBSOCKETS = {
  "ws 8.21.3": { connect: ws, can: ["sendEmpty", "sendInFragments", "ping"] },
  "faye-websocket 0.11.4": { connect: fayeWebSocket, can: ["sendEmpty", "ping"] },
  // It keeps empty messages to itself.
  "websocket 1.0.35, W3C": { connect: w3cWebSocket, can: ["sendInFragments"] },
  "websocket 1.0.35, classic": { connect: classic, can: ["sendEmpty", "sendInFragments", "ping"] },
};
