// What the three reference servers share: figures from the environment, one HTTP server, an end at SIGTERM.
import { createServer } from "node:http";

const number = (name, fallback) => (process.env[name] ? Number(process.env[name]) : fallback);

/** Engine.IO options; the environment goes before a target's own figures, those before the defaults. */
export function engineOptions(own = {}) {
  return {
    pingInterval: number("PING_INTERVAL", own.pingInterval ?? 25_000),
    pingTimeout: number("PING_TIMEOUT", own.pingTimeout ?? 20_000),
    maxHttpBufferSize: number("MAX_PAYLOAD", 1_000_000),
    allowEIO3: own.allowEIO3 ?? process.env.EIO3 === "1",
    ...(own.cors && { cors: own.cors }),
    ...(process.env.DEFLATE && { perMessageDeflate: { threshold: number("DEFLATE") } }),
  };
}

/** An HTTP server which answers 404 wherever neither `routes` nor an attached server does. */
export function httpServer(routes = {}) {
  return createServer((request, response) => {
    const route = routes[request.url.split("?")[0]];
    if (request.method === "GET" && route) {
      response.writeHead(200, { "Content-Type": "application/json" });
      response.end(JSON.stringify(route()));
    } else {
      response.writeHead(404).end();
    }
  });
}

export function listen(http) {
  http.listen(number("PORT", 3000), "127.0.0.1", () => console.log(`LISTEN ${http.address().port}`));
  // Exiting cuts every connection, so nobody who is connected can delay the end.
  process.on("SIGTERM", () => process.exit(0));
}

/** Engine.IO echo: every message goes back as it came. */
export function echoEngine(engine) {
  engine.on("connection", (socket) => socket.on("message", (data) => socket.send(data)));
}

/** Calls the ack if there is one; the contracts make every ack optional. */
export const answer = (ack, ...args) => typeof ack === "function" && ack(...args);

/** Splits the trailing ack off an event's arguments. */
export function splitAck(args) {
  return typeof args.at(-1) === "function" ? [args.slice(0, -1), args.at(-1)] : [args, undefined];
}
