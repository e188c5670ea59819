// Bundles shoe's stream, whose author means it for browserify: in Chromium with the old sockjs-client that it brings
// along, in Node with a sockjs-client that runs there.
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { build } from "esbuild";

const require = createRequire(import.meta.url);
const place = (name) => dirname(require.resolve(`${name}/package.json`));

const BROWSERIFIED = { stream: "stream-browserify", url: "url", events: "events", buffer: "buffer" };

const PLATFORMS = {
  node: { platform: "node", format: "cjs", alias: { "sockjs-client": place("sockjs-client") } },
  browser: {
    platform: "browser",
    format: "iife",
    globalName: "shoe",
    // What browserify puts in the place of Node's own modules.
    alias: Object.fromEntries(Object.entries(BROWSERIFIED).map(([module, name]) => [module, place(name)])),
    define: { global: "window" },
    // What it gives to every module.
    banner: { js: "var process = { env: {}, nextTick: (task, ...args) => setTimeout(task, 0, ...args) };" },
  },
};

/** The source of shoe's browser.js with all that it needs. */
export async function bundleShoe(platform) {
  const { outputFiles } = await build({
    entryPoints: [require.resolve("shoe/browser.js")],
    bundle: true,
    write: false,
    logLevel: "silent",
    ...PLATFORMS[platform],
  });
  return outputFiles[0].text;
}
