import { expect, test } from "vitest";
import type { PackageManager } from "../../src/environment/package-manager.ts";
import { orderInstall } from "../../src/environment/order.ts";
import { temporaryDirectory, writeFiles } from "../workspace/repository.ts";

const lock = { pnpm: "lockfileVersion: '9.0'\n", "yarn-berry": "__metadata:\n  version: 8\n", bun: "{}" };
const lockfiles = { pnpm: "pnpm-lock.yaml", "yarn-berry": "yarn.lock", bun: "bun.lock" } as const;

async function order(name: keyof typeof lock, path: string) {
  using at = temporaryDirectory();
  const manager: PackageManager = { name, version: "10.34.9", hash: null };
  writeFiles(at.path, { "package.json": "{}", [lockfiles[name]]: lock[name], [path]: "{}" });
  return await orderInstall(
    at.path,
    { kind: "fetched", manager, lockfile: lockfiles[name] },
    { settings: {}, registry: new URL("https://registry.example/") },
  );
}

test.each<[keyof typeof lock, string]>([
  ["yarn-berry", ".airlock-yarnrc.yml/package.json"],
  ["bun", ".airlock-bunfig.toml/package.json"],
  ["pnpm", ".npmrc/package.json"],
])("for %s a tree with %s is refused, with another name it is installed", async (name, path) => {
  expect(await order(name, path)).toEqual({
    kind: "refused",
    reason: `the tree has ${path}, where a file of Airlock's own is laid out`,
    fix: expect.any(String),
  });
  expect(await order(name, "another/package.json")).toMatchObject({ kind: "ordered" });
});
