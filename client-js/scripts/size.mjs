// Prints the sizes of the bundles in dist, and of those that the server embeds, and fails above the limit.
import { readFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);
const served = new URL("../../server/doors/client/", import.meta.url);
// The served script also looks for module loaders.
const FILES = [
  ["roomful.js", dist, 7000],
  ["roomful.min.js", dist, 7000],
  ["socket.io.min.js", served, 7100],
  ["socket.io.esm.min.js", served, 7010],
];

console.log("file                 |    raw |  gzip | brotli");
for (const [name, folder, limit] of FILES) {
  const raw = readFileSync(new URL(name, folder));
  const gzip = gzipSync(raw, { level: 9 }).length;
  const cells = [raw.length, gzip, brotliCompressSync(raw).length].map((n, i) => String(n).padStart([6, 5, 6][i]));
  console.log(`${name.padEnd(20)} | ${cells.join(" | ")}`);
  if (gzip > limit) {
    console.error(`${name}: ${gzip} bytes gzip are more than the limit of ${limit}`);
    process.exitCode = 1;
  }
}
