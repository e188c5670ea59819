// Waiting with a deadline. Free of Node's modules: the scenarios use it inside the browser too.

export const PATIENCE = 10_000;

/** `promise`, or an error which names what was awaited once `ms` have passed. */
export function within(promise, what, ms = PATIENCE) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms in vain for ${what}`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Resolves once `condition` (which may be async) is truthy, with its value; asks again every few ms. */
export async function until(condition, what, ms = PATIENCE) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await within(Promise.resolve(condition()), what, Math.max(1, end - Date.now()));
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A promise with its own `resolve` and `reject` (Promise.withResolvers is younger than Node 20). */
export function deferred() {
  const it = {};
  it.promise = new Promise((resolve, reject) => Object.assign(it, { resolve, reject }));
  return it;
}
