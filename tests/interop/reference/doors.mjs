// Counterpart of `target doors`: so far the plain WebSocket echo at `/ws`, by npm `ws`.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { engineOptions, listen } from "./common.mjs";

const { maxHttpBufferSize: maxPayload, perMessageDeflate } = engineOptions();
const path = (request) => request.url.split("?")[0];

const http = createServer((request, response) => {
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
listen(http);
