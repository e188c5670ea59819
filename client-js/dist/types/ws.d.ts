export * from "./client.js";
export { default } from "./client.js";
export { addDisposal } from "./features/disposal.js";
export { addDropIn } from "./features/drop-in.js";
export { addRejoin } from "./features/rejoin.js";
export { addRetries } from "./features/retries.js";
export { addStreams } from "./features/streams.js";
