// The vectors that the server's decoder and encoder are held to as well.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { load } from "./helpers.mjs";

const { Encoder, Decoder } = await load("parser.ts");
const { CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR } = await load("packet.ts");

const vectors = JSON.parse(readFileSync(new URL("../../protocol/vectors/socketio.json", import.meta.url)));
const KINDS = {
  connect: CONNECT,
  connected: CONNECT,
  refused: CONNECT_ERROR,
  disconnect: DISCONNECT,
  event: EVENT,
  ack: ACK,
};
const bytes = (base64) => new Uint8Array(Buffer.from(base64, "base64"));

/** Puts bytes where a vector has `{"$binary": …}`. */
function revive(value) {
  if (value === null || typeof value !== "object") return value;
  if ("$binary" in value) return bytes(value.$binary);
  if (Array.isArray(value)) return value.map(revive);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, revive(member)]));
}

/** What the client makes of a vector's packet. */
function packet({ type, namespace: nsp, id, ...rest }) {
  const data = {
    connect: rest.auth,
    connected: { sid: rest.sid },
    refused: { message: rest.message, ...(rest.data === undefined ? {} : { data: rest.data }) },
    event: rest.args && [rest.name, ...revive(rest.args)],
    ack: rest.args && revive(rest.args),
  }[type];
  return { type: KINDS[type], nsp, data, ...(id === undefined ? {} : { id }) };
}

/** Received binary is an ArrayBuffer; compared as bytes. */
function comparable(value) {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(comparable);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, comparable(member)]));
}

function decode(text, attachments = []) {
  const decoder = new Decoder();
  let packet;
  decoder.on("decoded", (it) => (packet = it));
  for (const part of [text, ...attachments.map((attachment) => bytes(attachment).buffer)]) decoder.add(part);
  return packet;
}

describe("what a server sends is decoded", () => {
  for (const vector of vectors.filter(({ from, packet }) => from !== "client" && packet)) {
    test(vector.name, () => {
      const decoded = decode(vector.text, vector.attachments);
      assert.deepEqual(comparable(decoded), packet(vector.packet));
    });
  }
});

describe("what a client sends is encoded", () => {
  for (const vector of vectors.filter(({ from, canonical }) => from !== "server" && canonical)) {
    test(vector.name, () => {
      const { type, nsp, data, id } = packet(vector.packet);
      const [text, ...attachments] = new Encoder().encode({ type, nsp, data, id });
      assert.equal(text, vector.text);
      assert.deepEqual(attachments, (vector.attachments ?? []).map(bytes));
    });
  }
});
