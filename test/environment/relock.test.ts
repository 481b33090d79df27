import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Installable } from "../../src/environment/detect.ts";
import { relock, type RelockOptions } from "../../src/environment/relock.ts";
import { readLock } from "../../src/inspect/lockfiles.ts";
import { realSandbox } from "../checks/sandbox.ts";
import { type Registry, startRegistry } from "../emulators/registry/registry.ts";
import { temporaryDirectory, writeFiles } from "../workspace/repository.ts";
import { limits } from "./managers.ts";

const real = realSandbox();
const wanted: Installable = { kind: "npm", lockfile: "package-lock.json" };
const manifest = (range: string) => `{\n  "name": "p",\n  "dependencies": {\n    "a": "${range}"\n  }\n}\n`;
const lock = (version: string) =>
  JSON.stringify({
    name: "p",
    lockfileVersion: 3,
    packages: {
      "": { name: "p", dependencies: { a: "^1.0.0" } },
      "node_modules/a": { version, integrity: "sha512-x" },
    },
  });
/** `b` comes along with a 1.1.0, and was published the day before. */
const published = [
  { name: "a", version: "1.0.0" },
  { name: "a", version: "1.1.0", manifest: { dependencies: { b: "^1.0.0" }, scripts: { postinstall: "touch ran" } } },
  { name: "a", version: "1.2.0" },
  { name: "b", version: "1.0.0" },
  { name: "b", version: "1.1.0", at: "2026-11-30T00:00:00.000Z" },
];

async function relocked(registry: Registry, to: string, more: Partial<RelockOptions> = {}) {
  using place = temporaryDirectory();
  writeFiles(join(place.path, "checkout"), { "package.json": manifest("^1.0.0"), "package-lock.json": lock("1.0.0") });
  const file = (range: string) => [{ path: "package.json", content: Buffer.from(manifest(range)) }];
  const made = await relock({
    sandbox: real.sandbox,
    manifestDir: join(place.path, "checkout"),
    wanted,
    stage: join(place.path, "stage"),
    registry: registry.url,
    cacheDir: join(place.path, "cache"),
    limits,
    name: "a",
    version: to,
    exact: file(to),
    final: file(`^${to}`),
    age: null,
    ...more,
  });
  expect(readFileSync(join(place.path, "checkout/package-lock.json"), "utf8")).toBe(lock("1.0.0"));
  if (made.kind === "failed") return made;
  const read = readLock("package-lock.json", made.lockfile);
  return {
    versions: read?.entries.map(({ name, version }) => `${name} ${version}`),
    asked: [...(read?.roots.get("") ?? [])],
    addresses: /resolved/.test(made.lockfile.toString()),
  };
}

describe("npm writes the lockfile anew", () => {
  test("the version is locked although a newer one is in the range; nothing is installed and no script runs", async () => {
    await using registry = await startRegistry(published);
    expect(await relocked(registry, "1.1.0")).toEqual({
      versions: ["a 1.1.0", "b 1.1.0"],
      asked: [["a", "^1.1.0"]],
      addresses: false,
    });
    expect(registry.requests.filter((line) => line.includes(".tgz"))).toEqual([]);
  });

  test("the minimum age reaches what comes along", async () => {
    await using registry = await startRegistry(published);
    const age = { days: 3, before: new Date("2026-11-28T00:00:00Z") };
    expect(await relocked(registry, "1.1.0", { age })).toMatchObject({ versions: ["a 1.1.0", "b 1.0.0"] });
  });

  test("a version that is not there fails in our words", async () => {
    await using registry = await startRegistry(published);
    expect(await relocked(registry, "9.0.0")).toMatchObject({ kind: "failed", reason: expect.any(String) });
  });
});
