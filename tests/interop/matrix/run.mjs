// The matrix of real clients: plays every client over every transport against Node's server and ours, and prints
// both columns. `node matrix/run.mjs` plays all; words select the clients whose names contain one of them.
// SERVER=node or SERVER=roomful plays against that server alone.
//
// Ends with a failure where ours fails at what Node's server passes. What fails on both is the client's.
import { existsSync } from "node:fs";
import { BINARY, startServer } from "../lib/target.mjs";
import { CLIENTS, TRANSPORTS } from "./rows.mjs";
import { setUp } from "./setup.mjs";
import { print } from "../lib/table.mjs";

/** So many clients at a time: they wait more than they compute. */
const AT_A_TIME = 8;

/** Rather more than the 2 s of the target: a busy machine is no fault of a client. Who is silent is cut after 7 s. */
const SLOW = { PING_TIMEOUT: "4000" };

const servers = process.env.SERVER ? [process.env.SERVER] : ["node", "roomful"];
if (servers.includes("roomful") && !existsSync(BINARY)) {
  console.error(`${BINARY} is missing: cargo build --release -p roomful-tests --bin target`);
  process.exit(2);
}

const wanted = process.argv.slice(2);
const missing = setUp();
for (const [part, why] of Object.entries(missing)) console.log(`SKIPPED: the ${part} clients: ${why}`);
const rows = CLIENTS.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)))
  .filter(({ needs }) => !missing[needs])
  .flatMap((client) => Object.keys(TRANSPORTS).map((transport) => ({ ...client, transport, results: {} })));

/** Whether a row that connects fails at what Node's server passes: so many clients on few cores may be just late. */
function surprises({ results }, server) {
  const failed = Object.keys(results[server]).filter((check) => results[server][check] !== null);
  return results.node && !failed.includes("connect") && failed.some((check) => results.node[check] === null);
}

const reasons = ({ results }, server) =>
  Object.entries(results[server]).filter(([, error]) => error !== null).map(([check, error]) => `${check}: ${error}`).join("; ").slice(0, 300);

/** Plays all rows against one kind of server; one server for each environment. */
async function column(server) {
  const begun = performance.now();
  const targets = new Map();
  for (const { env = {} } of rows) {
    const key = JSON.stringify(env);
    if (!targets.has(key)) targets.set(key, await startServer(server, "clients", { ...SLOW, ...env }));
  }
  const play = async (row) => {
    const { url } = targets.get(JSON.stringify(row.env ?? {}));
    row.results[server] = await row.play({ url, transports: TRANSPORTS[row.transport] });
  };
  const playAll = async (queue, atATime) => {
    const worker = async () => {
      for (let row = queue.shift(); row; row = queue.shift()) await play(row);
    };
    await Promise.all(Array.from({ length: atATime }, worker));
  };
  // The programs take longest.
  await playAll([...rows].reverse(), AT_A_TIME);
  for (let round = 1; round <= 2; round++) {
    const again = rows.filter((row) => surprises(row, server));
    for (const row of again) console.log(`${row.name}, ${row.transport}: once more, ${reasons(row, server)}`);
    await playAll(again, 2);
  }
  await Promise.all([...targets.values()].map((target) => target.stop()));
  console.log(`${server}: ${rows.length} rows in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
}

for (const server of servers) await column(server);
process.exit(print(rows, servers) ? 0 : 1);
