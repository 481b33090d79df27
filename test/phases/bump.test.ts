import { expect, test } from "vitest";
import { contentOf } from "../../src/change.ts";
import { bump } from "../../src/phases/bump.ts";
import { localTask } from "../../src/phases/local-task.ts";
import { realSandbox } from "../checks/sandbox.ts";
import { startRegistry } from "../emulators/registry/registry.ts";
import { localScene } from "./local-scene.ts";

const real = realSandbox();
const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

async function bumped(files: Record<string, string>, name = "a") {
  await using registry = await startRegistry([
    { name: "a", version: "1.0.0" },
    { name: "a", version: "1.1.0" },
  ]);
  await using scene = await localScene(real.sandbox, files);
  const { local, now, audit } = scene;
  const order = { package: name, range: null, ageDays: null };
  const made = { local, revision: "HEAD", text: name, now, auditHead: audit.head };
  const task = await localTask({ ...made, verb: "bump", bump: order });
  if (task.brief.kind !== "bump") throw new Error("another brief");
  return await bump(
    { task, brief: task.brief, taskDigest: "0".repeat(64), source: scene.repository.root, known: [] },
    { ground: { ...scene.ground, registry: registry.url }, audit },
  );
}

test("with npm every workspace that asks is changed, each in its own style", async () => {
  const made = await bumped({
    "package.json": json({ name: "p", workspaces: ["packages/*"], devDependencies: { a: "^1.0.0" } }),
    "packages/b/package.json": json({ name: "b", version: "1.0.0", dependencies: { a: "1.0.0" } }),
    "packages/c/package.json": json({ name: "c", version: "1.0.0" }),
    "package-lock.json": json({
      name: "p",
      lockfileVersion: 3,
      requires: true,
      packages: {
        "": { name: "p", workspaces: ["packages/*"], devDependencies: { a: "^1.0.0" } },
        "node_modules/a": { version: "1.0.0" },
        "node_modules/b": { resolved: "packages/b", link: true },
        "node_modules/c": { resolved: "packages/c", link: true },
        "packages/b": { version: "1.0.0", dependencies: { a: "1.0.0" } },
        "packages/c": { version: "1.0.0" },
      },
    }),
  });
  if (made.kind === "stop") throw new Error(JSON.stringify(made));
  const { change, bump: told, model } = made.solution;
  expect(change.map(({ path }) => path)).toEqual(["package-lock.json", "package.json", "packages/b/package.json"]);
  const textOf = (path: string) => JSON.parse(contentOf(change.find((one) => one.path === path)!)?.toString() ?? "");
  expect(textOf("package.json")).toMatchObject({ devDependencies: { a: "^1.1.0" } });
  expect(textOf("packages/b/package.json")).toMatchObject({ dependencies: { a: "1.1.0" } });
  expect({ told, model }).toMatchObject({
    told: { name: "a", from: "1.0.0", to: "1.1.0", step: "minor" },
    model: "none",
  });
});

const pnpmLock = `lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a:
        specifier: ^1.0.0
        version: 1.0.0
packages:
  a@1.0.0:
    resolution: {integrity: sha512-x}
snapshots:
  a@1.0.0: {}
`;

test.each([
  [
    "another package.json of the tree, with a manager whose lockfile does not say which are its own",
    {
      "package.json": json({ dependencies: { a: "^1.0.0" } }),
      "pnpm-lock.yaml": pnpmLock,
      "packages/b/package.json": json({ dependencies: { a: "1.0.0" } }),
    },
    "packages/b/package.json asks for `a` too, and only with npm Airlock knows which package.json files a lockfile is for.",
  ],
  [
    "a range that stands in a catalog",
    { "package.json": json({ dependencies: { a: "catalog:" } }), "pnpm-lock.yaml": pnpmLock },
    "package.json asks for `a` as `catalog:`, which is not a version or a range of the registry.",
  ],
  ["no package.json", { "a.txt": "a\n" }, "This repository has no package.json that asks for anything."],
  [
    "a lockfile of binary form",
    { "package.json": json({ dependencies: { a: "^1.0.0" } }), "bun.lockb": "binary\n" },
    "Nothing can be bumped: bun.lockb is not read by Airlock.",
  ],
])("refused: %s", async (_, files, message) => {
  expect(await bumped(files)).toMatchObject({ kind: "stop", stop: { message } });
});
