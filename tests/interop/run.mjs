// Runs the suite, or the test files whose names contain one of the arguments: `node run.mjs wire faults`.
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { makeClientLibs } from "./client-libs.mjs";
import { BINARY, SERVER } from "./lib/target.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(here)
  .filter((file) => file.endsWith(".test.mjs"))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)));

function end(message) {
  console.error(message);
  process.exit(2);
}
if (files.length === 0) end(`no test file contains ${wanted.join(" or ")}`);
if (SERVER === "roomful" && !existsSync(BINARY)) {
  end(`${BINARY} is missing: cargo build --release -p roomful-tests --bin target`);
}
makeClientLibs();

// Two files at a time: the tests wait more than they compute, but the browser and the bursts need a core.
// The timeout counts for a whole file as well; it is the last resort, since every wait has its own deadline.
const options = ["--test", "--test-concurrency=2", "--test-timeout=240000", "--test-reporter=spec"];
const run = spawn(process.execPath, [...options, ...files], { cwd: here, stdio: "inherit" });
run.on("exit", (code) => process.exit(code ?? 1));
