// How a recording is played: each stage opens a connection, plays, and answers what the server did, as plain data.
import { PollSession, request } from "../lib/http.mjs";
import { RawSocket } from "../lib/ws.mjs";
import { within } from "../lib/wait.mjs";
import { normal } from "./reading.mjs";

/** How long a server may stay silent before that is its answer. */
const SILENCE = 4000;

/**
 * Plays frames on an open WebSocket, all at once, and then an echo: what comes before its answer is what they have
 * caused, and whether it comes says whether the connection has outlived them.
 */
async function played(socket, frames, fence, answer) {
  const heard = [];
  socket.sendTogether(...frames);
  // The reference takes some packets in only later, and would take the echo for one that comes too early.
  await settled(socket);
  if (socket.ws.readyState === socket.ws.OPEN) socket.send(fence);
  const listen = async () => {
    for (;;) {
      const frame = await socket.next();
      if (frame === answer) return "open";
      heard.push(normal(frame));
    }
  };
  const closed = async () => `closed ${(await socket.closed).code}`;
  const end = await within(Promise.race([listen().catch(closed), closed()]), "an end", SILENCE).catch(() => "silent");
  await socket.end();
  return { heard, end };
}

/** Waits for the answer to a ping of the WebSocket, which comes behind what the frames before it have caused. */
function settled(socket) {
  const pong = new Promise((resolve) => socket.ws.once("pong", () => resolve("open")));
  socket.ws.ping();
  const closed = socket.closed.then(({ code }) => `closed ${code}`);
  return within(Promise.race([pong, closed]), "a pong", SILENCE).catch(() => "silent");
}

const FENCE = '427777["echo","fence"]';
const FENCED = '437777["fence"]';

/** A WebSocket on `path`, after `before` has been sent and answered by as many frames. */
const websocket =
  (path, before, fence, answer, options = {}) =>
  async (target, frames) => {
    const socket = await RawSocket.open(target, { path, ...options });
    for (const frame of before) {
      socket.send(frame);
      await socket.next();
    }
    return played(socket, frames, fence, answer);
  };

/** A WebSocket of Engine.IO 3, which is in the main namespace from the beginning. */
async function third(target, frames) {
  const socket = await RawSocket.open(target, { path: "/socket.io/", eio: 3, pong: false });
  await socket.next("the CONNECT");
  return played(socket, frames, FENCE, FENCED);
}

/** Bodies posted to a polling session, each with its answer; then what a poll brings. */
const polling =
  (path, before, fence) =>
  async (target, bodies) => {
    const session = await PollSession.open(target, { path });
    for (const body of before) {
      await session.post(body);
      await session.get();
    }
    const answers = [];
    for (const body of bodies) answers.push(shown(await session.post(body, bodyType(body))));
    const fenced = await session.post(fence);
    const polled = fenced.status === 200 ? await session.get() : fenced;
    return { answers, polled: shown(polled) };
  };

const bodyType = (body) => ({
  "Content-Type": Buffer.isBuffer(body) ? "application/octet-stream" : "text/plain;charset=UTF-8",
});

/** A WebSocket that joins a polling session; whether it took over shows where a message comes back. */
async function probe(target, frames) {
  const session = await PollSession.open(target);
  const socket = await RawSocket.attempt(target, { sid: session.sid, pong: false });
  const heard = [];
  socket.sendTogether(...frames);
  const end = await settled(socket);
  const listen = async () => {
    for (;;) heard.push(normal(await socket.next()));
  };
  const listening = listen().catch(() => {});
  const { status, body } = await session.post("4still there");
  await socket.end();
  await listening;
  return { heard: heard.filter((frame) => frame !== "4still there"), end, post: [status, normal(body)] };
}

/** The headers that a client or a browser acts on. */
const HEADERS = ["content-type", "cache-control", "set-cookie", "vary", "allow", "location"];

function shown({ status, headers, body }) {
  const chosen = Object.entries(headers).filter(([name]) => HEADERS.includes(name) || name.startsWith("access-control-"));
  return { status, headers: Object.fromEntries(chosen.sort()), body: normal(body) };
}

/**
 * A request: the first part is method and path, then come headers, and behind an empty part the body. `{sid}` is a
 * polling session, `{ws}` one over WebSocket.
 */
async function http(target, parts) {
  const empty = parts.indexOf("");
  const [first, ...lines] = empty < 0 ? parts : parts.slice(0, empty);
  const body = empty < 0 ? undefined : parts[empty + 1];
  const [, method, template] = /^(\S+) (.*)$/.exec(first);
  const mount = template.startsWith("/socket.io") ? "/socket.io/" : "/engine.io/";
  let [path, socket] = [template];
  if (path.includes("{sid}")) path = path.replace("{sid}", (await PollSession.open(target, { path: mount })).sid);
  if (path.includes("{ws}")) {
    socket = await RawSocket.open(target, { path: mount });
    path = path.replace("{ws}", socket.handshake.sid);
  }
  const headers = Object.fromEntries(lines.map((line) => line.split(/: ?/, 2)));
  const answer = request(target, path, { method, headers, body });
  // A connection cut instead of an answer is an answer too.
  const result = await answer.then(shown, (error) => ({ cut: error.code ?? error.message }));
  await socket?.end();
  return result;
}

/** What plays the recordings of each file, on which target. */
export const STAGES = {
  "socketio": { target: "bench", play: websocket("/socket.io/", ["40"], FENCE, FENCED) },
  "connecting": { target: "protocol", play: websocket("/socket.io/", [], '427777["message-with-ack","fence"]', FENCED) },
  "namespaces": { target: "protocol", play: joinedTwice },
  "engineio": { target: "protocol", play: websocket("/engine.io/", [], "4fence", "4fence", { pong: false }) },
  "probes": { target: "protocol", play: probe },
  "bodies": { target: "protocol", play: polling("/engine.io/", [], "4fence") },
  "socketio-bodies": { target: "bench", play: polling("/socket.io/", ["40"], FENCE) },
  "requests": { target: "protocol", play: http },
  "third": { target: "bench", env: { EIO3: "1" }, play: third },
};

/** In `/` and in `/custom`, greeted in both. */
async function joinedTwice(target, frames) {
  const socket = await RawSocket.open(target, { path: "/socket.io/" });
  for (const frame of ["40", "40/custom,"]) {
    socket.send(frame);
    await socket.next();
    await socket.next();
  }
  return played(socket, frames, '427777["message-with-ack","fence"]', FENCED);
}
