// Every client of the matrix: its name, how it is played, over which transports, and what the server is told.
import { fileURLToPath } from "node:url";
import { engineio } from "./clients/engineio.mjs";
import { program } from "./clients/program.mjs";
import { socketio } from "./clients/socketio.mjs";
import { pythonOf, RUST_CLIENT } from "./setup.mjs";

const script = fileURLToPath(new URL("python/client.py", import.meta.url));

export const TRANSPORTS = {
  "polling": ["polling"],
  "websocket": ["websocket"],
  "upgrade": ["polling", "websocket"],
};

/** `needs` names the part of the set-up without which the client cannot be played. */
export const CLIENTS = [
  { name: "socket.io-client 4.8.4", play: socketio("socket.io-client") },
  { name: "socket.io-client 3.1.3", play: socketio("socket.io-client-3") },
  { name: "socket.io-client 2.5.0", play: socketio("socket.io-client-2", { eio: 3 }) },
  { name: "socket.io-client 1.7.4", play: socketio("socket.io-client-1", { eio: 3 }) },
  {
    name: "socket.io-client 4.8.4, msgpack",
    play: socketio("socket.io-client", { parser: "socket.io-msgpack-parser" }),
    env: { MSGPACK: "1" },
  },
  {
    name: "socket.io-client 4.8.4, recovery",
    play: socketio("socket.io-client", { recovery: true }),
    env: { RECOVERY: "1" },
  },
  { name: "engine.io-client 6.6.8", play: engineio("engine.io-client") },
  { name: "engine.io-client 5.2.0", play: engineio("engine.io-client-5") },
  { name: "engine.io-client 4.1.4", play: engineio("engine.io-client-4") },
  { name: "engine.io-client 3.5.6", play: engineio("engine.io-client-3") },
  ...["5.18.1", "4.6.1"].flatMap((version) =>
    ["sync", "asyncio"].map((kind) => ({
      name: `python-socketio ${version}, ${kind}`,
      play: program(pythonOf(version), script, kind),
      needs: "python",
    })),
  ),
  { name: "rust_socketio 0.6.0", play: program(RUST_CLIENT), needs: "rust" },
];
