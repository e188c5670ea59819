// The official socket.io-client in Node, over each way of transport. The scenarios are in scenarios/.
import { after, before, describe, test } from "node:test";
import { io } from "socket.io-client";
import { startTarget } from "./lib/target.mjs";
import { MODES, play, SCENARIOS } from "./scenarios/index.mjs";

for (const [name, scenarios] of Object.entries(SCENARIOS)) {
  describe(`the official client in Node against ${name}`, () => {
    let target;
    before(async () => (target = await startTarget(name)));
    after(() => target.stop());

    for (const mode of Object.keys(MODES)) {
      for (const sentence of Object.keys(scenarios)) {
        test(`over ${mode}: ${sentence}`, () =>
          play(name, sentence, { io, url: target.url, mode, restart: () => target.restart() }));
      }
    }
  });
}
