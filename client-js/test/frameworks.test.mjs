// The entry points for frameworks, with the real ones in Chromium and on a server.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import { compile, compileModule } from "svelte/compiler";
import { bundle, openPage, startChromium, startSite } from "./pages.mjs";
import { event } from "./helpers.mjs";

const browser = await startChromium();
after(() => browser.close());

/** Lets esbuild read Svelte; `generate` is "client" or "server". */
function svelte(generate) {
  return {
    name: "svelte",
    setup({ onLoad }) {
      onLoad({ filter: /\.svelte(\.js)?$/ }, ({ path }) => {
        const make = path.endsWith(".js") ? compileModule : compile;
        return { contents: make(readFileSync(path, "utf8"), { filename: path, generate }).js.code };
      });
    },
  };
}

const PROGRAMS = {
  react: await bundle("frameworks/react.jsx", { jsx: "automatic" }),
  svelte: await bundle("frameworks/svelte.svelte.js", { plugins: [svelte("client")], conditions: ["svelte"] }),
  vue: await bundle("frameworks/vue.js"),
};

const OPTIONS = { transports: ["websocket"], reconnectionDelay: 10, reconnectionDelayMax: 20 };

/** A page with the program of a framework, and the server that counts its connections. */
async function start(t, framework) {
  const files = { "/": "<!doctype html><body></body><script src=program.js></script>", "/program.js": PROGRAMS[framework] };
  const server = await startSite(t, files);
  let connections = 0;
  server.io.engine.on("connection", () => connections++);
  const page = await openPage(t, browser, server.url);
  return {
    server,
    page,
    connections: () => connections,
    render: (props) => page.evaluate((given) => window.program.render(given), { options: OPTIONS, tag: "a", ...props }),
    unmount: () => page.evaluate(() => window.program.unmount()),
    /** Waits until every part of the page shows a text that begins so, and returns the texts. */
    async shows(start) {
      const all = () => [...document.querySelectorAll("p")].map((p) => p.textContent);
      await page.waitForFunction(`(${all})().length && (${all})().every((text) => text.startsWith("${start}"))`);
      return page.evaluate(all);
    },
    async hears(...events) {
      await page.waitForFunction((count) => window.heard.length >= count, events.length);
      assert.deepEqual(await page.evaluate(() => window.heard), events);
    },
  };
}

describe("with each framework", { concurrency: 3 }, () => {
  for (const framework of Object.keys(PROGRAMS)) {
    describe(framework, { concurrency: 2 }, () => {
      test("components that use one address share one socket", async (t) => {
        const { connections, render, shows } = await start(t, framework);
        await render({ parts: 3 });
        const [first, ...others] = await shows("online as ");
        assert.deepEqual(others, [first, first]);
        assert.equal(connections(), 1);
      });

      test("an event is handled once, by the newest handler", async (t) => {
        const { server, render, hears, shows } = await start(t, framework);
        await render({ tag: "a" });
        await shows("online");
        server.io.emit("said", 1);
        await hears("a:1");
        await render({ tag: "b" });
        server.io.emit("said", 2);
        server.io.emit("said", 3);
        await hears("a:1", "b:2", "b:3");
      });

      test("what is shown follows a loss of the connection and its return", async (t) => {
        const { server, connections, render, shows } = await start(t, framework);
        await render();
        await shows("online");
        server.io.engine.opts.allowRequest = (_, answer) => answer("not now", false);
        for (const socket of server.io.sockets.sockets.values()) socket.conn.close();
        await shows("offline");
        server.io.engine.opts.allowRequest = undefined;
        await shows("online");
        assert.equal(connections(), 2);
      });

      test("a remount within a second keeps the connection; a second after the last unmount it closes", async (t) => {
        const { server, connections, render, unmount, hears, shows } = await start(t, framework);
        await render();
        await shows("online");
        await unmount();
        await render({ tag: "b" });
        await shows("online");
        server.io.emit("said", 1);
        await hears("b:1");
        const [remote] = server.io.sockets.sockets.values();
        const closed = event(remote, "disconnect");
        await unmount();
        assert.equal((await closed)[0], "client namespace disconnect");
        assert.equal(connections(), 1);
        await render({ tag: "c" });
        await shows("online");
        assert.equal(connections(), 2);
      });
    });
  }
});

test("useEvent of React does not subscribe again when the handler is another one", async (t) => {
  const { page, render, shows } = await start(t, "react");
  await render({ tag: "a" });
  await shows("online");
  const listeners = () => page.evaluate(() => window.program.socket.listeners("said").map((fn) => (fn.mark ??= Math.random())));
  const before = await listeners();
  await render({ tag: "b" });
  await render({ tag: "c" });
  assert.equal(before.length, 1);
  assert.deepEqual(await listeners(), before);
});

test("a socket whose auth is a function asks the newest one", async (t) => {
  const { server, page, render, shows } = await start(t, "react");
  const tokens = [];
  server.io.use((socket, next) => {
    tokens.push(socket.handshake.auth.token);
    next();
  });
  await render({ token: "old" });
  await shows("online");
  await render({ token: "new" });
  await page.evaluate(() => window.program.socket.io.engine.close());
  await event(server.io, "connection");
  assert.deepEqual(tokens, ["old", "new"]);
});

test("on a server the components render as not connected, and nothing connects", async () => {
  const program = await bundle("frameworks/server.js", {
    jsx: "automatic",
    platform: "node",
    format: "cjs",
    plugins: [svelte("server")],
  });
  // Something that connects would keep it from ending.
  const { stdout, stderr } = spawnSync(process.execPath, ["-"], { input: program, encoding: "utf8", timeout: 20_000 });
  const rendered = JSON.parse(stdout || "{}");
  assert.deepEqual(Object.keys(rendered), ["react", "svelte", "vue"], stderr);
  for (const html of Object.values(rendered)) assert.match(html, /<p>offline<\/p>/);
});
