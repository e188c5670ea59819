// The shared tests in a browser: in a page, a worker or a service worker. `play` runs them and tells how each ended.
import * as official from "socket.io-client";
import * as client from "../../dist/index.js";
import { makeWorld } from "../shared/kit.mjs";
import { ALL, DROP_IN } from "../shared/suites.mjs";

const CONCURRENCY = 4;

/** Runs the tests whose names match `only`, against a server of a kind. */
export async function play({ kind, lab, isOfficial, only = "" }) {
  const queue = [];
  const declare = (name, fn) => name.includes(only) && queue.push({ name, fn });
  const world = makeWorld({ declare, kind, client: isOfficial ? official : client, options: {}, lab });
  for (const suite of isOfficial ? DROP_IN : ALL) suite(world);
  const results = [];
  const next = async () => {
    for (let it; (it = queue.shift()); ) {
      const error = await it.fn().then(() => undefined, (thrown) => String(thrown.stack ?? thrown));
      results.push({ name: it.name, error });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, next));
  return results;
}

Object.assign(globalThis, { play, client });
// Of a worker, the page asks by messages.
if (!globalThis.document) {
  globalThis.addEventListener("message", ({ data, source, ports }) => {
    const answer = source ?? ports?.[0] ?? globalThis;
    play(data).then((results) => answer.postMessage(results));
  });
}
