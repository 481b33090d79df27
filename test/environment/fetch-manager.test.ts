import { createHash } from "node:crypto";
import { chmodSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { managerInside } from "../../src/environment/command.ts";
import { fetchManager, managerName, recipeOf } from "../../src/environment/fetch-manager.ts";
import type { PackageManager } from "../../src/environment/package-manager.ts";
import { realSandbox } from "../checks/sandbox.ts";
import { type Registry, startRegistry } from "../emulators/registry/registry.ts";
import { temporaryDirectory } from "../workspace/repository.ts";

const real = realSandbox();
const limits = { timeoutMs: 60_000, output: { headBytes: 65_536, tailBytes: 65_536 } };
const yarnJs = 'console.log("yarn of the test", ...process.argv.slice(2));\n';
/** Scripts that no download may run. */
const scripts = {
  preinstall: "touch /workspace/manager/ran",
  prepack: "touch /workspace/manager/ran",
  prepare: "touch /workspace/manager/ran",
};
let registry: Registry;
beforeAll(async () => {
  registry = await startRegistry([
    { name: "yarn", version: "1.22.22", manifest: { scripts }, files: { "bin/yarn.js": yarnJs } },
    { name: "yarn", version: "1.22.0", files: { "elsewhere/yarn.js": yarnJs } },
    { name: "@yarnpkg/cli-dist", version: "4.18.1", files: { "bin/yarn.js": yarnJs } },
  ]);
});
afterAll(() => registry[Symbol.asyncDispose]());

const yarn = (version: string, hash: PackageManager["hash"] = null): PackageManager => ({
  name: version.startsWith("1.") ? "yarn-classic" : "yarn-berry",
  version,
  hash,
});
const sha512 = (bytes: Buffer | string) => ({
  algorithm: "sha512",
  hex: createHash("sha512").update(bytes).digest("hex"),
});

function room() {
  const at = temporaryDirectory();
  chmodSync(at.path, 0o711);
  const dir = join(at.path, "managers");
  const fetch = (manager: PackageManager) =>
    fetchManager({
      sandbox: real.sandbox,
      manager,
      directory: join(dir, managerName(manager)),
      registry: registry.url,
      cacheDir: join(at.path, "cache"),
      limits,
    });
  return { ...at, dir, fetch };
}

test("a fetched manager lies in a directory of its own, starts by its name, and was not run", async () => {
  using at = room();
  const fetched = await at.fetch(yarn("1.22.22"));
  const directory = join(at.dir, "yarn-classic-1.22.22-any");
  expect(fetched).toEqual({ kind: "fetched", directory });
  expect(readdirSync(directory).sort()).toEqual(["bin", "yarn"]);
  const result = await real.sandbox.run({ readOnly: [{ host: directory, inside: managerInside }], limits }, [
    `${managerInside}/bin/yarn`,
    "a b",
  ]);
  expect(result).toMatchObject({ kind: "exited", exitCode: 0, stdout: { text: "yarn of the test a b\n" } });
});

test("a second request is served from the directory, without asking the registry", async () => {
  using at = room();
  await at.fetch(yarn("1.22.22"));
  const before = registry.requests.length;
  expect(await at.fetch(yarn("1.22.22"))).toMatchObject({ kind: "fetched" });
  expect(registry.requests.length).toBe(before);
});

describe("the hash in packageManager", () => {
  const tarball = async () =>
    Buffer.from(await (await fetch(new URL("yarn/-/yarn-1.22.22.tgz", registry.url))).arrayBuffer());

  test("is that of the tarball, of yarn 4 that of its one file, as Corepack computes it", async () => {
    using at = room();
    expect(await at.fetch(yarn("1.22.22", sha512(await tarball())))).toMatchObject({ kind: "fetched" });
    expect(await at.fetch(yarn("4.18.1", sha512(yarnJs)))).toMatchObject({ kind: "fetched" });
  });

  test("counts whole and with its algorithm, also after a right one was fetched", async () => {
    using at = room();
    const right = sha512(await tarball());
    expect(await at.fetch(yarn("1.22.22", right))).toMatchObject({ kind: "fetched" });
    const alike = { ...right, hex: `${right.hex.slice(0, 16)}${"0".repeat(112)}` };
    expect(await at.fetch(yarn("1.22.22", alike))).toMatchObject({ kind: "failed" });
    const other = { algorithm: "sha256", hex: right.hex.slice(0, 64) };
    expect(await at.fetch(yarn("1.22.22", other))).toMatchObject({ kind: "failed" });
  });

  test.each(["1.22.22", "4.18.1"])(
    "of yarn %s that differs is a failure, and nothing of the download stays",
    async (version) => {
      using at = room();
      const failed = await at.fetch(yarn(version, sha512("another")));
      expect(failed).toEqual({
        kind: "failed",
        reason: expect.stringMatching(
          new RegExp(`^the registry's yarn ${version} has the sha512 .*packageManager names ${sha512("another").hex}$`),
        ),
        fix: expect.stringContaining("corepack use"),
        evidence: "",
      });
      expect(readdirSync(at.dir)).toEqual([]);
    },
  );
});

test.each<[string, string, RegExp]>([
  ["a version that the registry does not have", "1.0.0", /npm E404|npm ETARGET|npm pack yarn@1\.0\.0/],
  ["a package without the program", "1.22.0", /yarn\/bin\/yarn\.js is not in the package/],
])("%s is a failure, and nothing of it stays", async (_title, version, reason) => {
  using at = room();
  expect(await at.fetch(yarn(version))).toMatchObject({ kind: "failed", reason: expect.stringMatching(reason) });
  expect(readdirSync(at.dir)).toEqual([]);
});

test("its commands are scripts of ours that name the program whole", async () => {
  using at = room();
  await at.fetch(yarn("4.18.1"));
  const command = join(at.dir, "yarn-berry-4.18.1-any/bin/yarn");
  expect(readFileSync(command, "utf8")).toBe('#!/bin/sh\nexec node /workspace/manager/yarn/bin/yarn.js "$@"\n');
  expect(statSync(command).mode & 0o777).toBe(0o755);
});

test.each<[PackageManager["name"], string, string, boolean, string[] | null]>([
  ["pnpm", "10.34.9", "x64", true, ["pnpm@10.34.9"]],
  ["pnpm", "12.21.0", "x64", true, ["pnpm@12.21.0", "@pnpm/exe.linux-x64@12.21.0"]],
  ["pnpm", "12.21.0", "arm64", true, ["pnpm@12.21.0", "@pnpm/exe.linux-arm64@12.21.0"]],
  ["pnpm", "12.21.0", "s390x", true, null],
  ["yarn-classic", "1.22.22", "s390x", false, ["yarn@1.22.22"]],
  ["yarn-berry", "4.18.1", "x64", true, ["@yarnpkg/cli-dist@4.18.1"]],
  ["bun", "1.4.5", "x64", true, ["@oven/bun-linux-x64@1.4.5"]],
  ["bun", "1.4.5", "x64", false, ["@oven/bun-linux-x64-baseline@1.4.5"]],
  ["bun", "1.4.5", "arm64", false, ["@oven/bun-linux-aarch64@1.4.5"]],
  ["bun", "1.4.5", "riscv64", false, null],
])("%s %s on %s (AVX2 %s) is made of %j", (...row) => {
  const [name, version, arch, avx2, expected] = row;
  expect(recipeOf({ name, version, hash: null }, arch, avx2)?.parts.map(({ spec }) => spec) ?? null).toEqual(expected);
});
