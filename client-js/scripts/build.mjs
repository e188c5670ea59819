// Builds dist, and the files that the server serves as /socket.io/socket.io.js and so on, from src. With a folder as
// argument, builds all of it there instead. The same sources give the same bytes, if the folder lies in here: source
// maps hold paths relative to it.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { minify } from "terser";
import { ENTRIES, SCRIPTS } from "./entries.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = process.argv[2] ?? "dist";

/** Bundles a source file into one of `out`, with a source map beside it. */
async function bundle(source, file, { format, readable = false, external }) {
  const outfile = join(root, out, file);
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [source],
    outfile,
    format,
    external,
    bundle: true,
    minify: !readable,
    sourcemap: "external",
    target: "es2022",
    platform: "browser",
    charset: "utf8",
    // Members that other files of src use, but users do not. "_placeholder" is on the wire; the others are in use outside.
    ...(!readable && { mangleProps: /^_/, reserveProps: /^_(placeholder|close|readyState)$/ }),
    // A script that may be a CommonJS module looks for one.
    logOverride: { "commonjs-variable-in-esm": "silent" },
    logLevel: "warning",
    write: false,
  });
  const text = (path) => outputFiles.find((made) => made.path === path).text;
  const bundled = { code: text(outfile), map: text(`${outfile}.map`) };
  const { code, map } = readable ? bundled : await squeeze(bundled, format);
  mkdirSync(dirname(outfile), { recursive: true });
  writeFileSync(outfile, `${code.trimEnd()}\n//# sourceMappingURL=${basename(file)}.map\n`);
  writeFileSync(`${outfile}.map`, map);
}

/** What esbuild has bundled, in fewer bytes. */
function squeeze({ code, map }, format) {
  return minify(code, {
    module: format === "esm",
    ecma: 2022,
    compress: { passes: 3, unsafe_arrows: true, unsafe_methods: true, pure_getters: true, hoist_funs: true },
    sourceMap: { content: map },
  });
}

/** Writes a module for `require` beside one for `import`; with `isFunction`, its default export is the module. */
function toCommonJs(from, to, isFunction) {
  const read = (file) => readFileSync(join(root, out, file), "utf8");
  const required = [];
  const [, code, names] = /^(.*)export\{(.*?)\};\s*\/\/#/s.exec(read(from));
  // Spaces in their place, so that all else stays where the source map looks for it.
  const body = code.replace(/import\{([^}]*)\}from("[^"]*");/g, (whole, list, module) => {
    const file = module.replace(/^("\..*)\.js"/, '$1.cjs"');
    required.push(`const{${list.replaceAll(" as ", ":")}}=require(${file});`);
    return " ".repeat(whole.length);
  });
  const exported = names.split(",").map((pair) => pair.split(" as ")).map(([local, name = local]) => [name, local]);
  const lines = [
    `"use strict";${required.join("")}`,
    body,
    ...exported.flatMap(([name, local]) => (isFunction && name === "default" ? [`module.exports=${local};`] : [])),
    ...exported.map(([name, local]) => `module.exports.${name}=${local};`),
    `//# sourceMappingURL=${basename(to)}.map`,
  ];
  writeFileSync(join(root, out, to), `${lines.join("\n")}\n`);
  const map = JSON.parse(read(`${from}.map`));
  writeFileSync(join(root, out, `${to}.map`), JSON.stringify({ ...map, mappings: `;${map.mappings}` }));
}

/** Declarations for `require`: the same, but of CommonJS modules. */
function commonJsTypes(folder) {
  for (const name of readdirSync(folder, { recursive: true }).filter((file) => file.endsWith(".d.ts"))) {
    const text = readFileSync(join(folder, name), "utf8");
    const other = text
      .replace(/((?:from|import|module)\s*\(?")(\.[^"]*)\.js"/g, '$1$2.cjs"')
      // A namespace could not pass on what is said to be a type only.
      .replace(/^export type \{/gm, "export {");
    writeFileSync(join(folder, name.replace(/\.d\.ts$/, ".d.cts")), other);
  }
}

/** Declarations of a module that is a function, with what the module exports otherwise as its members. */
function functionTypes(folder, call) {
  renameSync(join(folder, "index.d.cts"), join(folder, "named.d.cts"));
  const text = ["named", "client"].map((name) => readFileSync(join(folder, `${name}.d.cts`), "utf8")).join("\n");
  const listed = [...text.matchAll(/^export (?:type )?\{(.*?)\}/gms)].flatMap(([, list]) => list.split(","));
  const declared = [...text.matchAll(/^export declare (?:const|function|class) (\w+)/gm)].map(([, name]) => name);
  const names = new Set([...listed.map((it) => it.trim().split(" as ").at(-1)), ...declared]);
  const members = [...names].filter((name) => name && name !== "default").sort();
  const lines = [
    'import named = require("./named.cjs");',
    `declare function main${call};`,
    "declare namespace main {",
    ...members.map((name) => `    export import ${name} = named.${name};`),
    "}",
    "export = main;",
  ];
  writeFileSync(join(folder, "index.d.cts"), `${lines.join("\n")}\n`);
}

rmSync(join(root, out), { recursive: true, force: true });
for (const { source, name, external, call } of ENTRIES) {
  await bundle(source, `${name}.js`, { format: "esm", external });
  toCommonJs(`${name}.js`, `${name}.cjs`, !!call);
}
for (const { source, file, ...options } of SCRIPTS) await bundle(source, file, { format: "iife", ...options });
// The crate that embeds them has to be whole without its neighbours.
if (out === "dist") {
  const embedded = join(root, "../server/doors/client");
  rmSync(embedded, { recursive: true, force: true });
  renameSync(join(root, out, "served"), embedded);
}

const tsc = fileURLToPath(import.meta.resolve("typescript/bin/tsc"));
execFileSync(process.execPath, [tsc, "-p", ".", "--outDir", `${out}/types`], { cwd: root, stdio: "inherit" });
commonJsTypes(join(root, out, "types"));
functionTypes(join(root, out, "types"), ENTRIES.find(({ call }) => call).call);
