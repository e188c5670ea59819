export * from "./client.cjs";
export { default } from "./client.cjs";
export { addDisposal } from "./features/disposal.cjs";
export { addDropIn } from "./features/drop-in.cjs";
export { addRejoin } from "./features/rejoin.cjs";
export { addRetries } from "./features/retries.cjs";
export { addStreams } from "./features/streams.cjs";
