// Builds dist, and the files that the server serves as /socket.io/socket.io.js and so on, from src. With a folder as
// argument, builds all of it there instead. The same sources give the same bytes, if the folder lies in here: source
// maps hold paths relative to it.
import { execFileSync } from "node:child_process";
import { renameSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = process.argv[2] ?? "dist";

rmSync(`${root}/${out}`, { recursive: true, force: true });
const readable = {
  absWorkingDir: root,
  bundle: true,
  sourcemap: true,
  target: "es2022",
  platform: "browser",
  charset: "utf8",
  // A script that may be a CommonJS module looks for one.
  logOverride: { "commonjs-variable-in-esm": "silent" },
  logLevel: "warning",
};
const common = {
  ...readable,
  minify: true,
  // Members that other files of src use, but users do not. "_placeholder" is on the wire; the others are in use outside.
  mangleProps: /^_/,
  reserveProps: /^_(placeholder|close|readyState)$/,
};
await build({ ...common, entryPoints: ["src/index.ts"], format: "esm", outfile: `${out}/roomful.js` });
await build({ ...common, entryPoints: ["src/global.ts"], format: "iife", outfile: `${out}/roomful.min.js` });

const served = `${out}/served`;
await build({ ...readable, entryPoints: ["src/umd.ts"], format: "iife", outfile: `${served}/socket.io.js` });
await build({ ...common, entryPoints: ["src/umd.ts"], format: "iife", outfile: `${served}/socket.io.min.js` });
await build({ ...common, entryPoints: ["src/index.ts"], format: "esm", outfile: `${served}/socket.io.esm.min.js` });
// The crate that embeds them has to be whole without its neighbours.
if (out === "dist") {
  const embedded = `${root}/../server/doors/client`;
  rmSync(embedded, { recursive: true, force: true });
  renameSync(`${root}/${served}`, embedded);
}

const tsc = fileURLToPath(import.meta.resolve("typescript/bin/tsc"));
execFileSync(process.execPath, [tsc, "-p", ".", "--outDir", `${out}/types`], { cwd: root, stdio: "inherit" });
