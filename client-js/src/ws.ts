// The client without polling, for servers that are reached by WebSocket in any case. What it carries beyond that is up
// to its user: a feature that is not added is left out of the program's bundle.
export * from "./client.js";
export { default } from "./client.js";
export { addDisposal } from "./features/disposal.js";
export { addDropIn } from "./features/drop-in.js";
export { addRejoin } from "./features/rejoin.js";
export { addRetries } from "./features/retries.js";
export { addStreams } from "./features/streams.js";
