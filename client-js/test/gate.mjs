// What stands between pages and servers in tests.
import { createServer, request } from "node:http";
import { connect, createServer as createTcpServer } from "node:net";

const listen = (server) => new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));

/** A way to a port that can be cut, and opened again; gone after the test. */
export async function openGate(t, port) {
  const sockets = new Set();
  let isOpen = true;
  const server = createTcpServer((socket) => {
    if (!isOpen) return socket.destroy();
    const other = connect(port, "127.0.0.1");
    for (const [from, to] of [[socket, other], [other, socket]]) {
      sockets.add(from);
      from.on("error", () => to.destroy()).on("close", () => (sockets.delete(from), to.destroy())).pipe(to);
    }
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  const cut = () => {
    isOpen = false;
    for (const socket of sockets) socket.destroy();
  };
  t.after(() => {
    cut();
    server.close();
  });
  return { url, cut, open: () => (isOpen = true) };
}

/** Serves a site's pages, and what is no page from another port; returns its own. Gone after the test. */
export async function startFront(t, site, port) {
  const forward = ({ method, url: path, headers }) => request({ port, host: "127.0.0.1", method, path, headers });
  const server = createServer((incoming, response) => {
    if (site(incoming, response)) return;
    const outgoing = forward(incoming).on("error", () => response.destroy());
    outgoing.on("response", (answer) => answer.pipe(response.writeHead(answer.statusCode, answer.headers)));
    response.on("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  server.on("upgrade", (incoming, socket) => {
    const outgoing = forward(incoming).on("error", () => socket.destroy()).end();
    outgoing.on("upgrade", ({ headers }, other) => {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines}\r\n`);
      for (const [from, to] of [[socket, other], [other, socket]]) {
        from.on("error", () => to.destroy()).on("close", () => to.destroy()).pipe(to);
      }
    });
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return listen(server);
}
