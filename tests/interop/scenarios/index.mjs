// All scenarios, by the server they play on. A scenario is a sentence and a function of a World.
import connecting from "./connecting.mjs";
import { World } from "./kit.mjs";
import lifecycle from "./lifecycle.mjs";
import order from "./order.mjs";
import payloads from "./payloads.mjs";
import rooms from "./rooms.mjs";
import { bench, protocol } from "./small.mjs";

export { MODES } from "./kit.mjs";

export const SCENARIOS = {
  clients: { ...connecting, ...rooms, ...payloads, ...order, ...lifecycle },
  protocol,
  bench,
};

/** Plays one scenario; resolves if everything it says holds. */
export async function play(target, sentence, circumstances) {
  const world = new World(circumstances);
  try {
    await SCENARIOS[target][sentence](world);
  } finally {
    world.close();
  }
}
