// Makes `client-libs/`: the client libraries that `target doors` serves, out of the npm packages. Does nothing when
// they are there and the packages are the same. `node client-libs.mjs` does only this.
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { library, MOUNTS } from "./reference/doors-primus.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export const FOLDER = here("client-libs/");
const mark = `${FOLDER}made-from`;

/** What the libraries depend on, as one word. */
function sources() {
  const hash = createHash("sha256");
  for (const file of ["client-libs.mjs", "package-lock.json", "reference/doors-primus.mjs"])
    hash.update(readFileSync(here(file)));
  return hash.digest("hex");
}

export function makeClientLibs() {
  const wanted = sources();
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return;
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER);
  copyFileSync(here("node_modules/sockjs-client/dist/sockjs.js"), `${FOLDER}sockjs.js`);
  for (const name of Object.keys(MOUNTS)) writeFileSync(`${FOLDER}${name}.js`, library(name));
  // Last: who is interrupted begins again.
  writeFileSync(mark, wanted);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) makeClientLibs();
