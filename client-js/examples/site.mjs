// Serves the pages of the examples, with the official client or with roomful-client in its place.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Where a program's import, and a page's script, lead to. */
const CLIENTS = {
  official: { alias: {}, script: here("../node_modules/socket.io-client/dist/socket.io.js") },
  roomful: { alias: { "socket.io-client": "roomful-client" }, script: here("../dist/roomful.min.js") },
};

const PROGRAMS = ["chat", "whiteboard"];

async function bundle(entry, alias) {
  const { outputFiles } = await build({ entryPoints: [entry], alias, bundle: true, format: "iife", target: "es2022", write: false });
  return outputFiles[0].text;
}

/** Answers requests for the pages, and says whether a request was one. */
export async function makeSite(client) {
  const { alias, script } = CLIENTS[client];
  const files = { "/socket.io/socket.io.js": ["text/javascript", await readFile(script, "utf8")] };
  for (const program of PROGRAMS) {
    files[`/${program}/`] = ["text/html; charset=utf-8", await readFile(here(`${program}/index.html`), "utf8")];
    files[`/${program}/main.js`] = ["text/javascript", await bundle(here(`${program}/main.js`), alias)];
  }
  return ({ url }, response) => {
    const [type, text] = files[url.split("?")[0]] ?? [];
    if (type) response.setHeader("Content-Type", type).end(text);
    return !!type;
  };
}
