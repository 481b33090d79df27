import { expect, test } from "vitest";
import { addedPackages } from "../../src/inspect/added-packages.ts";
import { type Edit, madeSides } from "./made-change.ts";

const lock = (packages: Record<string, object>) =>
  JSON.stringify({
    lockfileVersion: 3,
    packages: {
      "": {},
      ...Object.fromEntries(
        Object.entries(packages).map(([name, entry]) => [
          `node_modules/${name}`,
          { integrity: `sha512-${name}`, ...entry },
        ]),
      ),
    },
  });
const manifest = (dependencies: Record<string, string>) => JSON.stringify({ dependencies });
const shown = (edits: Record<string, Edit>) =>
  addedPackages(madeSides(edits)).map(
    ({ name, version, before, direct }) => `${direct ? "direct" : "other"} ${name}@${version} ${before ?? "new"}`,
  );

test("Direct ones come first, then new names; what stayed is left out", () => {
  expect(
    shown({
      "package.json": [manifest({ a: "^1", e: "1" }), manifest({ a: "^1", b: "^1", e: "1" })],
      "package-lock.json": [
        lock({ a: { version: "1.0.0" }, d: { version: "1.0.0" }, e: { version: "1.0.0" } }),
        lock({
          a: { version: "1.1.0" },
          b: { version: "1.0.0" },
          c: { version: "1.0.0" },
          d: { version: "1.0.1" },
          e: { version: "1.0.0" },
        }),
      ],
    }),
  ).toEqual(["direct b@1.0.0 new", "direct a@1.1.0 1.0.0", "other c@1.0.0 new", "other d@1.0.1 1.0.0"]);
});

test.each<[string, Record<string, Edit>, string[]]>([
  [
    "without a lockfile that is read",
    { "package.json": [manifest({}), manifest({ a: "^1" })], "bun.lockb": ["x", "y"] },
    ["direct a@null new"],
  ],
  ["that was only removed", { "package.json": [manifest({ a: "^1" }), manifest({})] }, []],
  ["whose range alone changed", { "package.json": [manifest({ a: "^1" }), manifest({ a: "^2" })] }, []],
  [
    "of the repository itself",
    { "package.json": [manifest({}), manifest({ a: "workspace:*", b: "file:b", c: "./c" })] },
    [],
  ],
  [
    "that does not come from the registry",
    { "package.json": [manifest({}), manifest({ a: "git+ssh://x/y", b: "o/r", c: "https://x/y.tgz", d: "/c" })] },
    [],
  ],
  [
    "that a workspace asks for and the lockfile held before",
    {
      "p/package.json": [manifest({}), manifest({ a: "^1", b: "npm:a@^1" })],
      "package-lock.json": [lock({ a: { version: "1.1.0" } }), lock({ a: { version: "1.1.0" }, p: { link: true } })],
    },
    [],
  ],
  [
    "that the lockfile holds in a version which nobody asked for",
    {
      "p/package.json": [manifest({}), manifest({ a: "^2" })],
      "package-lock.json": [lock({ a: { version: "1.1.0" } }), lock({ a: { version: "1.1.0" }, p: { link: true } })],
    },
    ["direct a@null new"],
  ],
  [
    "that the lockfile of another folder holds",
    {
      "p/package.json": [manifest({}), manifest({ a: "^1" })],
      "q/package-lock.json": [lock({ a: { version: "1.1.0" } }), lock({ a: { version: "1.1.0" }, p: { link: true } })],
    },
    ["direct a@null new"],
  ],
  [
    "by its real name, not by its alias",
    { "package.json": [manifest({}), manifest({ a: "npm:b@^1" })] },
    ["direct b@null new"],
  ],
  ["in a manifest that is no JSON", { "package.json": [manifest({}), "{"] }, []],
  [
    "in a lockfile alone",
    { "package-lock.json": [lock({}), lock({ a: { version: "1.0.0" }, "x-cjs": { name: "x", version: "2.0.0" } })] },
    ["other a@1.0.0 new", "other x@2.0.0 new"],
  ],
  ["in a folder below", { "p/package-lock.json": [null, lock({ a: { version: "1.0.0" } })] }, ["other a@1.0.0 new"]],
])("A package %s", (_, edits, expected) => {
  expect(shown(edits)).toEqual(expected);
});
