// The same scenarios with the official browser bundle inside headless Chromium.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startChromium } from "./lib/chromium.mjs";
import { startFront } from "./lib/front.mjs";
import { startTarget } from "./lib/target.mjs";
import { MODES, SCENARIOS } from "./scenarios/index.mjs";

let browser;
before(async () => (browser = await startChromium()));
after(() => browser?.close());

for (const [name, scenarios] of Object.entries(SCENARIOS)) {
  describe(`the official client in Chromium against ${name}`, () => {
    let target, front, page;
    const crashes = [];

    before(async () => {
      target = await startTarget(name);
      front = await startFront(target);
      page = await browser.newPage();
      page.on("pageerror", (error) => crashes.push(error));
      await page.exposeFunction("restartTarget", () => target.restart());
    });
    after(async () => {
      await page?.close();
      front?.close();
      await target?.stop();
    });

    for (const mode of Object.keys(MODES)) {
      for (const sentence of Object.keys(scenarios)) {
        test(`over ${mode}: ${sentence}`, async () => {
          // A page of its own for each scenario: nothing is left over from the one before.
          await page.goto(front.url);
          await page.waitForFunction(() => window.playScenario);
          await page.evaluate((it) => window.playScenario(...it), [name, sentence, mode]);
          assert.deepEqual(crashes.splice(0), []);
        });
      }
    }
  });
}
