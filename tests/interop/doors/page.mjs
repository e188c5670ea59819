// Plays a row inside a page, whose script tags have brought the client library.
import { CHECKS, play } from "./checks/index.mjs";
import { w3c } from "./clients/w3c.mjs";
import { WORLDS } from "./worlds.mjs";

const { SockJS, WebSocketMultiplex, Primus, EventSource, WebSocket, shoe } = window;
const connect = (url, protocols) => w3c(new WebSocket(url, protocols));
const libraries = { SockJS, WebSocketMultiplex, Primus, EventSource, WebSocket, shoe, connect };

window.playRow = (row) => play(CHECKS[row.kind](row), () => new WORLDS[row.kind](libraries, row), row.only);
