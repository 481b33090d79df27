import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { dependencyMounts, makeCacheDirectories, makeMountPoints } from "../../src/environment/mounts.ts";

const me = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

function directory(...paths: string[]): string {
  const dir = mkdtempSync(join(tmpdir(), "airlock-deps-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  for (const path of paths) mkdirSync(join(dir, path), { recursive: true });
  return dir;
}

const inside = (...paths: string[]) => paths.map((path) => `/workspace/repo/${path}`);

test("each node_modules is mounted read-only with private cache directories; one inside another is not", () => {
  const dir = directory("node_modules/a/node_modules/b", "packages/lib/node_modules/c", "packages/other");
  expect(dependencyMounts(dir)).toEqual({
    readOnly: [
      { host: join(dir, "node_modules"), inside: "/workspace/repo/node_modules" },
      {
        host: join(dir, "packages/lib/node_modules"),
        inside: "/workspace/repo/packages/lib/node_modules",
        optional: true,
      },
    ],
    scratch: [
      ...inside(
        "node_modules/.cache",
        "node_modules/.tmp",
        "node_modules/.vite",
        "node_modules/.vite-temp",
        "node_modules/.vitest",
        "node_modules/.vitest-cache",
      ),
      ...inside("packages/lib/node_modules/.cache", "packages/lib/node_modules/.tmp"),
    ],
  });
});

test("a nested one has the caches of the tools that are installed, at the top or in it", () => {
  const dir = directory("node_modules/vite", "a/node_modules/x", "b/node_modules/vitest");
  const nested = dependencyMounts(dir).scratch.filter((path) => !path.startsWith("/workspace/repo/node_modules/"));
  expect(nested).toEqual([
    ...inside("a/node_modules/.cache", "a/node_modules/.tmp", "a/node_modules/.vite", "a/node_modules/.vite-temp"),
    ...inside("b/node_modules/.cache", "b/node_modules/.tmp", "b/node_modules/.vite", "b/node_modules/.vite-temp"),
    ...inside("b/node_modules/.vitest", "b/node_modules/.vitest-cache"),
  ]);
});

test("a monorepo of hundreds of packages stays within the words that bwrap reads", () => {
  const many = Array.from({ length: 1000 }, (_, index) => `packages/p${index}/node_modules`);
  const { readOnly, scratch } = dependencyMounts(directory("node_modules/vite", "node_modules/vitest", ...many));
  expect([readOnly.length, scratch.length]).toEqual([1001, 606]);
  expect(readOnly.length * 3 + scratch.length * 6).toBeLessThan(8000);
});

test("the mount points for caches are made in every node_modules, and a missing one at the root is made", async () => {
  const dir = directory("packages/lib/node_modules/c");
  await makeCacheDirectories(dir, me);
  for (const path of ["node_modules", "packages/lib/node_modules"])
    expect(readdirSync(join(dir, path))).toEqual(expect.arrayContaining([".cache", ".vite-temp"]));
});

test("a dependency that puts a link where a cache belongs is refused", async () => {
  const dir = directory("node_modules");
  symlinkSync("/tmp", join(dir, "node_modules/.cache"));
  await expect(makeCacheDirectories(dir, me)).rejects.toMatchObject({ code: "install-failed" });
});

test("a workspace gets empty mount points where its packages exist, and none through a link", async () => {
  const dir = directory(
    "node_modules",
    "packages/lib/node_modules",
    "packages/gone/node_modules",
    "packages/linked/node_modules",
  );
  const workspace = directory("packages/lib", "elsewhere");
  symlinkSync(join(workspace, "elsewhere"), join(workspace, "packages/linked"));
  await makeMountPoints(dir, workspace, me);
  expect(readdirSync(workspace).sort()).toEqual(["elsewhere", "node_modules", "packages"]);
  expect(statSync(join(workspace, "packages/lib/node_modules")).isDirectory()).toBe(true);
  expect([readdirSync(join(workspace, "packages")).sort(), readdirSync(join(workspace, "elsewhere"))]).toEqual([
    ["lib", "linked"],
    [],
  ]);
});

test("a file where node_modules belongs is refused", async () => {
  const workspace = directory();
  writeFileSync(join(workspace, "node_modules"), "");
  await expect(makeMountPoints(directory("node_modules"), workspace, me)).rejects.toMatchObject({
    code: "install-failed",
  });
});
