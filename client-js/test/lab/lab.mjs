// Starts and stops servers for tests, in whatever runs them: they ask by HTTP. Serves files to browsers too.
import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { startNpmServer } from "./npm-server.mjs";
import { startRoomful } from "./roomful-server.mjs";

const STARTERS = { npm: startNpmServer, roomful: startRoomful };

/**
 * A process of its own, as what the servers leave behind should not keep the tests from ending. `files` are what
 * browsers get, by path: `[content type, text]`.
 */
export async function startLab(files = {}) {
  const child = fork(fileURLToPath(import.meta.url), { serialization: "advanced" });
  child.send(files);
  const [{ url }] = await once(child, "message");
  return { url, close: () => child.disconnect() };
}

if (process.send && process.argv[1] === fileURLToPath(import.meta.url)) {
  const [files] = await once(process, "message");
  process.send({ url: await serve(files) });
  process.on("disconnect", () => process.exit());
}

async function serve(files) {
  const servers = new Map();

  const actions = {
    async start({ kind, env, port = 0 }) {
      for (let attempt = 1; ; attempt++) {
        try {
          const server = await STARTERS[kind](port, env);
          servers.set(server.port, server);
          return { port: server.port };
        } catch (error) {
          // Somebody else may have taken the port.
          if (attempt === 5) throw error;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }
    },
    async stop({ port }) {
      const server = servers.get(port);
      servers.delete(port);
      await server?.stop();
      return {};
    },
  };

  const http = createServer(async (request, response) => {
    response.setHeader("Access-Control-Allow-Origin", "*");
    const path = new URL(request.url, "http://lab").pathname;
    if (request.method === "GET") {
      const [type, text] = files[path] ?? [];
      return type ? response.setHeader("Content-Type", type).end(text) : response.writeHead(404).end();
    }
    let body = "";
    for await (const chunk of request) body += chunk;
    try {
      response.end(JSON.stringify(await actions[path.slice(1)](JSON.parse(body))));
    } catch (error) {
      response.writeHead(500).end(`${error}`);
    }
  });
  await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${http.address().port}`;
}
