// Made from the server's events. Do not edit.

/**
 * How many look on.
 */
export type Audience = [number, string | null];

/**
 * A field of the board, counted from the lower left corner.
 */
export type Field = { column: number, row: number, };

/**
 * Somebody moves a stone on the board.
 */
export type Move = { gameId: number, to: Field, };

/**
 * What has become of a move.
 */
export type Moved = { "kind": "accepted", number: number, } | { "kind": "refused", why: string, };

/**
 * Somebody has moved.
 */
export type StoneMoved = { by: string, to: Field, };

/** What clients hear. */
export interface ServerToClientEvents {
  stoneMoved: (event: StoneMoved) => void;
  audience: (...args: Audience) => void;
}

/** What clients say. */
export interface ClientToServerEvents {
  move: (event: Move, ack: (answer: Moved) => void) => void;
}
