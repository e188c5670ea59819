// Measures servers in turns, each time a new process, and prints medians, their spread, and ratios. Started by `compare`.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = fileURLToPath(new URL(".", import.meta.url));
const target = process.env.TARGET;

const SERVERS = {
  "Node 4.8": ["node", `${here}/peers/node/server.mjs`],
  socketioxide: [`${target}/peers/release/roomful-load-peer-socketioxide`],
  Roomful: [`${target}/release/target`, "bench"],
};
const OURS = "Roomful";

// What a run gives: [figure, whether more is better, how it is shown].
const thousands = (n) => (n < 10_000 ? (n / 1000).toFixed(1) : Math.round(n / 1000).toString());
const perCpu = [(run) => run.server.deliveries_per_cpu_second, true, thousands];
const p99 = [(run) => run.latency_us.p99 / 1000, false, (ms) => ms.toFixed(2)];
const bytes = [(run) => run.server.resident_bytes_per_connection, false, (n) => (n / 1024).toFixed(1)];

// The time of the server on its core ends a run, so that a machine that is busy makes it longer and not worse.
const closed = ["--until-cpu", "1.5", "--warmup", "1", "--duration", "20"];
const clocked = ["--warmup", "1", "--duration", "3"];
const still = ["--connections", "5000", "--warmup", "0", "--duration", "2"];
const rooms = ["rooms", "--connections", "1000", "--payload", "128"];
const fanOut = ["fan-out", "--connections", "500", "--payload", "128"];
const CASES = [
  ["echo, 64 clients, 1 in flight", perCpu, ["echo", "--connections", "64", ...closed]],
  ["echo, 64 clients, 16 in flight", perCpu, ["echo", "--connections", "64", "--in-flight", "16", ...closed]],
  ["fan-out to 500, 1 under way", perCpu, [...fanOut, ...closed]],
  ["fan-out to 500, 16 under way", perCpu, [...fanOut, "--in-flight", "16", ...closed]],
  ["100 rooms of 10, 10 under way in each", perCpu, [...rooms, "--in-flight", "10", ...closed]],
  ["100 rooms of 10, 500 messages/s: p99, in ms", p99, [...rooms, "--rate", "500", ...clocked]],
  ["connects", perCpu, ["connect", "--connections", "8", ...closed]],
  ["memory of an idle client, in KiB", bytes, ["idle", ...still]],
  ["memory of a client after an echo of 1 KiB, in KiB", bytes, ["idle", "--payload", "1024", ...still]],
];

const HELP = `Usage: compare [--rounds N] [--case TEXT] [--server NAME]

  --rounds N     how often everything is measured; the medians are shown [5]
  --case TEXT    only cases whose name has this text in it; may be repeated
  --server NAME  only this one of ${Object.keys(SERVERS).join(", ")}; may be repeated
`;

const options = {
  rounds: { type: "string", default: "5" },
  case: { type: "string", multiple: true, default: [""] },
  server: { type: "string", multiple: true, default: Object.keys(SERVERS) },
  help: { type: "boolean", short: "h" },
};
const { values } = parseArgs({ options });
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const rounds = Number(values.rounds);
const cases = CASES.filter(([name]) => values.case.some((text) => name.includes(text)));
const servers = Object.keys(SERVERS).filter((name) => values.server.includes(name));
if (!(rounds >= 1) || cases.length === 0 || servers.length === 0) {
  process.stderr.write(`compare: nothing to measure\n\n${HELP}`);
  process.exit(2);
}

// The server has one core to itself, and the tool another one.
const pins = cpus().length >= 2;
const pinned = (core, command) => (pins ? ["taskset", "-c", String(core), ...command] : command);

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

/** Waits until something listens. */
async function listening(port) {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const up = await new Promise((resolve) => {
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    });
    socket.destroy();
    if (up) return;
    if (Date.now() > deadline) throw new Error(`nothing listens on port ${port} after 10 s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Measures one server once, in a new process: no case sees the heap of another one. */
async function measure(name, args) {
  const port = await freePort();
  const [program, ...rest] = pinned(0, SERVERS[name]);
  const environment = { ...process.env, PORT: String(port), WORKERS: "1" };
  const server = spawn(program, rest, { env: environment, stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(server, "exit");
  try {
    await Promise.race([listening(port), ended.then(() => Promise.reject(new Error(`${name} ended`)))]);
    // `taskset` becomes the server, so this is the server's own pid.
    const all = [...args, "--pid", String(server.pid), "--json", "-", `http://127.0.0.1:${port}`];
    const [tool, ...flags] = pinned(1, [`${target}/release/roomful`, "bench", ...all]);
    const child = spawn(tool, flags, { stdio: ["ignore", "pipe", "pipe"] });
    const [[code], result, complaint] = await Promise.all([
      once(child, "close"),
      text(child.stdout),
      text(child.stderr),
    ]);
    if (code !== 0) throw new Error(complaint);
    return JSON.parse(result);
  } finally {
    server.kill();
    await ended;
  }
}

async function text(stream) {
  let all = "";
  for await (const chunk of stream.setEncoding("utf8")) all += chunk;
  return all;
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function cell(numbers, show) {
  if (numbers.length === 0) return "failed";
  const spread = `${show(Math.min(...numbers))} to ${show(Math.max(...numbers))}`;
  return numbers.length === 1 ? show(numbers[0]) : `${show(median(numbers))} (${spread})`;
}

/** How many times better ours is than another one: the median of the rounds, since both ran side by side in each. */
function ratio(ours, other, moreIsBetter) {
  const each = ours.map((own, round) => (moreIsBetter ? own / other[round] : other[round] / own));
  const known = each.filter(Number.isFinite);
  return known.length === 0 ? "" : median(known).toFixed(2);
}

const others = servers.filter((name) => name !== OURS && servers.includes(OURS));
const results = new Map(cases.map(([name]) => [name, new Map(servers.map((server) => [server, []]))]));
let busiest = 0;
let failed = false;
const begun = Date.now();
const [load] = loadavg();
for (let round = 0; round < rounds; round += 1) {
  for (const [name, [figure], args] of cases) {
    for (const server of servers) {
      process.stderr.write(`round ${round + 1} of ${rounds}: ${name}: ${server}\n`);
      try {
        const run = await measure(server, args);
        results.get(name).get(server)[round] = figure(run);
        busiest = Math.max(busiest, run.client_busy ?? 0);
      } catch (error) {
        failed = true;
        process.stderr.write(`${server}: ${error.message}\n`);
      }
    }
  }
}

const lines = [["thousands per second of server CPU", ...servers, ...others.map((name) => `${OURS} : ${name}`)]];
lines.push(lines[0].map((_, column) => (column === 0 ? "---" : "---:")));
for (const [name, [, moreIsBetter, show]] of cases) {
  const of = (server) => results.get(name).get(server);
  const figures = servers.map((server) => cell(of(server).filter(Number.isFinite), show));
  lines.push([name, ...figures, ...others.map((other) => ratio(of(OURS), of(other), moreIsBetter))]);
}
console.log(lines.map((line) => `| ${line.join(" | ")} |`).join("\n"));
const minutes = ((Date.now() - begun) / 60_000).toFixed(0);
const cpu = cpus()[0]?.model ?? "unknown processor";
const node = execFileSync("node", ["--version"], { encoding: "utf8" }).trim();
console.log(`
Medians of ${rounds} interleaved rounds (least to most), a new server process for each measurement, ${minutes} minutes in
all. A ratio is the median of the rounds' ratios; above 1 Roomful is better. The server is pinned to one core, the tool to
another one, which was busy for at most ${Math.round(busiest * 100)} % of a run. Latencies are of use only from a machine that
does nothing else; the load of this one was ${load.toFixed(1)} before. ${cpu}, Node ${node}.`);
process.exitCode = failed ? 1 : 0;
