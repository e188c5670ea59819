// What `npm run size` holds to: each entry point as its table says.
import { ENTRIES, SCRIPTS } from "./scripts/entries.mjs";

const EMBEDDED = "../server/doors/client/";

const entries = ENTRIES.map(({ path, name, limit, import: imported, external }) => ({
  name: `roomful-client${path.slice(1)}${imported ? ` (${imported})` : ""}`,
  path: `dist/${name}.js`,
  import: imported,
  ignore: external,
  // What is imported whole is measured as it lies there; a part, as a bundler makes it.
  disablePlugins: imported ? [] : ["@size-limit/esbuild"],
  limit: `${limit} B`,
  gzip: true,
}));
const scripts = SCRIPTS.filter(({ limit }) => limit).map(({ file, limit }) => ({
  name: file,
  path: file.startsWith("served/") ? file.replace("served/", EMBEDDED) : `dist/${file}`,
  limit: `${limit} B`,
  gzip: true,
  disablePlugins: ["@size-limit/esbuild"],
}));

export default [...entries, ...scripts];
