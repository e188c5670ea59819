// Installs the clients in other languages: a Python environment for each version of python-socketio, and the
// program that uses rust_socketio. Does nothing when they are there. `node matrix/setup.mjs` does only this.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const PYTHON = { "5.18.1": "requirements-5.txt", "4.6.1": "requirements-4.txt" };
const environment = (version) => here(`../../.venv-socketio-${version}`);
export const pythonOf = (version) => `${environment(version)}/bin/python`;

const rustTarget = process.env.CARGO_TARGET_DIR ? `${process.env.CARGO_TARGET_DIR}/matrix` : here("rust/target");
export const RUST_CLIENT = `${rustTarget}/debug/matrix-rust-client`;

function run(command, ...args) {
  const { status, error, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? stderr.trim().slice(-400)}`);
}

function python() {
  for (const [version, file] of Object.entries(PYTHON)) {
    const wanted = readFileSync(here(`python/${file}`), "utf8");
    const mark = `${environment(version)}/installed.txt`;
    if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) continue;
    run("python3", "-m", "venv", "--clear", environment(version));
    run(pythonOf(version), "-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check", "-r", here(`python/${file}`));
    writeFileSync(mark, wanted);
  }
}

function rust() {
  run("cargo", "build", "--locked", "--quiet", "--manifest-path", here("rust/Cargo.toml"), "--target-dir", rustTarget);
}

/** Why a part cannot be played, by its name; what is not in it can. */
export function setUp() {
  const missing = {};
  for (const [part, install] of Object.entries({ python, rust })) {
    try {
      install();
    } catch (error) {
      missing[part] = error.message;
    }
  }
  return missing;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const missing = setUp();
  for (const [part, why] of Object.entries(missing)) console.error(`matrix: the ${part} clients cannot be installed: ${why}`);
}
