// One chat, written for Node and for Roomful (examples/migration): the migration pages promise that clients see no
// difference. MIGRATION names other servers to compare, as `name=/path/to/binary`, with commas between.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { io } from "socket.io-client";
import { BINARY, SERVER } from "./lib/target.mjs";
import { within } from "./lib/wait.mjs";
import { ask, connected, next, refused } from "./scenarios/kit.mjs";

const example = fileURLToPath(new URL("../../examples/migration/node/server.mjs", import.meta.url));
const more = process.env.MIGRATION?.split(",").map((one) => one.split("=")) ?? [];
const SERVERS = {
  Node: [process.execPath, "--import", new URL("lib/packages.mjs", import.meta.url).href, example],
  // Built beside the target.
  ...(SERVER === "roomful" && { Roomful: [BINARY.replace(/target$/, "example-migration")] }),
  ...Object.fromEntries(more.map(([name, path]) => [name, [path]])),
};

for (const [name, [command, ...args]] of Object.entries(SERVERS)) {
  describe(`the chat of the migration pages on ${name}`, () => {
    let server, url;
    const sockets = [];

    const open = (auth) => {
      const socket = io(`${url}/chat`, { auth, forceNew: true, reconnection: false });
      sockets.push(socket);
      return socket;
    };
    const join = (who) => connected(open({ name: who, token: "secret" }));

    before(async () => {
      if (!existsSync(command)) throw new Error(`${command} is missing: cargo build --release -p example-migration`);
      server = spawn(command, args, { env: { ...process.env, PORT: "0" }, stdio: ["ignore", "pipe", "inherit"] });
      const lines = createInterface({ input: server.stdout });
      const [line] = await within(once(lines, "line"), `${name} to listen`);
      url = `http://127.0.0.1:${/^LISTEN (\d+)$/.exec(line)[1]}`;
    });
    after(async () => {
      sockets.forEach((socket) => socket.disconnect());
      const ended = once(server, "exit");
      server.kill("SIGTERM");
      await within(ended, `${name} to end`);
    });

    test("who has no token is refused", async () => {
      const error = await refused(open({ name: "Eve", token: "guessed" }));
      assert.equal(error.message, "not authorized");
      // socketioxide has no data beside the message.
      if (name !== "socketioxide") assert.deepEqual(error.data, { code: 401 });
    });

    test("people join, talk, type and leave", async () => {
      const [ann, bob] = [await join("Ann"), await join("Bob")];
      assert.deepEqual(await ask(ann, "join", "tea"), [1]);
      const joined = next(ann, "joined");
      assert.deepEqual(await ask(bob, "join", "tea"), [2]);
      assert.deepEqual(await joined, ["Bob"]);

      const heard = Promise.all([next(ann, "said"), next(bob, "said")]);
      const [id] = await ask(ann, "say", "tea", "hello");
      assert.deepEqual(await heard, [[{ name: "Ann", text: "hello" }], [{ name: "Ann", text: "hello" }]]);
      assert.deepEqual(await ask(bob, "say", "tea", "hello yourself"), [id + 1]);

      const types = next(bob, "typing");
      ann.emit("typing", "tea");
      assert.deepEqual(await types, ["Ann"]);

      const left = next(ann, "left");
      bob.disconnect();
      const [who, reason] = await left;
      assert.equal(who, "Bob");
      // socketioxide has words of its own.
      if (name !== "socketioxide") assert.equal(reason, "client namespace disconnect");
    });

    test("only who is in a room may talk there", async () => {
      const ann = await join("Ann");
      assert.deepEqual(await ask(ann, "say", "coffee", "hello"), [{ error: "join the room first" }]);
    });

    test("the server asks before it clears", async () => {
      const ann = await join("Ann");
      await ask(ann, "join", "board");
      let asked = 0;
      ann.on("sure", (room, answer) => answer(room === "board" && ++asked === 2));
      const cleared = next(ann, "cleared");
      ann.emit("clear", "board");
      ann.emit("clear", "board");
      assert.deepEqual(await cleared, ["Ann"]);
      assert.equal(asked, 2);
    });

    test("what is posted reaches everybody", async () => {
      const [ann, bob] = [await join("Ann"), await join("Bob")];
      const heard = Promise.all([next(ann, "announcement"), next(bob, "announcement")]);
      const { status } = await fetch(`${url}/announce?text=closing%20soon`, { method: "POST" });
      assert.equal(status, 204);
      assert.deepEqual(await heard, [["closing soon"], ["closing soon"]]);
    });
  });
}
