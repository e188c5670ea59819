// The WebSockets of `target doors`.
import { newSession } from "./sockjs.mjs";

/** For each WebSocket the path of a new connection. */
export const WEBSOCKETS = {
  "plain": () => "/ws",
  "SockJS": () => `${newSession("/echo")}/websocket`,
  "SockJS, bare": () => "/echo/websocket",
  "websocket-multiplex": () => `${newSession("/multiplex")}/websocket`,
  "Primus, websockets": () => "/primus-websockets",
  "Primus, faye": () => "/primus-faye",
  "Primus, engine.io": () => "/primus-engineio/?EIO=4&transport=websocket",
  "Primus, sockjs": () => `${newSession("/primus-sockjs")}/websocket`,
  "Primus, plugins": () => "/primus-plugins",
};
