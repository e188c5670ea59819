// What a stream of shoe is asked to do: the server answers in upper case.
import { count, once, same, within } from "./kit.mjs";

function open(world) {
  const stream = world.shoe("/shoe");
  const heard = [];
  stream.on("data", (text) => heard.push(text));
  return { stream, heard, ended: new Promise((resolve) => stream.on("end", resolve)) };
}

const CHECKS = {
  "connect": async (world) => once("the connection", (done) => open(world).stream.on("connect", done)),

  "what is written early waits": async (world) => {
    const { stream, heard } = open(world);
    for (const text of ["hello", "é ß", "a,b"]) stream.write(text);
    same(await count(heard, 3), ["HELLO", "É SS", "A,B"], "chunks");
  },

  "a large chunk": async (world) => {
    const { stream, heard } = open(world);
    stream.write("x".repeat(100_000));
    same((await count(heard, 1))[0].length, 100_000, "length");
  },

  "the client ends": async (world) => {
    const { stream, heard, ended } = open(world);
    stream.write("hello");
    await count(heard, 1);
    stream.end();
    await within(ended, "the end");
  },
};

export const shoe = () => CHECKS;
