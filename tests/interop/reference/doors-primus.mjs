// The Primus mounts of `target doors`, by npm `primus` and its plugins; also what their client libraries are made from.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { answer, engineOptions, splitAck } from "./common.mjs";

const require = createRequire(import.meta.url);
const Primus = require("primus");

/** The names of the mounts, which are their paths and, with `.js`, their client libraries too. */
export const MOUNTS = {
  "primus-websockets": { transformer: "websockets" },
  "primus-faye": { transformer: "faye" },
  "primus-engineio": { transformer: "engine.io" },
  "primus-sockjs": { transformer: "sockjs" },
  "primus-plugins": { transformer: "websockets", plugins: ["emitter", "multiplex", "rooms"] },
};

const DEFAULT_PING = 500;

/** What only one transformer understands; `ws` would take a heartbeat for one of its own options. */
function transport(transformer) {
  const { pingInterval, pingTimeout } = engineOptions();
  if (transformer === "engine.io") return { pingInterval, pingTimeout };
  if (transformer === "sockjs") return { sockjs_url: "/lib/sockjs.js", heartbeat_delay: pingInterval };
  return {};
}

function create(http, name, pingInterval) {
  const { transformer, plugins = [] } = MOUNTS[name];
  return new Primus(http, {
    pathname: `/${name}`,
    transformer,
    pingInterval,
    maxLength: engineOptions().maxHttpBufferSize,
    transport: transport(transformer),
    plugin: Object.fromEntries(plugins.map((plugin) => [plugin, require(`primus-${plugin}`)])),
  });
}

/** The client library that Primus makes for a mount of this name, at the contract's ping interval. */
export function library(name) {
  const primus = create(createServer(), name, DEFAULT_PING);
  const source = primus.library();
  primus.destroy({ close: false });
  return source;
}

function echo(spark) {
  spark.on("data", (data) => {
    if (data === "bye") spark.end();
    else if (data === "kick") spark.end(undefined, { reconnect: true });
    else spark.write(typeof data === "object" && data !== null && "echo" in data ? data.echo : data);
  });
}

function events(primus) {
  primus.on("connection", (spark) => {
    const on = (event, handler) => spark.on(event, (...all) => handler(...splitAck(all)));
    on("echo", ([data], ack) => answer(ack, data));
    on("join", ([room], ack) => typeof room === "string" && spark.join(room, () => answer(ack, room)));
    on("say", ([room, data]) => typeof room === "string" && primus.room(room).send("said", data));
  });
  primus.channel("a").on("connection", (channel) => channel.on("data", (data) => channel.write({ re: data })));
}

/** Attaches all mounts to an HTTP server whose own listeners answer what is left. */
export function attachPrimus(http) {
  const pingInterval = Number(process.env.PRIMUS_PING || DEFAULT_PING);
  for (const name of Object.keys(MOUNTS)) {
    const primus = create(http, name, pingInterval);
    if (name === "primus-plugins") events(primus);
    else primus.on("connection", echo);
  }
}
