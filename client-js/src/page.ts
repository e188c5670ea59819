/**
 * Listens to events of the page or worker, where there are any, and returns what ends that. `visibilitychange` bubbles
 * from the document to the window, so one place will do for all.
 */
export function onPage(names: string[], fn: (event: Event) => void): () => void {
  for (const name of names) globalThis.addEventListener?.(name, fn);
  return () => {
    for (const name of names) globalThis.removeEventListener?.(name, fn);
  };
}
