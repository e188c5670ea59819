// Pages in headless Chromium, served beside the npm server.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { startServer } from "./helpers.mjs";

const ARGS = [
  // Chromium's sandbox cannot run as root, and containers often have a tiny /dev/shm.
  "--no-sandbox",
  "--disable-dev-shm-usage",
  "--disable-gpu",
  "--no-proxy-server",
  // Tests look at several pages; those in the background must not sleep.
  "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding",
];

/** Chromium; the caller closes it. */
export function startChromium() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGS });
}

/** A file of this folder as one script for a page; `options` are esbuild's. */
export async function bundle(file, options = {}) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    bundle: true,
    write: false,
    format: "iife",
    target: "es2022",
    define: { "process.env.NODE_ENV": '"development"' },
    logLevel: "error",
    ...options,
  });
  return outputFiles[0].text;
}

/** The npm server, which also serves files by path (HTML, or scripts where the path ends in .js), until the test ends. */
export async function startSite(t, files, options = {}) {
  const server = await startServer(t, { serveClient: false, ...options });
  server.http.on("request", ({ url }, response) => {
    const path = url.split("?")[0];
    if (path.startsWith("/socket.io/") && !(path in files)) return;
    response.setHeader("Content-Type", path.endsWith(".js") ? "text/javascript" : "text/html; charset=utf-8");
    response.writeHead(path in files ? 200 : 404).end(files[path]);
  });
  return server;
}

/** A page of a browser or context, closed after the test; what it throws fails the test. */
export async function openPage(t, browser, url) {
  const page = await browser.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error));
  t.after(async () => {
    await page.close();
    if (errors[0]) throw errors[0];
  });
  page.setDefaultTimeout(10_000);
  await page.goto(url);
  return page;
}
