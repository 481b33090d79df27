import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { relock } from "../../src/environment/relock.ts";
import { readLock } from "../../src/inspect/lockfiles.ts";
import { realSandbox } from "../checks/sandbox.ts";
import { type Published, startRegistry } from "../emulators/registry/registry.ts";
import { limits, lock, managerRoom, managers, managersReachable } from "./managers.ts";

const real = realSandbox();
const room = managerRoom();
const manifest = (range: string) => `{"name":"p","private":true,"dependencies":{"a":"${range}"}}\n`;
/** 1.2.0 is in the range that is written down, and must not be taken for it. */
const published: Published[] = [
  { name: "a", version: "1.0.0" },
  { name: "a", version: "1.1.0", manifest: { dependencies: { b: "^1.0.0" } } },
  { name: "a", version: "1.2.0" },
  { name: "b", version: "1.0.0" },
  { name: "b", version: "1.1.0", at: new Date().toISOString() },
];
/** Whether it has a setting for the age of what comes along. */
const aged = new Set(["pnpm 10.34.9", "pnpm 11.28.11", "pnpm 12.21.0", "yarn-berry 4.18.1", "bun 1.4.5"]);

describe.skipIf(!managersReachable)(
  "every manager locks the version that was chosen, under the range in its style",
  () => {
    test.each(managers)("$title", async (one) => {
      const manager = await room.fetched(real.sandbox, one.wanted.manager);
      await using before = await startRegistry(published.filter(({ version }) => version === "1.0.0"));
      const root = room.put(real.sandbox, one.title.replace(" ", "-"), {
        "package.json": manifest("^1.0.0"),
      });
      await lock(real.sandbox, one, { root, manager }, before.url);
      const asLocked = readFileSync(join(root, "package.json"), "utf8");
      await using registry = await startRegistry(published);
      const file = (range: string) => [{ path: "package.json", content: Buffer.from(manifest(range)) }];
      const made = await relock({
        sandbox: real.sandbox,
        manifestDir: root,
        wanted: one.wanted,
        managerDir: manager,
        stage: join(room.dir, "stage"),
        registry: registry.url,
        cacheDir: join(room.dir, "relock-cache"),
        limits,
        name: "a",
        version: "1.1.0",
        exact: file("1.1.0"),
        final: file("^1.1.0"),
        age: { days: 3, before: new Date(Date.now() - 3 * 86_400_000) },
      });
      if (made.kind === "failed") throw new Error(`${made.reason}\n${made.evidence}`);
      const read = readLock(one.wanted.lockfile, made.lockfile);
      const b = aged.has(one.title) ? "1.0.0" : "1.1.0";
      expect(
        read?.entries
          .filter(({ source }) => source.kind === "registry")
          .map(({ name, version }) => `${name} ${version}`),
      ).toEqual(["a 1.1.0", `b ${b}`]);
      expect(made.lockfile.toString()).toContain("^1.1.0");
      expect(readFileSync(join(root, "package.json"), "utf8")).toBe(asLocked);
    });
  },
);
