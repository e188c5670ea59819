// A client in another language: a program that plays the checks and prints `{"check": …, "error": …}` a line each.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const DEADLINE = 80_000;

// A matrix that dies must not leave clients behind.
const children = new Set();
process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));

export function program(command, ...args) {
  return ({ url, transports }) =>
    new Promise((resolve, reject) => {
      const child = spawn(command, [...args, url, transports.join(",")], { stdio: ["ignore", "pipe", "pipe"] });
      children.add(child);
      const deadline = setTimeout(() => child.kill("SIGKILL"), DEADLINE);
      const results = {};
      let stderr = "";
      createInterface({ input: child.stdout }).on("line", (line) => {
        if (!line.startsWith("{")) return;
        const { check, error } = JSON.parse(line);
        results[check] = error;
      });
      child.stderr.on("data", (chunk) => (stderr = (stderr + chunk).slice(-2000)));
      child.once("error", reject);
      child.once("close", (code, signal) => {
        clearTimeout(deadline);
        children.delete(child);
        if (code !== 0) results["ends properly"] = `${signal ?? `status ${code}`}: ${stderr.trim().split("\n").at(-1)}`;
        resolve(results);
      });
    });
}
