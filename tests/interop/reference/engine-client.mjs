// Counterpart of `target engine-client`: what the official Engine.IO client's own tests talk to.
import { Server as Engine } from "engine.io";
import { engineOptions, httpServer, listen } from "./common.mjs";

const http = httpServer();
const engine = new Engine({
  ...engineOptions({ pingInterval: 500 }),
  maxHttpBufferSize: Number(process.env.MAX_PAYLOAD || 100),
  allowRequest: (request, decide) => decide(null, !("deny" in request._query)),
});
engine.attach(http, { path: "/engine.io", destroyUpgrade: false });

// The library forgets the request that upgraded a session.
const upgrades = new Map();
http.on("upgrade", (request) => {
  const sid = new URL(request.url, "http://localhost").searchParams.get("sid");
  if (sid) upgrades.set(sid, request);
});
const carrier = (socket) => {
  if (socket.transport.name === "polling") return socket.transport.dataReq;
  return upgrades.get(socket.id) ?? socket.request;
};

engine.on("initial_headers", (headers) => {
  headers["set-cookie"] = [
    "1=1; Max-Age=86400",
    "2=2; Path=/; HttpOnly; Secure; SameSite=Strict",
    "3=3; Max-Age=0",
    `4=4; Expires=${new Date().toUTCString()}`,
  ];
});
engine.on("connection", (socket) => {
  socket.send("hi");
  socket.on("message", (message) => {
    if (message === "give binary") socket.send(Buffer.from([0, 1, 2, 3, 4]));
    else if (message === "give utf8") socket.send("пойду спать всем спокойной ночи");
    else if (message === "sendHeaders") socket.send(JSON.stringify(carrier(socket).headers));
    else socket.send(message);
  });
});
listen(http);
