// Simulates many clients that are cut off at the same instant: how crowded is it when they come back? `npm run herd`
// prints a table. There is no network, and an attempt takes no time. The official client is played by its own back-off
// code, ours by whole Managers with a transport that reaches the server or does not.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { inVirtualTime } from "./virtual-time.mjs";

const root = new URL("..", import.meta.url);
const { Backoff } = await import(new URL("node_modules/socket.io-client/build/esm/contrib/backo2.js", root));

// From the sources, where what a transport needs still has its names.
const { outputFiles } = await build({ entryPoints: [fileURLToPath(new URL("src/index.ts", root))], bundle: true, format: "esm", target: "es2022", write: false });
const { Manager } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);

/** Milliseconds from the cut to the return of each client, with the official policy. */
function official({ clients, away }) {
  return inVirtualTime(() =>
    Array.from({ length: clients }, () => {
      const backoff = new Backoff({ min: 1000, max: 5000, jitter: 0.5 });
      let time = 0;
      do time += backoff.duration();
      while (time < away);
      return time;
    }),
  );
}

/** The same with ours. `hint`: what the server says before it goes; `online`: whether the pages hear of the return. */
function ours({ clients, away, hint, online, options }) {
  return inVirtualTime(({ now, advance, dispatch }) => {
    let isReachable = true;
    const open = new Set();
    const transport = (_link, owner) => {
      setTimeout(() => {
        if (!isReachable) return owner._onend("transport error", new Error("not reachable"));
        open.add(owner);
        owner._onframe('0{"sid":"id","upgrades":[],"pingInterval":1e12,"pingTimeout":0}');
      });
      return { name: "websocket", _writable: () => true, _send: (queue) => queue.splice(0), _close: () => open.delete(owner), _owner: owner };
    };
    const returns = [];
    for (let i = 0; i < clients; i++) {
      new Manager("http://server", { ...options, transports: [transport] }).on("reconnect", () => returns.push(now() - cut));
    }
    advance(10);

    const cut = now();
    isReachable = false;
    for (const owner of [...open]) {
      if (hint) owner._onframe(`6${JSON.stringify({ reconnectWithin: hint })}`);
      owner._onend("transport close", new Error("cut"));
    }
    advance(away);
    isReachable = true;
    if (online) dispatch("online");
    while (returns.length < clients && now() < cut + away + 120_000) advance(100);
    return returns;
  });
}

/** The largest part of the clients that comes within 100 ms, and how long it takes from the server's return on. */
function measure(times, away) {
  times.sort((a, b) => a - b);
  let peak = 0;
  for (let first = 0, last = 0; last < times.length; last++) {
    while (times[last] - times[first] >= 100) first++;
    peak = Math.max(peak, last - first + 1);
  }
  const wait = (index) => Math.max(0, times[index] - away);
  return {
    returned: times.length,
    peak: peak / times.length,
    mean: times.reduce((sum, time) => sum + time - away, 0) / times.length,
    last: wait(Math.ceil(times.length * 0.99) - 1),
  };
}

const RESTART = { what: "restart, away for 0.3 s", away: 300 };
const OUTAGE = { what: "outage of 60 s", away: 60_000 };
const NETWORK = { what: "their network is away for 60 s", away: 60_000 };

/** What is compared. */
export const CASES = [
  { ...RESTART, policy: "official", play: official },
  { ...RESTART, policy: "ours", play: ours },
  { ...RESTART, policy: "ours, the server says 10 s", play: ours, hint: 10_000 },
  { ...OUTAGE, policy: "official", play: official },
  { ...OUTAGE, policy: "ours", play: ours },
  { ...OUTAGE, policy: "ours, reconnectionDelayMax 30 s", play: ours, options: { reconnectionDelayMax: 30_000 } },
  { ...NETWORK, policy: "official", play: official },
  { ...NETWORK, policy: "ours, the pages hear that they are online", play: ours, online: true },
];

/** Plays a case with so many clients. */
export function simulate(it, clients) {
  return measure(it.play({ ...it, clients }), it.away);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const clients = +(process.argv[2] ?? 10_000);
  const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
  console.log(`${clients.toLocaleString("en")} clients cut off at one instant\n`);
  console.log("| | policy | most within 100 ms | mean wait | 99 % are back after |\n|---|---|---:|---:|---:|");
  for (const it of CASES) {
    const { peak, mean, last } = simulate(it, clients);
    console.log(`| ${it.what} | ${it.policy} | ${(peak * 100).toFixed(1)} % | ${seconds(mean)} | ${seconds(last)} |`);
  }
}
