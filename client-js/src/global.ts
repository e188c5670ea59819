import { io } from "./index.js";

(globalThis as { io?: unknown }).io = io;
