// A WebSocket of the W3C's API, as browsers have it and `ws`, faye-websocket and `websocket` imitate it, behind what
// the checks ask for. It runs in Node and in the browser.

/** `pack` makes of bytes what the client sends. */
export function w3c(socket, { pack = (bytes) => bytes, ...more } = {}) {
  socket.binaryType = "arraybuffer";
  const heard = [];
  socket.onmessage = ({ data }) => heard.push(data);
  const closed = new Promise((resolve) => (socket.onclose = ({ code, reason }) => resolve({ code, reason })));
  const opened = new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error("the WebSocket has failed"));
  });
  return {
    heard,
    opened,
    closed: () => closed,
    send: (message) => socket.send(typeof message === "string" ? message : pack(message)),
    close: (code = 1000, reason = "") => socket.close(code, reason),
    get protocol() {
      return socket.protocol;
    },
    ...more,
  };
}
