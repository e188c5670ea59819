// The matrix as text: one row for each client and transport, one column for each server.

const TITLES = { node: "Node", roomful: "Roomful" };

/** What failed, in a cell: `ok (18)`, or the names of the checks. */
function cell(results) {
  const failed = Object.keys(results).filter((check) => results[check] !== null);
  if (failed.length === 0) return `ok (${Object.keys(results).length})`;
  return `fails: ${failed.join(", ")}`;
}

/** Prints the table and the reasons below it, and answers whether ours passes all that Node's passes. */
export function print(rows, servers) {
  const lines = [["client", "transport", ...servers.map((server) => TITLES[server])]];
  for (const row of rows) lines.push([row.name, row.transport, ...servers.map((server) => cell(row.results[server]))]);
  const widths = lines[0].map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  console.log();
  for (const line of lines) console.log(line.map((text, i) => text.padEnd(widths[i])).join("  ").trimEnd());
  console.log();

  const ours = servers.at(-1);
  let [passed, failed] = [0, 0];
  for (const { name, transport, results } of rows) {
    for (const server of servers) {
      for (const [check, error] of Object.entries(results[server])) {
        if (error !== null) console.log(`${name}, ${transport}, ${TITLES[server]}: ${check}: ${error.slice(0, 200)}`);
        // Only what the reference can do is asked of ours.
        const excused = servers.length > 1 && results.node[check] !== null;
        if (server === ours && error === null) passed++;
        if (server === ours && error !== null && !excused) failed++;
      }
    }
  }
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0;
}
