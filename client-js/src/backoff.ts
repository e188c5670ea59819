/** Settings of delays, as in the options of a Manager. */
interface Delays {
  reconnectionDelay: number;
  reconnectionDelayMax: number;
  randomizationFactor: number;
}

/**
 * Milliseconds to wait before an attempt (the first is 0): doubling from the delay to its maximum, spread by chance over
 * a part of it to both sides. At the maximum it is spread below that, so that clients cut off together do not fall into
 * step.
 */
export function backoff(attempt: number, { reconnectionDelay, reconnectionDelayMax, randomizationFactor }: Delays): number {
  const delay = Math.min(reconnectionDelayMax, reconnectionDelay * 2 ** attempt);
  const low = delay * (1 - randomizationFactor);
  return low + Math.random() * (Math.min(reconnectionDelayMax, delay * (1 + randomizationFactor)) - low);
}
