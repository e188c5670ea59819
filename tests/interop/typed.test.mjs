// Events that are types in Rust and in TypeScript (examples/typed): the client compiles against what the server exports,
// mistakes do not, and both understand each other.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { BINARY, unlessReference } from "./lib/target.mjs";
import { until, within } from "./lib/wait.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const CLIENT = here("../../examples/typed/client");
// Built beside the target.
const EXAMPLE = BINARY.replace(/target$/, "example-typed");

async function bundled(file) {
  const { outputFiles } = await build({
    entryPoints: [`${CLIENT}/${file}`],
    alias: { "roomful-client": here("../../client-js/dist/index.js") },
    bundle: true,
    format: "esm",
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

describe("events that are types in both languages", unlessReference("its events are not types of Rust"), () => {
  let server, url, player;
  const sockets = [];

  before(async () => {
    server = spawn(EXAMPLE, { env: { ...process.env, PORT: "0" }, stdio: ["ignore", "pipe", "inherit"] });
    const [line] = await within(once(createInterface({ input: server.stdout }), "line"), `${EXAMPLE} to listen`);
    url = line.replace("open ", "");
    player = await bundled("player.ts");
  });
  after(() => {
    sockets.forEach((socket) => socket.disconnect());
    server?.kill("SIGKILL");
  });

  test("the types of the client are those that the server exports", () => {
    const { stdout } = spawnSync(EXAMPLE, ["--types"], { encoding: "utf8" });
    assert.equal(readFileSync(`${CLIENT}/events.ts`, "utf8"), stdout);
  });

  test("the client compiles, and mistakes in events do not", () => {
    const tsc = here("../../client-js/node_modules/typescript/bin/tsc");
    const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", CLIENT], { encoding: "utf8" });
    assert.equal(status, 0, stdout);
  });

  test("a move is answered by its number, or by why it is none, and others hear of it", async () => {
    const heard = [];
    sockets.push(player.join(url, (...moved) => heard.push(moved)), player.join(url, () => {}));
    const [, mover] = sockets;
    await until(() => sockets.every(({ connected }) => connected), "both players");
    assert.equal(await player.move(mover, 1, { column: 2, row: 7 }), 1);
    await until(() => heard.length > 0, "the move");
    assert.deepEqual(heard, [[mover.id, { column: 2, row: 7 }]]);
    await assert.rejects(player.move(mover, 1, { column: 8, row: 0 }), { message: "the board has 8 columns and rows" });
  });

  test("moves that a client sends again, as answers come too late for it, are made once", async () => {
    const { io } = await import(here("../../client-js/dist/index.js"));
    const socket = io(url, { retries: 100, retryIds: true, retryWindow: 4, ackTimeout: 100, forceNew: true });
    sockets.push(socket);
    await until(() => socket.connected, "the player");
    // Answers to polls take longer than the client waits, until it has sent moves again.
    const { fetch } = globalThis;
    let sent = 0;
    globalThis.fetch = async (...args) => {
      const response = await fetch(...args);
      if (sent <= 10) await new Promise((resolve) => setTimeout(resolve, 150));
      return response;
    };
    try {
      socket.onAnyOutgoing(() => sent++);
      const field = { column: 1, row: 1 };
      const moves = Array.from({ length: 10 }, () => socket.emitWithAck("move", { gameId: 1, to: field }));
      const answers = await within(Promise.all(moves), "ten moves");
      const numbers = answers.map(({ number }) => number).sort((a, b) => a - b);
      assert.ok(sent > 10, `${sent} events: none was sent again`);
      // Each was made once, and none besides.
      assert.deepEqual(numbers, Array.from({ length: 10 }, (_, i) => numbers[0] + i));
      assert.equal(await player.move(sockets[0], 1, field), numbers[9] + 1);
    } finally {
      globalThis.fetch = fetch;
    }
  });
});
