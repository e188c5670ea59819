// A small front of the same origin: serves the test page with the official browser bundle and the
// scenarios, and passes /socket.io/ on to the target, so that no CORS stands between page and server.
import { readFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import { connect } from "node:net";

const PAGE = `<!DOCTYPE html>
<title>Interop scenarios</title>
<link rel="icon" href="data:,">
<script src="/socket.io.min.js"></script>
<script type="module">
  import { play } from "/scenarios/index.mjs";
  window.playScenario = (target, sentence, mode) =>
    play(target, sentence, { io, url: location.origin, mode, restart: window.restartTarget });
</script>`;

const file = (path) => new URL(path, new URL("../", import.meta.url));

async function serve(path, response) {
  if (path === "/") return response.setHeader("Content-Type", "text/html").end(PAGE);
  const script =
    path === "/socket.io.min.js"
      ? file("node_modules/socket.io-client/dist/socket.io.min.js")
      : /^\/(scenarios\/\w+|lib\/wait)\.mjs$/.test(path) && file(`.${path}`);
  if (!script) return response.writeHead(404).end();
  response.setHeader("Content-Type", "text/javascript").end(await readFile(script));
}

/** Long polls are cut when the page cuts them, and fail with 502 while the target is away. */
function pass(target, incoming, outgoing) {
  const { method, url: path, headers } = incoming;
  const upstream = request({ host: "127.0.0.1", port: target.port, method, path, headers, agent: false });
  upstream.on("response", (answer) => {
    outgoing.writeHead(answer.statusCode, answer.headers);
    answer.pipe(outgoing);
  });
  upstream.on("error", () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()));
  outgoing.on("close", () => outgoing.writableFinished || upstream.destroy());
  incoming.pipe(upstream);
}

function tunnel(target, incoming, client, head) {
  const upstream = connect(target.port, "127.0.0.1", () => {
    const lines = incoming.rawHeaders.map((text, i) => (i % 2 ? `${text}\r\n` : `${text}: `));
    upstream.write(`GET ${incoming.url} HTTP/1.1\r\n${lines.join("")}\r\n`);
    upstream.write(head);
    upstream.pipe(client).pipe(upstream);
  });
  const cut = () => (upstream.destroy(), client.destroy());
  for (const end of [upstream, client]) end.on("error", cut).on("close", cut);
}

export async function startFront(target) {
  const server = createServer((incoming, outgoing) => {
    if (incoming.url.startsWith("/socket.io/")) pass(target, incoming, outgoing);
    else serve(incoming.url, outgoing);
  });
  server.on("upgrade", (incoming, client, head) => tunnel(target, incoming, client, head));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
