import { foldPath } from "./fold-path.ts";

const code = /\.([cm]?[jt]sx?|vue|svelte|astro)$/;

/** Whether a path is a test by the conventions of vitest, jest, mocha, ava and node:test: by its ending, its folder, or as `test.js` and `test-a.js`. */
export function isTestPath(path: string): boolean {
  const folded = foldPath(path);
  return (
    code.test(folded) &&
    (/[._-](test|tests|spec|e2e|cy)\.[a-z]+$/.test(folded) ||
      /(^|\/)(tests?|specs?|__tests__|e2e)\//.test(folded) ||
      /(^|\/)tests?(-[^/]+)?\.[a-z]+$/.test(folded))
  );
}
