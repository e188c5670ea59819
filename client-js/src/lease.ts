// Sockets that components use together, for the entry points of frameworks.
import { type IoOptions, io, type Socket } from "./index.js";

/** Milliseconds that a socket without users is kept: who comes back in time finds it connected. */
const LINGER = 1000;

/** A socket, and the right to use it. */
export interface Lease {
  /** Not connected until somebody holds it. */
  socket: Socket<any, any>;
  /** Connects it, unless option `autoConnect` is false, and keeps it until the returned function is called. */
  hold: () => () => void;
}

const leases = new Map<string, Lease>();

const nothing = (): void => {};

/**
 * The socket of all who give the same address and options (functions among these do not count), made when there is
 * none. What is not held disconnects after a second, so a render that comes to nothing leaves nothing behind.
 */
export function lease(address?: string | IoOptions, options?: IoOptions): Lease {
  // Where a server renders, nobody ever holds it; and there is no page that an address could be completed with.
  if (typeof window === "undefined") {
    return { socket: io("http://localhost", { autoConnect: false, forceNew: true }), hold: () => nothing };
  }
  const uri = typeof address === "string" ? address : "";
  const opts = address === uri ? options : ((address as IoOptions | undefined) ?? options);
  const key = JSON.stringify([uri, opts]);
  if (!leases.has(key)) leases.set(key, open(key, uri, opts));
  const found = leases.get(key)!;
  // Made anew at each render, as a rule: the newest knows best.
  if (typeof opts?.auth === "function") found.socket.auth = opts.auth;
  return found;
}

function open(key: string, uri: string, opts?: IoOptions): Lease {
  const socket = io(uri, { ...opts, autoConnect: false });
  // Other sockets of the connection must not hear of that.
  socket.io.opts.autoConnect = opts?.autoConnect ?? true;
  let holders = 0;

  const end = (): void => {
    if (leases.get(key) === made) leases.delete(key);
    socket.disconnect();
  };
  let timer = setTimeout(end, LINGER);

  const made: Lease = {
    socket,
    hold() {
      clearTimeout(timer);
      // Who hesitated longer than it was kept brings it back.
      if (!leases.has(key)) leases.set(key, made);
      if (!holders++ && opts?.autoConnect !== false) socket.connect();
      let isHeld = true;
      return () => {
        if (isHeld && !--holders) timer = setTimeout(end, LINGER);
        isHeld = false;
      };
    },
  };
  return made;
}
