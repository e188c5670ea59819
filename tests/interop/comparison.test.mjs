// Plays the same recordings to Node's server and to ours, and compares what they answer. A difference has to be in
// comparison/known-differences.mjs, and what is there has to be a difference.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { KNOWN } from "./comparison/known-differences.mjs";
import { recordings } from "./comparison/reading.mjs";
import { STAGES } from "./comparison/stages.mjs";
import { CALM, SERVER, startServer } from "./lib/target.mjs";

const skip = SERVER === "node" && "it is the reference that ours is compared with";
const known = (file, text) => KNOWN.find(({ recordings }) => recordings[file]?.includes(text));

for (const [file, { target, env, play }] of Object.entries(STAGES)) {
  describe(`the recordings of ${file}.txt`, { skip, concurrency: 4 }, () => {
    let node, ours;
    before(async () => {
      const start = (server) => startServer(server, target, { ...CALM, ...env });
      [node, ours] = await Promise.all([start("node"), start("roomful")]);
    });
    after(() => Promise.all([node?.stop(), ours?.stop()]));

    for (const { text, parts } of recordings(file)) {
      const difference = known(file, text);
      const what = text.length > 100 ? `${text.slice(0, 100)}…` : text;
      test(difference ? `differs (${difference.id}): ${what}` : `is answered alike: ${what}`, async () => {
        const [expected, actual] = await Promise.all([play(node, parts), play(ours, parts)]);
        if (difference) assert.notDeepEqual(actual, expected, "no difference any more: take it off the list");
        else assert.deepEqual(actual, expected);
      });
    }
  });
}

describe("the list of known differences", { skip }, () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const [, differences] = readme.split("## Differences from Socket.IO");

  for (const { id, readme: line, recordings: files } of KNOWN) {
    test(`${id} is explained in the README and names recordings that exist`, () => {
      assert.ok(differences.includes(line), `the README does not say: ${line}`);
      for (const [file, texts] of Object.entries(files)) {
        const all = recordings(file).map(({ text }) => text);
        assert.deepEqual(texts.filter((text) => !all.includes(text)), []);
      }
    });
  }
});
