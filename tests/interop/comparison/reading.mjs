// Recordings are text files, one recording a line: what a client sends, its parts separated by ` ⏎ `. Binary is
// `<hex>`, the separator of polling payloads `␞`; `#` begins a comment.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The recordings of a file: `{ text, parts }`. */
export function recordings(file) {
  const path = fileURLToPath(new URL(`recordings/${file}.txt`, import.meta.url));
  const lines = readFileSync(path, "utf8").split("\n");
  const all = lines.filter((line) => line !== "" && !line.startsWith("#"));
  const twice = all.find((line, i) => all.indexOf(line) !== i);
  if (twice) throw new Error(`${file}.txt has twice: ${twice}`);
  return all.map((text) => ({ text, parts: text.split(/ ?⏎ ?/).map(part) }));
}

function part(text) {
  const [, hex] = /^<([0-9a-f]*)>$/.exec(text) ?? [];
  return hex === undefined ? text.replaceAll("␞", "\x1e") : Buffer.from(hex, "hex");
}

/** What is different each time, replaced; binary as `<hex>`. */
export function normal(frame) {
  if (Buffer.isBuffer(frame)) return `<${frame.toString("hex")}>`;
  return frame
    .replace(/"(sid|pid)":"[\w-]{20}"/g, '"$1":"ID"')
    .replace(/"sid":"\/?\w*#?[\w-]{20}"/g, '"sid":"ID"')
    .replaceAll("\x1e", "␞");
}
