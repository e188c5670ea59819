// Time, chance and the events of a page, for a simulation: nothing waits, and each run is the same.

/** Math.random, but the same at each run (mulberry32). */
function seeded(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let bits = Math.imul(seed ^ (seed >>> 15), seed | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Runs `fn`, which must not await, with a clock that only `advance(ms)` moves, and puts all back in its place. */
export function inVirtualTime(fn) {
  const { setTimeout, clearTimeout, addEventListener, removeEventListener } = globalThis;
  const { now } = Date;
  const { random } = Math;
  const due = new Map();
  const listeners = new Map();
  let time = 0;

  Object.assign(globalThis, {
    setTimeout(call, ms = 0, ...args) {
      const at = Math.max(time + 1, Math.ceil(time + ms));
      const timer = { call, args, at };
      if (!due.has(at)) due.set(at, new Set());
      due.get(at).add(timer);
      return timer;
    },
    clearTimeout: (timer) => due.get(timer?.at)?.delete(timer),
    addEventListener: (name, call) => listeners.set(name, (listeners.get(name) ?? new Set()).add(call)),
    removeEventListener: (name, call) => listeners.get(name)?.delete(call),
  });
  Date.now = () => time;
  Math.random = seeded(1);
  try {
    return fn({
      now: () => time,
      dispatch: (type) => [...(listeners.get(type) ?? [])].forEach((call) => call({ type })),
      advance(ms) {
        for (const end = time + ms; time < end; ) {
          time++;
          for (const { call, args } of due.get(time) ?? []) call(...args);
          due.delete(time);
        }
      },
    });
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout, addEventListener, removeEventListener });
    Date.now = now;
    Math.random = random;
  }
}
