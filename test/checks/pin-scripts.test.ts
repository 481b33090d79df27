import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { pinScripts, withTrustedScripts } from "../../src/checks/pin-scripts.ts";
import { copyTrees, viewRepository } from "../../src/workspace/store.ts";
import { type FixtureFile, fixtureRepository, runAs, writeFiles } from "../workspace/repository.ts";

describe("withTrustedScripts", () => {
  const cases: [string, object | string, object | string | null, object | string | null][] = [
    [
      "scripts were changed",
      { name: "n", scripts: { test: "true" }, type: "module" },
      { scripts: { test: "vitest" } },
      { name: "n", type: "module", scripts: { test: "vitest" } },
    ],
    [
      "scripts were added",
      { scripts: { test: "a", pretest: "b" } },
      { scripts: { test: "a" } },
      { scripts: { test: "a" } },
    ],
    ["all scripts are new", { name: "n", scripts: { test: "a" } }, { name: "n" }, { name: "n" }],
    [
      "only something else was changed",
      { scripts: { a: "a" }, version: "2" },
      { scripts: { a: "a" }, version: "1" },
      null,
    ],
    [
      "a byte order mark stands before it",
      '\ufeff{"scripts":{"a":"true"}}',
      { scripts: { a: "a" } },
      { scripts: { a: "a" } },
    ],
    [
      "a byte order mark stands before the trusted one",
      { scripts: { a: "true" } },
      '\ufeff{"scripts":{"a":"a"}}',
      { scripts: { a: "a" } },
    ],
    ["the manifest is broken", "{", { scripts: {} }, "unreadable"],
    ["both are broken", "{", "[]", null],
    ["the trusted manifest is broken", { scripts: { a: "a" } }, "[]", {}],
    ["the trusted commit has none", { scripts: { a: "a" } }, null, null],
  ];
  test.each(cases)("when %s", (_, manifest, trusted, expected) => {
    const text = (value: object | string) => (typeof value === "string" ? value : JSON.stringify(value));
    const pin = withTrustedScripts(text(manifest), trusted === null ? null : text(trusted));
    const result = pin.kind === "pinned" ? JSON.parse(pin.text) : pin.kind === "same" ? null : pin.kind;
    expect(result).toEqual(expected);
  });
});

/** What is mounted over the step from one set of files to another: inside path → text. */
async function pinned(before: Record<string, FixtureFile>, after: Record<string, FixtureFile>) {
  using fixture = fixtureRepository({ "README.md": "x", ...before });
  writeFiles(fixture.root, after);
  const head = fixture.recommit();
  await using view = await viewRepository(fixture.root, fixture.dir);
  await using store = await copyTrees(view, [fixture.tree, head.tree], fixture.dir, runAs);
  expect(await pinScripts(store, head.tree, head.tree)).toEqual({ kind: "pinned", mounts: [] });
  const result = await pinScripts(store, fixture.tree, head.tree);
  if (result.kind === "unreadable") return result.reason;
  return Object.fromEntries(
    result.mounts.map(({ host, inside }) => [inside.replace("/workspace/repo/", ""), readFileSync(host, "utf8")]),
  );
}

test("manifests whose scripts differ from the trusted ones are covered, and no others", async () => {
  const mounts = await pinned(
    {
      "package.json": '{"scripts":{"test":"npm run unit","unit":"vitest"}}',
      "packages/a/package.json": '{"scripts":{"test":"vitest"}}',
      "packages/b/package.json": '{"version":"1"}',
      "node_modules/z/package.json": '{"scripts":{"test":"z"}}',
    },
    {
      "package.json": '{"scripts":{"test":"npm run unit","unit":"true"},"type":"module"}',
      "packages/a/package.json": '\ufeff{"scripts":{"test":"true"}}',
      "packages/b/package.json": '{"version":"2"}',
      "packages/new/package.json": '{"scripts":{"test":"true"}}',
      "node_modules/z/package.json": '{"scripts":{"test":"true"}}',
    },
  );
  expect(Object.entries(mounts).map(([path, text]) => [path, JSON.parse(text)])).toEqual([
    ["package.json", { type: "module", scripts: { test: "npm run unit", unit: "vitest" } }],
    ["packages/a/package.json", { scripts: { test: "vitest" } }],
  ]);
});

test("package manager settings are the trusted ones, or none", async () => {
  const mounts = await pinned(
    { ".npmrc": "engine-strict=true\n", "packages/a/.npmrc": "fund=false\n" },
    {
      ".npmrc": "node-options=--import ./x.mjs\n",
      "packages/b/.npmrc": "script-shell=./sh\n",
      ".yarnrc.yml": "yarnPath: ./x.cjs\n",
      "bunfig.toml": "preload = ['./x']\n",
    },
  );
  expect(mounts).toEqual({
    ".npmrc": "engine-strict=true\n",
    ".yarnrc.yml": "",
    "bunfig.toml": "",
    "packages/b/.npmrc": "",
  });
});

test.each<[string, Record<string, FixtureFile>, string]>([
  [
    "is broken",
    { "package.json": "{" },
    '"package.json" is not a JSON object, so nobody can say which scripts would run',
  ],
  [
    "is a link",
    { "a/.npmrc": { link: "x" } },
    '"a/.npmrc" is no plain file, so nobody can say which scripts would run',
  ],
])("nothing is pinned, and nothing may run, when a file that steers scripts %s", async (_, after, reason) => {
  expect(await pinned({ "package.json": '{"scripts":{"test":"t"}}' }, after)).toBe(reason);
});
