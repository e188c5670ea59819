// Builds the folder given (default: dist) from src. The same sources give the same bytes, if the folder lies in here:
// source maps hold paths relative to it.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = process.argv[2] ?? "dist";

rmSync(`${root}/${out}`, { recursive: true, force: true });
const common = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  sourcemap: true,
  target: "es2022",
  platform: "browser",
  charset: "utf8",
  // Members that other files of src use, but users do not. "_placeholder" is on the wire; the others are in use outside.
  mangleProps: /^_/,
  reserveProps: /^_(placeholder|close|readyState)$/,
  logLevel: "warning",
};
await build({ ...common, entryPoints: ["src/index.ts"], format: "esm", outfile: `${out}/roomful.js` });
await build({ ...common, entryPoints: ["src/global.ts"], format: "iife", outfile: `${out}/roomful.min.js` });
const tsc = fileURLToPath(import.meta.resolve("typescript/bin/tsc"));
execFileSync(process.execPath, [tsc, "-p", ".", "--outDir", `${out}/types`], { cwd: root, stdio: "inherit" });
