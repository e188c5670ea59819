// Fails when dist, or what the server embeds, is not what the sources build to.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { basename, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const fresh = mkdtempSync(join(root, "dist-check-"));

function files(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).filter((name) => statSync(join(folder, name)).isFile());
}

try {
  execFileSync(process.execPath, ["scripts/build.mjs", basename(fresh)], { cwd: root, stdio: "inherit" });
  const dist = join(root, "dist");
  const embedded = join(root, "../server/doors/client");
  const served = `served${sep}`;
  const committed = [...files(dist), ...files(embedded).map((name) => served + name)];
  const names = [...new Set([...files(fresh), ...committed])].sort();
  const differing = names.filter((name) => {
    const here = name.startsWith(served) ? join(embedded, name.slice(served.length)) : join(dist, name);
    const paths = [join(fresh, name), here];
    return !paths.every(existsSync) || !readFileSync(paths[0]).equals(readFileSync(paths[1]));
  });
  if (differing.length) {
    console.error(`dist is not what src builds to. Run "npm run build" and commit what it writes.\nDiffering: ${differing.join(", ")}`);
    process.exitCode = 1;
  } else console.log(`dist is up to date (${names.length} files)`);
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
