import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Profile, Sandbox } from "../../sandbox/sandbox.ts";
import { workspaceInside } from "../../sandbox/sandbox.ts";
import { openCache } from "../../src/environment/cache.ts";
import { dependencyMounts, makeCacheDirectories } from "../../src/environment/mounts.ts";
import { openDependencyView } from "../../src/environment/view.ts";
import { openWorkspace } from "../../src/workspace/open.ts";
import { realSandbox } from "../checks/sandbox.ts";
import { codeOf, limits, printed } from "../sandbox/room.ts";
import { fixtureRepository, runAs, writeFiles } from "../workspace/repository.ts";

const real = realSandbox();
const key = "d".repeat(64);
const withoutOverlay = (sandbox: Sandbox): Sandbox => ({
  ...sandbox,
  overlay: { kind: "none", reason: "for the test" },
});

/** A repository on this machine, and its dependencies in a cache of this machine. */
async function scene() {
  const repository = fixtureRepository({ "package.json": "{}", "src/a.js": "a\n" });
  chmodSync(repository.dir, 0o711);
  const root = join(repository.temporary, "cache");
  const opened = await openCache({ root, user: real.sandbox.user, now: Date.now });
  if (opened.kind === "refused") throw new Error(opened.reason);
  const stage = await opened.cache.stage();
  mkdirSync(stage.directory);
  writeFiles(stage.directory, { "node_modules/tool/index.js": "original\n" });
  if (runAs !== null) execFileSync("chown", ["-R", `${runAs.uid}:${runAs.gid}`, stage.directory]);
  await makeCacheDirectories(stage.directory, real.sandbox.user);
  const { directory } = await stage.keep(key);
  const workspace = await openWorkspace({
    source: repository.root,
    commit: repository.commit,
    dir: repository.dir,
    runAs,
  });
  const open = (sandbox: Sandbox = real.sandbox) =>
    openDependencyView({ sandbox, dir: repository.dir, dependencies: { directory, ...dependencyMounts(directory) } });
  return {
    repository,
    cache: opened.cache,
    root,
    directory,
    workspace,
    open,
    run: (view: { mounts: Partial<Profile> }, command: string) =>
      real.sandbox.run({ workspace: { host: workspace.root, mode: "workspace-write" }, ...view.mounts, limits }, [
        "sh",
        "-c",
        command,
      ]),
    async [Symbol.asyncDispose]() {
      await workspace[Symbol.asyncDispose]();
      repository[Symbol.dispose]();
    },
  };
}

const poison =
  "echo poisoned > node_modules/tool/index.js; echo new > node_modules/tool/new.js; rm -r node_modules/.cache";

describe("work that writes into its dependencies", () => {
  test("reaches neither the cache, nor another view, nor the Change; and is forgotten with its view", async () => {
    await using on = await scene();
    {
      await using view = await on.open();
      expect(codeOf(await on.run(view, poison))).toBe(0);
      // The next command of the same work sees it.
      expect(printed(await on.run(view, "cat node_modules/tool/index.js"))).toBe("poisoned\n");
      await using beside = await on.open();
      expect(printed(await on.run(beside, "cat node_modules/tool/*.js"))).toBe("original\n");
      expect(await on.workspace.checkpoint()).toEqual({ tree: on.workspace.base.tree, violations: [] });
    }
    expect(readdirSync(on.repository.dir).filter((name) => name.startsWith("view-"))).toEqual([]);
    expect(await on.cache.find(key)).toMatchObject({ directory: on.directory });
  });

  test("the twin: bound writable it would have reached the cache, and the cache would have seen it", async () => {
    await using on = await scene();
    const writable = [{ host: join(on.directory, "node_modules"), inside: `${workspaceInside}/node_modules` }];
    const bound = { mounts: { writable } };
    expect(codeOf(await on.run(bound, poison))).toBe(0);
    expect(await on.cache.find(key)).toBeNull();
  });

  test("cannot name the cache from inside", async () => {
    await using on = await scene();
    await using view = await on.open();
    const names = `ls ${on.root} ${on.directory} /var/cache/airlock 2>/dev/null; cat /proc/self/mountinfo`;
    const seen = await on.run(view, names);
    // Which directories an overlay is made of can be read; they do not exist inside.
    expect(seen.stdout.text.split("\n").filter((line) => line.includes("tree") && !line.includes(" overlay "))).toEqual(
      [],
    );
    expect(codeOf(await on.run(view, `test -e ${on.root} || test -e ${on.directory}`))).toBe(1);
  });
});

describe("where the machine has no overlays", () => {
  test("dependencies are read-only, with private places for caches that every command finds empty", async () => {
    await using on = await scene();
    await using view = await on.open(withoutOverlay(real.sandbox));
    expect(view.mounts).toEqual(dependencyMounts(on.directory));
    const first = await on.run(view, "touch node_modules/.cache/x; echo x > node_modules/tool/index.js");
    expect(first).toMatchObject({ exitCode: 2, stderr: { text: expect.stringContaining("Read-only file system") } });
    expect(printed(await on.run(view, "ls -A node_modules/.cache"))).toBe("");
    expect(existsSync(join(on.directory, "node_modules/.cache/x"))).toBe(false);
  });
});
