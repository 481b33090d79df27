import { expect, test } from "vitest";
import { detectDependencies } from "../../src/environment/detect.ts";

const some = JSON.stringify({ dependencies: { a: "1" } });
const manager = (packageManager: unknown) => JSON.stringify({ packageManager, dependencies: { a: "1" } });
const unsupported = (name: string) => expect.objectContaining({ kind: "unsupported", manager: name });

test.each<[string, string[], string | null, unknown]>([
  ["no package.json", ["README.md", "package-lock.json"], null, { kind: "none" }],
  ["package-lock.json", ["package.json", "package-lock.json"], some, { kind: "npm", lockfile: "package-lock.json" }],
  [
    "npm-shrinkwrap.json goes before package-lock.json, as in npm",
    ["package-lock.json", "npm-shrinkwrap.json"],
    some,
    { kind: "npm", lockfile: "npm-shrinkwrap.json" },
  ],
  [
    "a lockfile without dependencies is still installed",
    ["package-lock.json"],
    "{}",
    { kind: "npm", lockfile: "package-lock.json" },
  ],
  ["pnpm", ["pnpm-lock.yaml"], some, unsupported("pnpm")],
  ["yarn", ["yarn.lock"], some, unsupported("yarn")],
  ["bun", ["bun.lock"], some, unsupported("bun")],
  ["bun, old form", ["bun.lockb"], some, unsupported("bun")],
  [
    "npm wins beside another lockfile",
    ["yarn.lock", "package-lock.json"],
    some,
    { kind: "npm", lockfile: "package-lock.json" },
  ],
  [
    "the packageManager field wins over the lockfile",
    ["package-lock.json", "pnpm-lock.yaml"],
    manager("pnpm@10.1.0+sha512.abc"),
    unsupported("pnpm"),
  ],
  [
    "a field that is no manager is not set",
    ["package-lock.json"],
    manager(7),
    { kind: "npm", lockfile: "package-lock.json" },
  ],
  ["npm named, but no npm lockfile", ["yarn.lock"], manager("npm@11.0.0"), unsupported("npm")],
  ["dependencies without any lockfile", [], some, unsupported("npm")],
  ["no dependencies and no lockfile", [], '{"name":"a","dependencies":{}}', { kind: "none" }],
  ["a byte order mark", ["package-lock.json"], `\ufeff${some}`, { kind: "npm", lockfile: "package-lock.json" }],
  ["broken JSON", ["package-lock.json"], "{", unsupported("npm")],
  ["JSON that is no object", ["package-lock.json"], "[]", unsupported("npm")],
])("%s", (_title, files, packageJson, expected) => {
  expect(detectDependencies(files, packageJson)).toEqual(expected);
});

test("what is not supported says why and what to change", () => {
  expect(detectDependencies(["pnpm-lock.yaml"], some)).toMatchInlineSnapshot(`
    {
      "fix": "Use npm with a package-lock.json, or configure checks that need no dependencies.",
      "kind": "unsupported",
      "manager": "pnpm",
      "reason": "pnpm is not supported yet",
    }
  `);
  expect(detectDependencies([], some)).toMatchInlineSnapshot(`
    {
      "fix": "Commit a package-lock.json (npm install --package-lock-only).",
      "kind": "unsupported",
      "manager": "npm",
      "reason": "there is no lockfile, so what would be installed is not decided",
    }
  `);
});
