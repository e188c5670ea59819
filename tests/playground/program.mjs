// Starts the `roomful` program for a test. ROOMFUL_BIN names it (default: target/release/roomful in this checkout).
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { within } from "../interop/lib/wait.mjs";

const BINARY = process.env.ROOMFUL_BIN ?? fileURLToPath(new URL("../../target/release/roomful", import.meta.url));

export const KEY = "a-key-for-this-test-only";

// A test process that dies must not leave servers behind.
const children = new Set();
process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

/** The process and its address; it takes a free port unless told otherwise. */
export async function startProgram(...flags) {
  const env = { ...process.env, ROOMFUL_API_KEY: KEY };
  const child = spawn(BINARY, ["--port", "0", ...flags], { env, stdio: ["ignore", "pipe", "inherit"] });
  children.add(child);
  child.once("exit", () => children.delete(child));
  let printed = "";
  const address = new Promise((resolve, reject) => {
    child.stdout.on("data", (chunk) => {
      printed += chunk;
      const found = /Socket\.IO +(http:\S+)\s/.exec(printed);
      if (found) resolve(found[1]);
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${BINARY} ended with ${code}`)));
  });
  return [child, await within(address, "the program's start lines")];
}

export function push(url, body, key = KEY) {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  return fetch(`${url}/api/emit`, { method: "POST", headers, body: typeof body === "string" ? body : JSON.stringify(body) });
}
