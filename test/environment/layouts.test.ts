import { cpSync, existsSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { workspaceInside } from "../../sandbox/sandbox.ts";
import { installDependencies } from "../../src/environment/install.ts";
import { managerMounts } from "../../src/environment/manager-mounts.ts";
import { dependencyMounts, makeMountPoints } from "../../src/environment/mounts.ts";
import { realSandbox } from "../checks/sandbox.ts";
import { type Registry, startRegistry } from "../emulators/registry/registry.ts";
import { limits, lock, managerRoom, managers, managersReachable } from "./managers.ts";

const real = realSandbox();
const room = managerRoom();
let registry: Registry;
beforeAll(async () => {
  registry = await startRegistry([
    {
      name: "leaf",
      version: "1.0.0",
      manifest: { bin: { leaf: "cli.js" } },
      files: { "cli.js": '#!/usr/bin/env node\nconsole.log("leaf runs");\n' },
    },
    { name: "leaf", version: "2.0.0" },
    {
      name: "branch",
      version: "1.0.0",
      manifest: { dependencies: { leaf: "2.0.0" } },
      files: { "index.js": 'module.exports = `branch with ${require("leaf")}`;\n' },
    },
  ]);
});
afterAll(() => registry[Symbol.asyncDispose]());

/** `workspace:` is what pnpm, berry and bun write; yarn 1 only knows versions. */
function monorepo(local: string): Record<string, string> {
  const manifest = (name: string, dependencies: object, more = {}) =>
    JSON.stringify({ name, version: "1.0.0", dependencies, ...more });
  return {
    "package.json": manifest(
      "root",
      { leaf: "1.0.0", lib: local },
      { private: true, workspaces: ["packages/*"], scripts: { hello: "leaf" } },
    ),
    "pnpm-workspace.yaml": "packages:\n  - packages/*\n",
    "packages/lib/package.json": manifest("lib", { branch: "1.0.0" }),
    "packages/lib/index.js": 'module.exports = `lib of the change, ${require("branch")}`;\n',
    "packages/app/package.json": manifest("app", { lib: local, leaf: "2.0.0" }),
  };
}

const script = `const from = (where) => require("module").createRequire(where + "/x.js");
for (const [where, name] of [["/workspace/repo", "leaf"], ["/workspace/repo", "lib"], ["/workspace/repo/packages/app", "lib"], ["/workspace/repo/packages/app", "leaf"]])
  console.log(from(where)(name), "|", require("fs").realpathSync(from(where).resolve(name)).includes("/node_modules/") ? "installed" : "of the workspace");
try { require("fs").writeFileSync(from("/workspace/repo").resolve("leaf"), ""); console.log("written") } catch (e) { console.log(e.code) }`;

describe.skipIf(!managersReachable)("what is installed works in a workspace", () => {
  test.each(managers)(
    "$title: packages of the workspace are its own files, everything else is installed and read-only",
    async (one) => {
      const { wanted } = one;
      const manager = await room.fetched(real.sandbox, wanted.manager);
      const name = one.title.replace(/\W/g, "-");
      const files = monorepo(wanted.manager.name === "yarn-classic" ? "1.0.0" : "workspace:*");
      const project = room.put(real.sandbox, `project-${name}`, files);
      await lock(real.sandbox, one, { root: project, manager }, registry.url);
      const installed = await installDependencies({
        sandbox: real.sandbox,
        manifestDir: project,
        wanted,
        managerDir: manager,
        into: join(room.dir, `into-${name}`),
        registry: registry.url,
        cacheDir: join(room.dir, "cache"),
        limits,
      });
      expect(installed).toEqual({
        kind: "installed",
        directory: join(room.dir, `into-${name}`),
        ms: expect.any(Number),
      });

      const workspace = room.put(real.sandbox, `workspace-${name}`, { ...files, "node_modules/.keep": "" });
      rmSync(join(workspace, "node_modules/.keep"));
      cpSync(join(project, wanted.lockfile), join(workspace, wanted.lockfile));
      const into = join(room.dir, `into-${name}`);
      await makeMountPoints(into, workspace, real.sandbox.user);
      const mounts = dependencyMounts(into);
      const called = managerMounts(wanted.manager, manager);
      const profile = {
        workspace: { host: workspace, mode: "workspace-write" as const },
        ...mounts,
        readOnly: [...mounts.readOnly, ...called.readOnly],
        env: called.env,
        limits,
      };
      const result = await real.sandbox.run(profile, ["node", "-e", script]);
      expect(result).toMatchObject({
        kind: "exited",
        exitCode: 0,
        stdout: {
          text: [
            "leaf 1.0.0 | installed",
            "lib of the change, branch with leaf 2.0.0 | of the workspace",
            "lib of the change, branch with leaf 2.0.0 | of the workspace",
            "leaf 2.0.0 | installed",
            "EROFS",
            "",
          ].join("\n"),
        },
      });

      const command = { pnpm: "pnpm", "yarn-classic": "yarn", "yarn-berry": "yarn", bun: "bun" }[wanted.manager.name];
      const ran = await real.sandbox.run(profile, [command, "run", "hello"]);
      expect(ran).toMatchObject({
        kind: "exited",
        exitCode: 0,
        stdout: { text: expect.stringContaining("leaf runs") },
      });
    },
  );

  test("no link of an installation leads out of it", () => {
    const leading = readdirSync(room.dir).filter((name) => name.startsWith("into-"));
    expect(leading).toHaveLength(managers.length);
    for (const name of leading) {
      const root = join(room.dir, name);
      const links = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isSymbolicLink(),
      );
      expect(links.length).toBeGreaterThan(0);
      const targets = links.map((entry) => readlinkSync(join(entry.parentPath, entry.name)));
      expect(targets.filter((target) => target.startsWith("/") && !target.startsWith(`${workspaceInside}/`))).toEqual(
        [],
      );
      expect(existsSync(join(root, "node_modules"))).toBe(true);
    }
  });
});
