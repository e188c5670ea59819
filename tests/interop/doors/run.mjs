// The table of the other doors: plays every client over every transport against a server made of the original npm
// packages and against ours, and prints both columns. `node doors/run.mjs` plays all; words select the rows whose
// names or transports contain one of them. SERVER=node or SERVER=roomful plays against that server alone.
//
// Ends with a failure where ours fails at what the npm packages pass. What fails on both is the client's.
import { existsSync } from "node:fs";
import { makeClientLibs } from "../client-libs.mjs";
import { print } from "../lib/table.mjs";
import { BINARY, startServer } from "../lib/target.mjs";
import { Browser } from "./browser.mjs";
import { CHECKS, play } from "./checks/index.mjs";
import { libraries } from "./clients/libraries.mjs";
import { ROWS, SKIPPED } from "./rows.mjs";
import { WORLDS } from "./worlds.mjs";

/** So many rows at a time: they wait more than they compute, but their heartbeats do not wait for long. */
const AT_A_TIME = 6;

/**
 * A browser goes on with JSONP polls that nobody waits for, until a heartbeat ends them, and has but six connections
 * to a server. Nobody is cut off for being late.
 */
const HEARTBEAT = { PING_INTERVAL: "1000", PING_TIMEOUT: "20000" };

const servers = process.env.SERVER ? [process.env.SERVER] : ["node", "roomful"];
if (servers.includes("roomful") && !existsSync(BINARY)) {
  console.error(`${BINARY} is missing: cargo build --release -p roomful-tests --bin target`);
  process.exit(2);
}
makeClientLibs();

const wanted = process.argv.slice(2);
const matches = ({ name, transport }) =>
  wanted.length === 0 || wanted.some((word) => name.includes(word) || transport.includes(word));
const rows = ROWS.filter(matches).map((row) => ({ ...row, results: {} }));
if (rows.length === 0) {
  console.error(`no client or transport contains ${wanted.join(" or ")}`);
  process.exit(2);
}
for (const [what, why] of Object.entries(SKIPPED)) console.log(`SKIPPED: ${what}: ${why}`);

async function playInNode(row) {
  const found = await libraries(row);
  return play(CHECKS[row.kind](row), () => new WORLDS[row.kind](found, row), row.only);
}

/** What a row fails at although the npm packages pass it: heartbeats of half a second may be late on a busy machine. */
const surprises = ({ results }, server) =>
  Object.keys(results[server]).filter(
    (check) => results[server][check] !== null && (server === "node" || results.node?.[check] === null),
  );

/** Plays rows; of those that have been played before only what was a surprise, or all where they did not connect. */
async function playAll(some, server, url, browser) {
  // SockJS takes longest.
  const queue = [...some].sort((a, b) => (b.kind === "sockjs") - (a.kind === "sockjs"));
  const worker = async () => {
    for (let row = queue.shift(); row; row = queue.shift()) {
      const { results, ...circumstances } = row;
      const before = results[server];
      const failed = before && surprises(row, server);
      const only = failed?.includes("connect") ? undefined : failed;
      const player = row.where === "Node" ? playInNode : (it) => browser.play(it);
      results[server] = { ...before, ...(await player({ ...circumstances, only, url })) };
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}

async function column(server, browser) {
  const begun = performance.now();
  const target = await startServer(server, "doors", HEARTBEAT);
  await playAll(rows, server, target.url, browser);
  const again = rows.filter((row) => surprises(row, server).length > 0);
  for (const row of again) {
    const reasons = surprises(row, server).map((check) => `${check}: ${row.results[server][check]}`);
    console.log(`${row.name}, ${row.transport}: once more, ${reasons.join("; ").slice(0, 300)}`);
  }
  await playAll(again, server, target.url, browser);
  await target.stop();
  console.log(`${server}: ${rows.length} rows in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
}

const browser = await Browser.start();
try {
  for (const server of servers) await column(server, browser);
} finally {
  await browser.close();
}
process.exit(print(rows, servers) ? 0 : 1);
