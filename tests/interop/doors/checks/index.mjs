// All checks, by the kind of client.
import { events } from "./events.mjs";
import { multiplex } from "./multiplex.mjs";
import { plugins } from "./plugins.mjs";
import { primus } from "./primus.mjs";
import { shoe } from "./shoe.mjs";
import { sockjs } from "./sockjs.mjs";
import { websocket } from "./websocket.mjs";

export { play } from "./kit.mjs";

/** Each answers the checks for one row: not every client has every part of an API. */
export const CHECKS = { websocket, events, sockjs, multiplex, shoe, primus, plugins };
