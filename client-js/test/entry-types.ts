// Checked by tsc, never run: event maps flow through the entry points for frameworks.
import type { Socket } from "roomful-client";
import { useConnected, useEvent, useSocket } from "roomful-client/react";
import { connected, lastEvent, onEvent, socket } from "roomful-client/svelte";
import { io as share, type SharedSocket } from "roomful-client/shared";
import * as vue from "roomful-client/vue";

interface ServerToClient {
  news: (text: string, n: number) => void;
  question: (text: string, ack: (answer: number) => void) => void;
}

interface ClientToServer {
  say: (text: string) => void;
  add: (a: number, b: number, ack?: (sum: number) => void) => void;
}

type Typed = Socket<ServerToClient, ClientToServer>;

const react: Typed = useSocket<ServerToClient, ClientToServer>("/chat", { auth: async () => ({ token: "t" }) });
export const sum: Promise<number> = react.emitWithAck("add", 1, 2);
useEvent(react, "news", (text, n) => [text.trim(), n.toFixed()]);
useEvent(react, "question", (_text, ack) => ack(1));
useEvent(react, "disconnect", (reason) => reason === "io server disconnect");
// @ts-expect-error an event that the server does not send
useEvent(react, "unknown", () => {});
// @ts-expect-error a number is no string
useEvent(react, "news", (text: number) => text);
export const isConnected: boolean = useConnected(react);
useEvent(useSocket(), "anything", (a, b) => [a, b]);
// @ts-expect-error no such transport
useSocket({ host: "h", transports: ["pigeon"] });

const svelte: Typed = socket<ServerToClient, ClientToServer>("/chat");
onEvent(svelte, "news", (text, n) => [text.trim(), n.toFixed()]);
// @ts-expect-error an event that the server does not send
onEvent(svelte, "unknown", () => {});
lastEvent(svelte, "news").subscribe((last) => last?.[1].toFixed());
// @ts-expect-error the second argument is a number
lastEvent(svelte, "news").subscribe((last) => last?.[1].trim());
connected(svelte).subscribe((is: boolean) => is);

const vueSocket: Typed = vue.useSocket<ServerToClient, ClientToServer>("/chat");
vue.useEvent(vueSocket, "news", (text, n) => [text.trim(), n.toFixed()]);
// @ts-expect-error an event that the server does not send
vue.useEvent(vueSocket, "unknown", () => {});
export const isOnline: boolean = vue.useConnected(vueSocket).value;
// @ts-expect-error it only tells
vue.useConnected(vueSocket).value = true;

const shared: SharedSocket<ServerToClient, ClientToServer> = share("/chat", { worker: "/shared-worker.js", auth: { token: "t" } });
shared.on("news", (text, n) => [text.trim(), n.toFixed()]).emit("say", "hello").disconnect();
export const sharedSum: Promise<number> = shared.timeout(1000).emitWithAck("add", 1, 2);
shared.timeout(1000).emit("add", 1, 2, (err, n) => [err.message, n.toFixed()]);
// @ts-expect-error a wrong argument
shared.emit("say", 1);
// @ts-expect-error without the worker's address
share("/chat", {});
useEvent(shared, "news", (text, n) => [text.trim(), n.toFixed()]);
// @ts-expect-error an event that the server does not send
useEvent(shared, "unknown", () => {});
useConnected(shared);
