// A page in headless Chromium with the official clients, and what the tests run in it.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { startChromium } from "../interop/lib/chromium.mjs";

const modules = new URL("../interop/node_modules/", import.meta.url);
const SCRIPTS = {
  "/socket.io.js": new URL("socket.io-client/dist/socket.io.min.js", modules),
  "/engine.io.js": new URL("engine.io-client/dist/engine.io.min.js", modules),
  "/in-page.js": new URL("in-page.js", import.meta.url),
};
const PAGE = `<!DOCTYPE html>
<title>WebTransport</title>
<link rel="icon" href="data:,">
${Object.keys(SCRIPTS).map((path) => `<script src="${path}"></script>`).join("\n")}`;

/** A browser, and the front that serves its pages. */
export async function openBrowser() {
  const browser = await startChromium();
  const front = createServer(async (request, response) => {
    if (request.url === "/") return response.setHeader("Content-Type", "text/html").end(PAGE);
    const script = SCRIPTS[request.url];
    if (!script) return response.writeHead(404).end();
    response.setHeader("Content-Type", "text/javascript").end(await readFile(script));
  });
  await new Promise((resolve) => front.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${front.address().port}/`;
  return {
    url,
    /** A page that knows the target. */
    async openPage(target) {
      const page = await browser.newPage();
      // The official client lets go of its stream without a look at how that ends.
      page.on("pageerror", (error) => /session is closed|Connection lost/.test(error.message) || console.error(error));
      await page.goto(url);
      await page.evaluate((target) => window.meet(target), target.url);
      return page;
    },
    async close() {
      await browser.close();
      front.close();
      front.closeAllConnections();
    },
  };
}
