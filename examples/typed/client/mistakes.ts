// What does not compile. The compiler complains where one of these does.
import { io, type Socket } from "roomful-client";
import type { ClientToServerEvents, ServerToClientEvents } from "./events.js";

const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io();

// @ts-expect-error the event is called "move"
socket.emit("mvoe", { gameId: 1, to: { column: 1, row: 1 } }, () => {});
// @ts-expect-error the field has a row as well
socket.emit("move", { gameId: 1, to: { column: 1 } }, () => {});
// @ts-expect-error a game's id is a number, also one of 64 bits
socket.emit("move", { gameId: 1n, to: { column: 1, row: 1 } }, () => {});
// @ts-expect-error the number of watchers is a number
socket.on("audience", (count: string) => count);
// @ts-expect-error a move may be refused, so it is not known to have a number
socket.emitWithAck("move", { gameId: 1, to: { column: 1, row: 1 } }).then((answer) => answer.number);
