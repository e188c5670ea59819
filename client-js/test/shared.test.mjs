// The shared tests in Node: against the npm server and Roomful's; and those of the official client with that itself.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import * as official from "socket.io-client";
import { WebSocket } from "ws";
import * as client from "../dist/index.js";
import { startLab } from "./lab/lab.mjs";
import { missing } from "./lab/roomful-server.mjs";
import { makeWorld } from "./shared/kit.mjs";
import { ALL, DROP_IN } from "./shared/suites.mjs";

const lab = await startLab();
after(() => lab.close());

const RUNS = [
  { name: "the client against the npm server", kind: "npm", client, suites: ALL },
  { name: "the client against Roomful", kind: "roomful", client, suites: ALL },
  { name: "the official client against the npm server", kind: "npm", client: official, suites: DROP_IN },
];
for (const { name, kind, client, suites } of RUNS) {
  describe(name, { concurrency: 4 }, () => {
    if (kind === "roomful" && missing) return test(missing, () => assert.fail(missing));
    const declare = (sentence, fn) => test(sentence, { timeout: 30_000 }, fn);
    const world = makeWorld({ declare, kind, client, options: { WebSocket }, lab: lab.url });
    for (const suite of suites) suite(world);
  });
}
