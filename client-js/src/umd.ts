import { io } from "./index.js";

// What a page, a CommonJS bundler or an AMD loader gives a script, in so far as it is there.
declare const module: { exports: unknown } | undefined;
declare const define: (((factory: () => unknown) => void) & { amd?: unknown }) | undefined;

if (typeof module === "object" && module.exports) module.exports = io;
else if (typeof define === "function" && define.amd) define(() => io);
else (globalThis as { io?: unknown }).io = io;
