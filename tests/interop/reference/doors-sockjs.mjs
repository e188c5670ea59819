// The SockJS services of `target doors`, by npm `sockjs`, and what is built on it: `websocket-multiplex` and `shoe`.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const shoe = require("shoe");
const sockjs = require("sockjs");
const { MultiplexServer } = require("websocket-multiplex");

/** Attaches all services to an HTTP server whose own listeners answer what is left. */
export function attachSockJs(http) {
  const common = { log: () => {}, sockjs_url: "/lib/sockjs.js", heartbeat_delay: Number(process.env.PING_INTERVAL || 25_000) };
  const install = (prefix, onConnection, options = {}) => {
    const server = sockjs.createServer({ ...common, ...options });
    server.on("connection", onConnection);
    server.installHandlers(http, { prefix });
    return server;
  };
  const echo = (connection) => connection.on("data", (message) => connection.write(message));

  install("/echo", echo, { response_limit: 4096 });
  install("/disabled_websocket_echo", echo, { websocket: false, response_limit: 4096 });
  install("/cookie_needed_echo", echo, { jsessionid: true, response_limit: 4096 });
  install("/close", (connection) => connection.close(3000, "Go away!"));
  install("/ticker", (connection) => {
    const timer = setInterval(() => connection.write("tick!"), 1000);
    connection.on("close", () => clearInterval(timer));
  });
  install("/amplify", (connection) =>
    connection.on("data", (message) => {
      const power = Math.floor(Number(message));
      connection.write("x".repeat(2 ** (power > 0 && power < 19 ? power : 1)));
    }),
  );
  const everyone = new Set();
  install("/broadcast", (connection) => {
    everyone.add(connection);
    connection.on("close", () => everyone.delete(connection));
    connection.on("data", (message) => everyone.forEach((other) => other.write(message)));
  });

  channels(install("/multiplex", () => {}));
  shoe((stream) => stream.on("data", (text) => stream.write(text.toUpperCase()))).install(http, { ...common, prefix: "/shoe" });
}

function channels(service) {
  const multiplex = new MultiplexServer(service);
  for (const name of ["ann", "bob,smith"]) {
    multiplex.registerChannel(name).on("connection", (channel) => {
      channel.on("data", (message) => channel.write(`re:${message}`));
      channel.write(`${name} says hi`);
    });
  }
  multiplex.registerChannel("closer").on("connection", (channel) => channel.end("last"));
}
