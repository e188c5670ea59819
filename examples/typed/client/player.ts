// A player of the board game. The types of all events come from the server: a wrong name or argument does not compile.
import { io, type Socket } from "roomful-client";
import type { ClientToServerEvents, Field, Moved, ServerToClientEvents } from "./events.js";

export type GameSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

/** Joins the game at `url`, and calls `moved` for every move of somebody else. */
export function join(url: string, moved: (by: string, to: Field) => void): GameSocket {
  const socket: GameSocket = io(url);
  socket.on("stoneMoved", ({ by, to }) => moved(by, to));
  socket.on("audience", (count, leader) => console.log(count, "are here, led by", leader ?? "nobody"));
  return socket;
}

/** Moves a stone. What comes back is the number of the move, or an error that says why it is none. */
export async function move(socket: GameSocket, gameId: number, to: Field): Promise<number> {
  const answer: Moved = await socket.emitWithAck("move", { gameId, to });
  if (answer.kind === "refused") throw new Error(answer.why);
  return answer.number;
}
