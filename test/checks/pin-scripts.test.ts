import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { pinScripts, withTrustedScripts } from "../../src/checks/pin-scripts.ts";
import { copyTrees, viewRepository } from "../../src/workspace/store.ts";
import { fixtureRepository, runAs, writeFiles } from "../workspace/repository.ts";

describe("withTrustedScripts", () => {
  const cases: [string, object | string, object | string, object | null][] = [
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
    ["the manifest is broken", "{", { scripts: {} }, null],
    ["the trusted manifest is broken", { scripts: {} }, "[]", null],
  ];
  test.each(cases)("when %s", (_, manifest, trusted, expected) => {
    const text = (value: object | string) => (typeof value === "string" ? value : JSON.stringify(value));
    const result = withTrustedScripts(text(manifest), text(trusted));
    expect(result === null ? null : JSON.parse(result)).toEqual(expected);
  });
});

test("manifests whose scripts differ from the trusted ones are covered, and no others", async () => {
  using fixture = fixtureRepository({
    "package.json": '{"scripts":{"test":"npm run unit","unit":"vitest"}}',
    "packages/a/package.json": '{"scripts":{"test":"vitest"}}',
    "packages/b/package.json": '{"version":"1"}',
  });
  writeFiles(fixture.root, {
    "package.json": '{"scripts":{"test":"npm run unit","unit":"true"},"type":"module"}',
    "packages/a/package.json": '{"scripts":{"test":"true"}}',
    "packages/b/package.json": '{"version":"2"}',
    "packages/new/package.json": '{"scripts":{"test":"true"}}',
  });
  const head = fixture.recommit();
  await using view = await viewRepository(fixture.root, fixture.dir);
  await using store = await copyTrees(view, [fixture.tree, head.tree], fixture.dir, runAs);
  const mounts = await pinScripts(store, fixture.tree, head.tree);
  expect(mounts.map(({ host, inside }) => [inside, JSON.parse(readFileSync(host, "utf8"))])).toEqual([
    ["/workspace/repo/package.json", { type: "module", scripts: { test: "npm run unit", unit: "vitest" } }],
    ["/workspace/repo/packages/a/package.json", { scripts: { test: "vitest" } }],
  ]);
  expect(await pinScripts(store, head.tree, head.tree)).toEqual([]);
});
