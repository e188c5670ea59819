// The shared tests in Deno, against Roomful.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { startLab } from "./lab/lab.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const deno = here("../node_modules/deno/bin.cjs");
const skip = existsSync(deno) ? false : "the npm package deno is not installed, so the client is not tested in Deno";

test("in Deno, against Roomful", { timeout: 120_000, skip }, async (t) => {
  const lab = await startLab();
  const folder = mkdtempSync(join(tmpdir(), "roomful-client-deno-"));
  t.after(() => {
    lab.close();
    rmSync(folder, { recursive: true });
  });
  const run = { kind: "roomful", lab: lab.url };
  const contents = `import { play } from "./browser/play.mjs"; console.log(JSON.stringify(await play(${JSON.stringify(run)}))); Deno.exit();`;
  const { outputFiles } = await build({ stdin: { contents, resolveDir: here(".") }, bundle: true, format: "esm", target: "es2022", write: false });
  const file = join(folder, "tests.js");
  writeFileSync(file, outputFiles[0].text);
  const { stdout } = await promisify(execFile)(process.execPath, [deno, "run", "--allow-net", "--no-prompt", file], { maxBuffer: 1 << 24 });
  const results = JSON.parse(stdout.trim().split("\n").at(-1));
  assert.ok(results.length > 0);
  for (const { name, error } of results) await t.test(name, () => assert.equal(error, undefined));
});
