// Every client of the table, over every transport.
import { MOUNTS } from "../reference/doors-primus.mjs";
import { PLUGINS } from "./checks/plugins.mjs";
import { WEBSOCKETS } from "./clients/websocket.mjs";

const websockets = [
  ...Object.entries(WEBSOCKETS).map(([client, { can }]) => ({
    name: client,
    where: "Node",
    kind: "websocket",
    client,
    can,
  })),
  { name: "WebSocket", where: "Chromium", kind: "websocket", can: ["sendEmpty"] },
].map((row) => ({ ...row, transport: "websocket" }));

const events = [
  { name: "eventsource 4.1.1", where: "Node" },
  { name: "EventSource", where: "Chromium" },
].map((row) => ({ ...row, kind: "events", transport: "eventsource" }));

const SOCKJS = {
  Node: ["websocket", "xhr-streaming", "xhr-polling"],
  Chromium: [
    "websocket",
    "xhr-streaming",
    "eventsource",
    "iframe-eventsource",
    "htmlfile",
    "iframe-htmlfile",
    "xhr-polling",
    "iframe-xhr-polling",
    "jsonp-polling",
  ],
};

/** What cannot be played, and why. */
export const SKIPPED = {
  "sockjs-client, xdr-streaming and xdr-polling": "XDomainRequest is Internet Explorer's alone",
};

const sockjs = Object.entries(SOCKJS).flatMap(([where, transports]) =>
  transports.map((transport) => ({
    name: "sockjs-client 1.6.1",
    where,
    kind: "sockjs",
    transport,
    // The client takes it for a page of the server itself only; all other pages are elsewhere.
    sameOrigin: transport === "htmlfile",
  })),
);

const multiplex = ["Node", "Chromium"].flatMap((where) => [
  { name: "websocket-multiplex 0.1.0", where, kind: "multiplex", transport: "websocket" },
  { name: "websocket-multiplex 0.1.0", where, kind: "multiplex", transport: "xhr-polling" },
  { name: "websocket-multiplex 0.1.0", where, kind: "multiplex", transport: "bare websocket", bare: true },
]);

const shoe = [
  { name: "shoe 0.0.15, sockjs-client 1.6.1", where: "Node" },
  { name: "shoe 0.0.15, sockjs-client 0.3.1", where: "Chromium" },
].map((row) => ({ ...row, kind: "shoe", transport: "any" }));

const primus = Object.entries(MOUNTS)
  .filter(([, { plugins }]) => !plugins)
  .flatMap(([mount, { transformer }]) =>
    ["Node", "Chromium"].map((where) => ({
      name: "primus 8.0.9",
      where,
      kind: "primus",
      transport: transformer,
      mount,
      transformer,
    })),
  );

const plugins = Object.keys(PLUGINS).flatMap((plugin) =>
  ["Node", "Chromium"].map((where) => ({
    name: `primus-${plugin}`,
    where,
    kind: "plugins",
    transport: "websockets",
    mount: "primus-plugins",
    plugin,
  })),
);

export const ROWS = [...websockets, ...events, ...sockjs, ...multiplex, ...shoe, ...primus, ...plugins].map(
  ({ name, ...row }) => ({ ...row, name: `${name}, ${row.where}` }),
);
