// Prints the sizes of the bundles in dist and fails above the limit.
import { readFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

const GZIP_LIMIT = 7000;

console.log("file             |    raw |  gzip | brotli");
for (const name of ["roomful.js", "roomful.min.js"]) {
  const raw = readFileSync(new URL(`../dist/${name}`, import.meta.url));
  const gzip = gzipSync(raw, { level: 9 }).length;
  const cells = [raw.length, gzip, brotliCompressSync(raw).length].map((n, i) => String(n).padStart([6, 5, 6][i]));
  console.log(`${name.padEnd(16)} | ${cells.join(" | ")}`);
  if (gzip > GZIP_LIMIT) {
    console.error(`${name}: ${gzip} bytes gzip are more than the limit of ${GZIP_LIMIT}`);
    process.exitCode = 1;
  }
}
