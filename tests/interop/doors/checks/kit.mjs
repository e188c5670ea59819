// What the checks stand on. It runs in Node and in the browser, so it uses nothing of either.
import { until, within } from "../../lib/wait.mjs";

export { bytes, holds, same } from "../../scenarios/kit.mjs";
export { until, within };

export const TEXTS = ["hello", "Ä てすと \u2028\u2029 \u0001 👩‍👩‍👧‍👦 𝒳", '["not","ours"]', "a,b,,c", "\\\"'<!--</p>"];

/** JavaScript keeps half of a surrogate pair; whoever has only real Unicode puts U+FFFD in its place. */
export const lenient = (text) =>
  text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");

/** Waits until `heard` has `count` entries, and answers them. */
export async function count(heard, count, what = "messages") {
  await until(() => heard.length >= count, `${count} ${what}`);
  return heard;
}

/** Resolves with what the first call of `subscribe`'s argument was given. */
export const once = (what, subscribe) => within(new Promise((resolve) => subscribe(resolve)), what);

/**
 * Plays the checks one after another, and answers for each an error or `null`. `newWorld` makes what a check
 * connects with; its `close` ends whatever the check has opened. `only` names the checks where not all are wanted.
 */
export async function play(checks, newWorld, only = Object.keys(checks)) {
  const results = {};
  for (const [sentence, check] of Object.entries(checks).filter(([name]) => only.includes(name))) {
    const world = newWorld();
    try {
      await check(world);
      results[sentence] = null;
    } catch (error) {
      results[sentence] = error?.message ?? String(error);
    } finally {
      world.close();
    }
    // Who cannot connect need not wait in vain for all the rest.
    if (sentence === "connect" && results[sentence] !== null) break;
  }
  return results;
}
