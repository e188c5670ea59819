// Runs in the page, beside the official clients.
let target, serverCertificateHashes;

window.meet = async (url) => {
  target = url;
  const hash = await (await fetch(`${url}/hash`)).text();
  const value = Uint8Array.from(hash.match(/../g), (byte) => parseInt(byte, 16));
  serverCertificateHashes = [{ algorithm: "sha-256", value }];
};

const options = (more) => ({
  path: "/socket.io/",
  reconnection: false,
  forceNew: true,
  transports: ["webtransport"],
  transportOptions: { webtransport: { serverCertificateHashes } },
  ...more,
});

window.within = (promise, what, ms = 10_000) => {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain for ${what}`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

/** The next of an emitter's events, with all its arguments. */
window.next = (emitter, event) =>
  within(new Promise((resolve) => emitter.once(event, (...args) => resolve(args))), event);

/** A connected socket of socket.io-client. */
window.join = async (more) => {
  const socket = io(target, options(more));
  const failed = new Promise((_, reject) => socket.once("connect_error", reject));
  await Promise.race([next(socket, "connect"), failed]);
  return socket;
};

/** Waits until a socket is carried by `name`. */
window.upgradedTo = async (socket, name) => {
  while (socket.io.engine.transport.name !== name) await next(socket.io.engine, "upgrade");
};

/** An open socket of engine.io-client. */
window.openEngine = async (more) => {
  const socket = eio(target, options(more));
  socket.binaryType = "arraybuffer";
  await next(socket, "open");
  return socket;
};

window.connections = async () => Number(await (await fetch(`${target}/connections`)).text());

window.until = async (condition, what, ms = 10_000) => {
  for (const end = Date.now() + ms; !(await condition()); await new Promise((done) => setTimeout(done, 5))) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
  }
};

/** A session without a library: what is written is what stands here. */
window.openSession = async (path = "/socket.io/?EIO=4&transport=webtransport") => {
  const session = new WebTransport(target.replace("http:", "https:") + path, { serverCertificateHashes });
  const closed = session.closed.then(() => "closed", (error) => `failed: ${error.message}`);
  await within(session.ready, "the session");
  return { session, closed: (ms) => within(closed, "the end of the session", ms) };
};

/** Opens the stream of a session and writes bytes on it. */
window.openStream = async (session, ...pieces) => {
  const stream = await session.createBidirectionalStream();
  const writer = stream.writable.getWriter();
  const write = (bytes) => writer.write(typeof bytes === "string" ? new TextEncoder().encode(bytes) : new Uint8Array(bytes));
  for (const piece of pieces) await write(piece);
  return { reader: stream.readable.getReader(), write };
};

/** A frame of text shorter than 126 bytes. */
window.frame = (text) => String.fromCharCode(text.length) + text;
