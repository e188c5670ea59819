// Plays rows in headless Chromium, each in a page of its own whose files come from here and not from the server.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { startChromium } from "../lib/chromium.mjs";
import { MULTIPLEX_CLIENT } from "./clients/libraries.mjs";
import { bundleShoe } from "./clients/shoe.mjs";

/** The scripts of a page, by the kind of client. A server's own are asked of the server. */
const SCRIPTS = {
  websocket: () => [],
  events: () => [],
  sockjs: ({ url }) => [`${url}/lib/sockjs.js`],
  multiplex: ({ url }) => [`${url}/lib/sockjs.js`, "/interop/multiplex_client.js"],
  shoe: () => ["/interop/shoe.js"],
  primus: ({ url, mount }) => [`${url}/${mount}/primus.js`],
  plugins: ({ url, mount }) => [`${url}/${mount}/primus.js`],
};

const page = (scripts) => `<!DOCTYPE html>
<meta charset="utf-8">
<title>Interop: other doors</title>
<link rel="icon" href="data:,">
<body>
${scripts.map((script) => `<script src="${script}"></script>`).join("\n")}
<script type="module" src="/interop/doors/page.mjs"></script>`;

const root = new URL("../", import.meta.url);

async function script(path) {
  if (path === "shoe.js") return bundleShoe("browser");
  if (path === "multiplex_client.js") return readFile(MULTIPLEX_CLIENT, "utf8");
  return readFile(new URL(path, root), "utf8");
}

/** Where the pages of a test come from: for the browser every port is another origin. */
async function startSite() {
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://localhost");
    const path = pathname.slice("/interop/".length);
    const [type, body] =
      path === ""
        ? ["text/html", page(SCRIPTS[searchParams.get("kind")](Object.fromEntries(searchParams)))]
        : ["text/javascript", await script(path)];
    response.setHeader("Content-Type", type).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** A JSONP poll that is answered after its end: the client has taken its function away. */
const LATE_ANSWER = /^_jp\.\w+ is not a function$/;

export class Browser {
  #chromium;
  #site;

  static async start() {
    const browser = new Browser();
    browser.#site = await startSite();
    browser.#chromium = await startChromium();
    return browser;
  }

  /** Answers for each check of the row an error or `null`. */
  async play(row) {
    // Contexts do not share their connections to a server, of which Chromium allows but six.
    const context = await this.#chromium.newContext();
    try {
      const crashes = [];
      const tab = await context.newPage();
      tab.on("pageerror", ({ message }) => LATE_ANSWER.test(message) || crashes.push(message));
      await tab.goto(await this.#home(context, row));
      await tab.waitForFunction(() => window.playRow);
      const results = await tab.evaluate((it) => window.playRow(it), row);
      return { ...results, "no error in the page": crashes.join("; ") || null };
    } catch (error) {
      return { connect: error.message };
    } finally {
      await context.close();
    }
  }

  close() {
    this.#site.close();
    return this.#chromium.close();
  }

  /** The page of a row: on a site of its own, or as if it came from the server itself. */
  async #home(context, row) {
    const site = `http://127.0.0.1:${this.#site.address().port}`;
    const search = new URLSearchParams({ kind: row.kind, url: row.url, mount: row.mount ?? "" });
    if (!row.sameOrigin) return `${site}/interop/?${search}`;
    await context.route(`${row.url}/interop/**`, async (route) => {
      const { pathname } = new URL(route.request().url());
      await route.fulfill({ response: await route.fetch({ url: `${site}${pathname}?${search}` }) });
    });
    return `${row.url}/interop/`;
  }
}
