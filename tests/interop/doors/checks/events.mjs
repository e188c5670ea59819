// What an EventSource is asked to do at `/es`.
import { count, same } from "./kit.mjs";

/** What comes, as `[type, data, last event id]`. */
function listen(world) {
  const heard = [];
  const source = world.events("/es");
  for (const type of ["message", "last"]) {
    source.addEventListener(type, ({ data, lastEventId }) => heard.push([type, data, lastEventId]));
  }
  return heard;
}

const stream = (last) => [
  ["message", "hello\nworld", "1"],
  ["last", JSON.stringify({ last }), "2"],
];

const CHECKS = {
  "connect": async (world) => same((await count(listen(world), 1))[0], stream("")[0], "event"),
  "both events": async (world) => same((await count(listen(world), 2)).slice(0, 2), stream(""), "events"),
  "again, with the last id": async (world) =>
    same((await count(listen(world), 4)).slice(0, 4), [...stream(""), ...stream("2")], "events"),
};

export const events = () => CHECKS;
