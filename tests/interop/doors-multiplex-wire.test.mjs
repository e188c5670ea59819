// websocket-multiplex as it stands on the wire: `type,topic[,payload]`. Its client is played in doors/.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { newSession } from "./lib/sockjs.mjs";
import { CALM, startTarget, unlessReference } from "./lib/target.mjs";
import { RawSocket } from "./lib/ws.mjs";

describe("websocket-multiplex", { concurrency: 8 }, () => {
  let target;
  before(async () => (target = await startTarget("doors", CALM)));
  after(() => target.stop());

  const open = () => RawSocket.attempt(target, { path: "/multiplex/websocket", query: "", pong: false });
  const isServed = async (socket) => {
    socket.send("sub,bob%2Csmith", "msg,bob%2Csmith,still there", "uns,bob%2Csmith");
    await socket.expect("msg,bob%2Csmith,bob,smith says hi", "msg,bob%2Csmith,re:still there");
  };

  test("a subscriber is greeted and answered, and commas survive", async () => {
    const socket = await open();
    socket.send("sub,ann", "msg,ann,x", "msg,ann,a,b,,c,", "msg,ann,", "msg,ann");
    await socket.expect("msg,ann,ann says hi", "msg,ann,re:x", "msg,ann,re:a,b,,c,", "msg,ann,re:", "msg,ann,re:");
    await socket.end();
  });

  test("names are escaped as JavaScript does", async () => {
    const socket = await open();
    await isServed(socket);
    // As it stands it is the channel `bob`, which is not there.
    socket.send("sub,bob,smith", "msg,bob,smith,x");
    await isServed(socket);
    await socket.end();
  });

  test("over SockJS each message is one of its own", async () => {
    const socket = await RawSocket.attempt(target, {
      path: `${newSession("/multiplex")}/websocket`,
      query: "",
      pong: false,
    });
    socket.send('["sub,bob%2Csmith","sub,nope"]');
    await socket.expect("o", 'a["msg,bob%2Csmith,bob,smith says hi"]');
    socket.send('["msg,nope,x","msg,bob%2Csmith,a,b"]');
    await socket.expect('a["msg,bob%2Csmith,re:a,b"]');
    await socket.end();
  });

  test("a channel that the server ends says so, and may be taken again", async () => {
    const socket = await open();
    for (let i = 0; i < 3; i++) {
      socket.send("sub,closer");
      await socket.expect("msg,closer,last", "uns,closer");
    }
    socket.send("msg,closer,nobody", "uns,closer");
    await isServed(socket);
    await socket.end();
  });

  test("a channel that the client leaves is not confirmed", async () => {
    const socket = await open();
    socket.send("sub,ann", "uns,ann", "msg,ann,late", "uns,ann");
    await socket.expect("msg,ann,ann says hi");
    await isServed(socket);
    await socket.end();
  });

  test("a second subscription is ignored, a first message too", async () => {
    const socket = await open();
    socket.send("msg,ann,early", "uns,ann", "sub,ann", "sub,ann", "sub,ann,with a payload");
    await socket.expect("msg,ann,ann says hi");
    await isServed(socket);
    await socket.end();
  });

  test("what is no message is ignored", async () => {
    const socket = await open();
    socket.send(
      "",
      ",",
      ",,,",
      "sub",
      "msg",
      "sub,",
      "xyz,ann,1",
      "SUB,ann",
      " sub,ann",
      "sub, ann",
      "sub,ann ",
      "sub,%",
      "sub,%u",
      "sub,%zz",
      "\0",
    );
    await isServed(socket);
    await socket.end();
  });

  test("the names of JavaScript's own members are no channels", unlessReference("it ends its process"), async () => {
    const socket = await open();
    socket.send(
      ...["toString", "constructor", "__proto__", "hasOwnProperty"].flatMap((name) => [
        `sub,${name}`,
        `msg,${name},x`,
        `uns,${name}`,
      ]),
    );
    await isServed(socket);
    await socket.end();
  });

  test("channels of two connections do not know of each other", async () => {
    const [one, two] = [await open(), await open()];
    one.send("sub,ann");
    await one.expect("msg,ann,ann says hi");
    two.send("msg,ann,x");
    await isServed(two);
    one.send("msg,ann,mine");
    await one.expect("msg,ann,re:mine");
    await Promise.all([one.end(), two.end()]);
  });
});
