/**
 * Listens to events of the page or worker, where there are any, and returns what ends that. `visibilitychange` bubbles
 * from the document to the window, so one place will do for all.
 */
export declare function onPage(names: string[], fn: (event: Event) => void): () => void;
