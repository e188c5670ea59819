// Roomful's test server `target clients`, a program of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const BINARY = process.env.ROOMFUL_TARGET ?? fileURLToPath(new URL("../../../target/release/target", import.meta.url));

// A test process that dies must not leave servers behind.
const children = new Set();
process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));

/** Why it cannot be started, if so. */
export const missing = existsSync(BINARY)
  ? undefined
  : `no ${BINARY}: run "cargo build --release -p roomful-tests --bin target", or name it in ROOMFUL_TARGET`;

/** Starts it on a port (0: any). */
export async function startRoomful(port, env) {
  const child = spawn(BINARY, ["clients"], {
    env: { ...process.env, WORKERS: "1", ...env, PORT: String(port || freePort()) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.add(child);
  child.once("exit", () => children.delete(child));
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), "line"),
    once(child, "exit").then(([code]) => Promise.reject(new Error(`${BINARY} ended with ${code}`))),
  ]);
  return {
    port: +line.split(" ")[1],
    async stop() {
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** A port below those that the system gives to outgoing connections, so that none of them is in the way of a restart. */
function freePort() {
  return 12_000 + Math.floor(Math.random() * 18_000);
}
