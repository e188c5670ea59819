// The entry points of the package, listed once: the build makes them, package.json exports them, and their sizes are
// checked. `limit` is in bytes gzip; `import` says what a program imports whose bundle must keep to it, where that is
// less than the whole. `external` is not bundled: peer dependencies, and the main entry point where another one uses it.
// An entry with `call` is, where it is required, the function of that signature which it exports as default.
const MAIN = "./index.js";

export const ENTRIES = [
  {
    path: ".",
    source: "src/index.ts",
    name: "index",
    limit: 7000,
    call: "(uri?: string | named.IoOptions, options?: named.IoOptions): named.Socket",
  },
  { path: "./ws", source: "src/ws.ts", name: "ws", limit: 5000, import: "{ io }" },
  { path: "./msgpack", source: "src/msgpack/index.ts", name: "msgpack", limit: 2000 },
  { path: "./react", source: "src/react.ts", name: "react", limit: 1000, external: [MAIN, "react"] },
  { path: "./svelte", source: "src/svelte.ts", name: "svelte", limit: 1000, external: [MAIN, "svelte", "svelte/store"] },
  { path: "./vue", source: "src/vue.ts", name: "vue", limit: 1000, external: [MAIN, "vue"] },
  { path: "./shared", source: "src/shared.ts", name: "shared", limit: 3200, external: [MAIN] },
];

/** What else is built: scripts that define `io`, for pages, and what servers serve. */
export const SCRIPTS = [
  { file: "roomful.min.js", source: "src/global.ts", limit: 7000 },
  // What a SharedWorker runs for the tabs.
  { file: "shared-worker.js", source: "src/shared/script.ts", limit: 8300 },
  // It looks for module loaders too.
  { file: "served/socket.io.min.js", source: "src/umd.ts", limit: 7000 },
  { file: "served/socket.io.js", source: "src/umd.ts", readable: true },
  { file: "served/socket.io.esm.min.js", source: "src/index.ts", format: "esm", limit: 7000 },
];
