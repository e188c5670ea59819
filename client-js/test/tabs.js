// What the pages of tabs.test.mjs run.
import { io } from "roomful-client/shared";

window.heard = [];
window.errors = [];

/** A socket that tells in `heard` what it hears; `auth` is what its function for that gives. */
window.join = (uri = "/", { auth, worker = "/shared-worker.js", ...options } = {}) => {
  if (auth) options.auth = async () => auth;
  const socket = io(uri, { worker, reconnectionDelay: 10, reconnectionDelayMax: 50, ...options });
  for (const event of ["connect", "disconnect", "said"]) socket.on(event, (...args) => window.heard.push([event, ...args]));
  socket.on("disconnect", (_, details) => details && window.errors.push(details.message));
  socket.on("connect_error", (error) => window.errors.push(error.message));
  return (window.socket = socket);
};
