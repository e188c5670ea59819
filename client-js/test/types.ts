// Checked by tsc, never run: what the declarations in dist promise.
import { io, Manager, type NotRecovered, type Socket } from "roomful-client";
import msgpack, * as parser from "roomful-client/msgpack";
import { addStreams, io as wsIo, type Socket as WsSocket } from "roomful-client/ws";

interface ServerToClient {
  news: (text: string, n: number) => void;
  question: (text: string, ack: (answer: number) => void) => void;
}

interface ClientToServer {
  say: (text: string) => void;
  count: (ack: (n: number) => void) => void;
  add: (a: number, b: number, ack?: (sum: number) => void) => void;
  fire: (what: { n: number }) => void;
}

const socket: Socket<ServerToClient, ClientToServer> = io("/chat", { auth: { token: "t" } });

socket.on("news", (text, n) => [text.trim(), n.toFixed()]);
socket.on("question", (_text, ack) => ack(1));
socket.on("connect", () => {});
socket.on("connect_error", (err) => [err.message, err.data]);
socket.on("disconnect", (reason) => reason === "io server disconnect");
// @ts-expect-error an event that the server does not send
socket.on("unknown", () => {});
// @ts-expect-error a reason that does not exist
socket.on("disconnect", (reason) => reason === "boredom");

socket.emit("say", "hello");
socket.emit("count", (n) => n.toFixed());
socket.emit("add", 1, 2, (sum) => sum.toFixed());
socket.emit("add", 1, 2);
// @ts-expect-error a wrong argument
socket.emit("say", 1);
// @ts-expect-error an event that the server does not know
socket.emit("unknown");

socket.timeout(1000).emit("count", (err, n) => [err.message, n.toFixed()]);
socket.timeout(1000).emit("add", 1, 2, (err, sum) => [err.message, sum.toFixed()]);

export const counted: Promise<number> = socket.emitWithAck("count");
export const added: Promise<number> = socket.emitWithAck("add", 1, 2);
export const inTime: Promise<number> = socket.timeout(1000).emitWithAck("count");
export const fired: Promise<unknown> = socket.emitWithAck("fire", { n: 1 });
// @ts-expect-error the acknowledgement is a number
export const wrong: Promise<string> = socket.emitWithAck("count");
// @ts-expect-error the acknowledgement's callback is not passed
void socket.emitWithAck("count", () => {});

const loose = io();
loose.on("anything", (a, b) => [a, b]);
loose.emit("anything", 1, "2", [3], (answer: string) => answer);
export const answer: Promise<any> = loose.emitWithAck("anything", 1);

io("http://host", { auth: (callback) => setTimeout(() => callback({ a: 1 })) });
io("http://host", { auth: async () => ({ token: "t" }) });
// @ts-expect-error no such transport
io("http://host", { transports: ["pigeon"] });

const manager = new Manager<ServerToClient, ClientToServer>("http://host");
manager.socket("/").emit("say", "hello");
manager.on("drop", (args, dropped) => [args.length, dropped.nsp]);
manager.reconnectionDelay(1000).reconnectionDelayMax(30_000);

// An event without acknowledgement in the map, and one behind a timeout: what the official declarations get wrong.
export const nothing: Promise<void> = socket.emitWithAck("fire", { n: 1 }).then(() => {});
// @ts-expect-error a wrong argument
void socket.emitWithAck("fire", { n: "1" });
// @ts-expect-error an argument is missing
void socket.emitWithAck("fire");
export const late: Promise<number> = socket.timeout(1000).emitWithAck("add", 1, 2);
// @ts-expect-error a wrong argument behind a timeout
void socket.timeout(1000).emitWithAck("add", 1, "2");
export const abortable: Promise<number> = socket.signal(new AbortController().signal).emitWithAck("count");
socket.volatile.emit("say", "hello");

socket.on("news", () => {}, { signal: new AbortController().signal });
socket.onAny((event, ...args) => [event.trim(), args.length]);
socket.addEventListener("news", (text) => text.trim()).removeAllListeners("news");
export const why: Promise<string | Error> = socket.closed;
export const reason: NotRecovered | undefined = socket.notRecovered;

export async function streamed(): Promise<void> {
  await using client: Socket<ServerToClient, ClientToServer> = io();
  for await (const [event, ...args] of client.stream({ bufferLimit: 10, bufferPolicy: "drop-oldest" })) {
    if (event === "news") args[0].trim();
    // @ts-expect-error an event that the server does not send
    if (event === "unknown") break;
  }
}

io("http://host", { parser: msgpack });
io("http://host", { parser, retries: 3, ackTimeout: 1000, retryWindow: 8, retryIds: true });
io("http://host", { retryOnRefusal: true, retryOnServerDisconnect: true, bufferLimit: 1, bufferPolicy: "drop-newest" });
// @ts-expect-error no such policy
io("http://host", { bufferPolicy: "explode" });
io.connect("http://host").io.engine.on("upgrade", (transport) => transport.name);

addStreams();
const lean: WsSocket<ServerToClient, ClientToServer> = wsIo("http://host");
export const first = lean.stream().next();
