// The client libraries in Node, by the kind of client.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { MOUNTS } from "../../reference/doors-primus.mjs";
import { bundleShoe } from "./shoe.mjs";
import { WEBSOCKETS } from "./websocket.mjs";

const require = createRequire(import.meta.url);

/** The client of websocket-multiplex is a script and no module. */
export const MULTIPLEX_CLIENT = require.resolve("websocket-multiplex/multiplex_client.js");

/** Primus makes a client for Node; its pathname and plugins are the mount's. */
function primus({ mount }) {
  const { transformer, plugins = [] } = MOUNTS[mount];
  const plugin = Object.fromEntries(plugins.map((name) => [name, require(`primus-${name}`)]));
  return { Primus: require("primus").createSocket({ transformer, pathname: `/${mount}`, plugin }) };
}

async function shoe() {
  const module = { exports: {} };
  new Function("module", "require", await bundleShoe("node"))(module, require);
  return { shoe: module.exports };
}

const LIBRARIES = {
  websocket: ({ client }) => ({ connect: WEBSOCKETS[client].connect }),
  events: () => ({ EventSource: require("eventsource").EventSource }),
  sockjs: () => ({ SockJS: require("sockjs-client") }),
  multiplex: () => ({
    SockJS: require("sockjs-client"),
    WebSocket: require("ws"),
    WebSocketMultiplex: new Function(`${readFileSync(MULTIPLEX_CLIENT, "utf8")}; return WebSocketMultiplex;`)(),
  }),
  shoe,
  primus,
  plugins: primus,
};

/** What the worlds of this row connect with. */
export const libraries = (row) => LIBRARIES[row.kind](row);
