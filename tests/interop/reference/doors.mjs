// Counterpart of `target doors`, by the npm packages whose protocols it speaks.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { engineOptions, listen } from "./common.mjs";
import { serveEvents } from "./doors-events.mjs";
import { attachPrimus } from "./doors-primus.mjs";
import { attachSockJs } from "./doors-sockjs.mjs";

const { maxHttpBufferSize: maxPayload, perMessageDeflate } = engineOptions();
const path = (request) => request.url.split("?")[0];

const http = createServer((request, response) => {
  if (path(request) === "/lib/sockjs.js") {
    response.writeHead(200, { "Content-Type": "text/javascript; charset=utf-8" });
    response.end(readFileSync(new URL("../node_modules/sockjs-client/dist/sockjs.js", import.meta.url)));
    return;
  }
  if (path(request) === "/es" && request.method === "GET") return serveEvents(request, response);
  if (path(request) === "/ws") response.writeHead(426, { Upgrade: "websocket", Connection: "upgrade" });
  else response.writeHead(404);
  response.end();
});
const echo = new WebSocketServer({
  noServer: true,
  maxPayload,
  perMessageDeflate: perMessageDeflate && {
    ...perMessageDeflate,
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
  },
  handleProtocols: (offered) => offered.has("chat") && "chat",
});

// The library echoes close codes by itself, and closes with the right one where its client breaks the rules.
echo.on("connection", (socket) => {
  socket.on("message", (data, binary) => socket.send(data, { binary }));
  socket.on("error", () => {});
});
http.on("upgrade", (request, socket, head) => {
  if (path(request) === "/ws") echo.handleUpgrade(request, socket, head, (ws) => echo.emit("connection", ws));
  else socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
});
// Last: each of these asks the listeners before it for what is not its own.
attachSockJs(http);
attachPrimus(http);
listen(http);
