// Lets a program that lies elsewhere import the packages of this folder: `node --import .../packages.mjs program.mjs`.
import { register } from "node:module";

const hook = `
  const here = ${JSON.stringify(new URL("../package.json", import.meta.url).href)};
  export const resolve = (specifier, context, next) =>
    /^[./]|^\\w+:/.test(specifier) ? next(specifier, context) : next(specifier, { ...context, parentURL: here });
`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
