import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installDependencies } from "../../src/environment/install.ts";
import { realSandbox } from "../checks/sandbox.ts";
import { type Registry, startRegistry } from "../emulators/registry/registry.ts";
import { limits, lock, type ManagerCase, managerRoom, managers, managersReachable } from "./managers.ts";

const real = realSandbox();
const room = managerRoom();
let registry: Registry;
/** The same names and versions with other content. */
let swapped: Registry;
beforeAll(async () => {
  registry = await startRegistry([
    { name: "leaf", version: "1.0.0" },
    { name: "leaf", version: "2.0.0" },
  ]);
  swapped = await startRegistry([
    { name: "leaf", version: "1.0.0", files: { "index.js": "module.exports = 'another';\n" } },
  ]);
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await swapped[Symbol.asyncDispose]();
});

const manifest = (version: string) => JSON.stringify({ name: "p", version: "1.0.0", dependencies: { leaf: version } });

/** How an installation ends whose lockfile was written for `leaf` 1.0.0. */
async function install(
  one: ManagerCase,
  name: string,
  { asks = "1.0.0", from = registry }: { asks?: string; from?: Registry },
) {
  const { wanted } = one;
  const id = `${name}-${one.title.replace(/\W/g, "-")}`;
  const manager = await room.fetched(real.sandbox, wanted.manager);
  const made = room.put(real.sandbox, `${id}-lock`, { "package.json": manifest("1.0.0") });
  await lock(real.sandbox, one, { root: made, manager }, registry.url);
  const text = readFileSync(join(made, wanted.lockfile), "utf8").replaceAll(registry.url.host, from.url.host);
  return installDependencies({
    sandbox: real.sandbox,
    manifestDir: room.put(real.sandbox, id, { "package.json": manifest(asks), [wanted.lockfile]: text }),
    wanted,
    managerDir: manager,
    into: join(room.dir, `into-${id}`),
    registry: from.url,
    // A cache that has the package would not ask.
    cacheDir: join(room.dir, `cache-${id}`),
    limits,
  });
}

const tested = managers.filter(({ title }) => !/8\.15|11\.28|3\.8\.7/.test(title));

describe.skipIf(!managersReachable)("an installation that fails says why and what to change", () => {
  test.each(tested)("$title: the lockfile is not that of package.json", async (one) => {
    expect(await install(one, "drift", { asks: "2.0.0" })).toMatchObject({
      kind: "failed",
      reason: "package.json and the lockfile do not match",
      fix: "Run the manager's install and commit the lockfile.",
    });
  });

  test.each(tested)("$title: the registry serves other content than the lockfile names", async (one) => {
    expect(await install(one, "swap", { from: swapped })).toMatchObject({
      kind: "failed",
      reason: "a package's content is not the one the lockfile names",
    });
  });

  test.each(tested)("$title: the twin: the same with what the lockfile names is installed", async (one) => {
    expect(await install(one, "same", {})).toMatchObject({ kind: "installed" });
  });
});
