// All tests that run in Node and in browsers, against the npm server and Roomful's.
import better from "./better.mjs";
import dropIn from "./drop-in.mjs";
import msgpack from "./msgpack.mjs";

/** Those that the official client has to pass too. */
export const DROP_IN = [dropIn];
export const ALL = [dropIn, better, msgpack];
