// Fails when package.json does not export what the table of entry points says, or when publint or are-the-types-wrong
// find fault with the package.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { ENTRIES, SCRIPTS } from "./entries.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { exports } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));

const expected = Object.fromEntries(
  ENTRIES.map(({ path, name, source }) => {
    const types = `./dist/types/${source.slice("src/".length, -".ts".length)}`;
    const condition = (js, dts) => ({ types: types + dts, default: `./dist/${name}${js}` });
    return [path, { import: condition(".js", ".d.ts"), require: condition(".cjs", ".d.cts") }];
  }),
);
const scripts = SCRIPTS.map(({ file }) => file).filter((file) => !file.startsWith("served/"));
for (const file of scripts) expected[`./${file}`] = `./dist/${file}`;
expected["./package.json"] = "./package.json";

if (!isDeepStrictEqual(exports, expected)) {
  console.error(`The exports of package.json have to be:\n${JSON.stringify(expected, null, 2)}`);
  process.exit(1);
}
const run = (...command) => execFileSync("npx", ["--no-install", ...command], { cwd: root, stdio: "inherit" });
run("publint", "--strict");
// Resolution of Node 10 knows no "exports": there, only the main entry is found.
run("attw", "--pack", ".", "--profile", "node16", "--exclude-entrypoints", ...scripts.map((file) => `./${file}`), "./package.json");
