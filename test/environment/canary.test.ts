import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { managerInside } from "../../src/environment/command.ts";
import type { Installable } from "../../src/environment/detect.ts";
import { installDependencies } from "../../src/environment/install.ts";
import { readSettings } from "../../src/environment/tree-manifests.ts";
import { realSandbox } from "../checks/sandbox.ts";
import { type Registry, startRegistry } from "../emulators/registry/registry.ts";
import { bare, limits, lock, managerRoom, managers, managersReachable } from "./managers.ts";

const real = realSandbox();
const room = managerRoom();
const secret = "value-of-a-secret-of-this-machine";
let registry: Registry;
/** Whoever is asked for here was named by the repository and not by us. */
let elsewhere: Registry;

const events = ["preinstall", "install", "postinstall"] as const;
/** Leaves a file in the project, and with it the environment it ran in. */
const leave = (name: string) => `env > /workspace/repo/canary-${name}`;
const scripts = (whose: string) => Object.fromEntries(events.map((event) => [event, leave(`${whose}-${event}`)]));

beforeAll(async () => {
  vi.stubEnv("AIRLOCK_TEST_SECRET", secret);
  registry = await startRegistry([
    { name: "hostile", version: "1.0.0", manifest: { scripts: scripts("package") } },
    { name: "harmless", version: "1.0.0" },
  ]);
  elsewhere = await startRegistry([]);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await registry[Symbol.asyncDispose]();
  await elsewhere[Symbol.asyncDispose]();
});

const manifest = {
  name: "project",
  version: "1.0.0",
  private: true,
  dependencies: { hostile: "1.0.0" },
  // These two are the package managers' own ways of allowing scripts.
  trustedDependencies: ["hostile"],
  pnpm: { onlyBuiltDependencies: ["hostile"] },
  scripts: { ...scripts("project"), prepare: leave("project-prepare") },
};
const npmLock = {
  name: "project",
  version: "1.0.0",
  lockfileVersion: 3,
  packages: {
    "": { name: "project", version: "1.0.0", dependencies: { hostile: "1.0.0" } },
    "node_modules/hostile": { version: "1.0.0", hasInstallScript: true },
  },
};

/** Every file by which a repository can make a manager run a program, or ask another host. */
const settings = (other: string): Record<string, string | { executable: string }> => ({
  "evil.sh": { executable: `#!/bin/sh\n${leave("program")}\nexec /bin/sh "$@"\n` },
  "evil.cjs": `require("fs").writeFileSync("/workspace/repo/canary-program", ""); module.exports = { hooks: {}, name: "evil", factory: () => ({}) };\n`,
  ".npmrc": `registry=${other}\nscript-shell=./evil.sh\nnode-options=--require=./evil.cjs\ngit=./evil.sh\nignore-scripts=false\n//127.0.0.1/:_authToken=abc\npnpmfile=./evil.cjs\nglobal-pnpmfile=./evil.cjs\n`,
  ".pnpmfile.cjs": `require("./evil.cjs"); module.exports = { hooks: { readPackage: (one) => one } };\n`,
  "pnpm-workspace.yaml": `packages: []\npnpmfile: ./evil.cjs\nscriptShell: ./evil.sh\nignoreScripts: false\nregistry: ${other}\nonlyBuiltDependencies: [hostile]\nallowBuilds: { hostile: true }\n`,
  ".yarnrc": `registry "${other}"\nyarn-path "./evil.cjs"\nignore-scripts false\n`,
  ".yarnrc.yml": `yarnPath: ./evil.cjs\nplugins: [./evil.cjs]\nenableScripts: true\nnpmRegistryServer: "${other}"\nunsafeHttpWhitelist: ["*"]\n`,
  "bunfig.toml": `preload = ["./evil.cjs"]\n[install]\nregistry = "${other}"\nignoreScripts = false\n[run]\nshell = "system"\n`,
  ".git/hooks/post-checkout": { executable: `#!/bin/sh\n${leave("hook")}\n` },
});

type Case = { title: string; wanted: Installable };
const tested: readonly Case[] = [
  { title: "npm", wanted: { kind: "npm", lockfile: "package-lock.json" } },
  ...managers.filter(({ title }) => managersReachable && !/8\.15|11\.28|3\.8\.7/.test(title)),
];

const locks = new Map<string, string>();

/** A project with a true lockfile, and the manager's directory. */
async function project(sandbox: Sandbox, one: Case, name: string, files: ReturnType<typeof settings>) {
  const root = room.put(sandbox, name, { "package.json": JSON.stringify(manifest) });
  if (one.wanted.kind === "npm") {
    room.put(sandbox, name, { ...files, "package-lock.json": JSON.stringify(npmLock) });
    return { root, manager: null };
  }
  const manager = await room.fetched(sandbox, one.wanted.manager);
  const { wanted } = one;
  if (!locks.has(one.title)) {
    const made = room.put(sandbox, `${name}-lock`, { "package.json": JSON.stringify(manifest) });
    await lock(sandbox, { title: one.title, wanted }, { root: made, manager }, registry.url);
    locks.set(one.title, readFileSync(join(made, wanted.lockfile), "utf8"));
  }
  room.put(sandbox, name, { ...files, [wanted.lockfile]: locks.get(one.title) ?? "" });
  return { root, manager };
}

const canaries = (directory: string) =>
  readdirSync(directory)
    .filter((name) => name.startsWith("canary-"))
    .sort();
const nameOf = ({ title }: Case) => title.replace(/\W/g, "-");
const packageScripts = events.map((event) => `canary-package-${event}`).sort();

function install(one: Case, at: { root: string; manager: string | null }, more: object = {}) {
  return installDependencies({
    sandbox: real.sandbox,
    manifestDir: at.root,
    wanted: one.wanted,
    ...(at.manager === null ? {} : { managerDir: at.manager }),
    registry: registry.url,
    cacheDir: join(room.dir, "cache"),
    into: join(room.dir, `into-${nameOf(one)}`),
    limits,
    ...more,
  });
}

describe.each(tested)("$title installs what others wrote", (one) => {
  test("and runs none of it, though the repository asks for that in every way there is", async () => {
    const at = await project(real.sandbox, one, `all-${nameOf(one)}`, settings(elsewhere.url.href));
    const before = [...elsewhere.requests];
    // The settings count as trusted here: the lists of each manager are all that keeps them out.
    const into = join(room.dir, `into-all-${nameOf(one)}`);
    const installed = await install(one, at, { into, settings: await readSettings(at.root) });
    expect(installed).toEqual({ kind: "installed", directory: into, ms: expect.any(Number) });
    expect({ inside: canaries(into), repository: canaries(at.root), elsewhere: elsewhere.requests }).toEqual({
      inside: [],
      repository: [],
      elsewhere: before,
    });
    expect(readFileSync(join(into, "node_modules/hostile/index.js"), "utf8")).toContain("hostile 1.0.0");
  });

  test("the twin: the same manager without these options runs the scripts", async () => {
    const at = await project(real.sandbox, one, `bare-${nameOf(one)}`, {});
    const flags = [
      `--registry=${registry.url.href}`,
      ...(one.title.startsWith("pnpm 12") ? ["--config.dangerously-allow-all-builds=true"] : []),
    ];
    const [name, berry] =
      one.wanted.kind === "npm" ? ["npm", false] : [one.wanted.manager.name, one.wanted.manager.name === "yarn-berry"];
    const bin = `${managerInside}/bin`;
    const command = {
      npm: ["npm", "ci", ...flags],
      pnpm: [`${bin}/pnpm`, "install", ...flags],
      "yarn-classic": [`${bin}/yarn`, "install", ...flags],
      "yarn-berry": ["sh", "-c", `YARN_HTTP_PROXY=$HTTP_PROXY ${bin}/yarn install`],
      bun: [`${bin}/bun`, "install", ...flags],
    }[name];
    const env = {
      YARN_NPM_REGISTRY_SERVER: registry.url.href.replace(/\/$/, ""),
      YARN_UNSAFE_HTTP_WHITELIST: "127.0.0.1",
      YARN_NODE_LINKER: "node-modules",
      YARN_ENABLE_SCRIPTS: "1",
    };
    const result = await bare(real.sandbox, at, command ?? [], berry ? env : {});
    expect(canaries(at.root), `${result.stdout.text}\n${result.stderr.text}`).toEqual(
      expect.arrayContaining(packageScripts),
    );
  });

  test("the twin: in the repository itself its settings start a program, or ask another host", async () => {
    const at = await project(real.sandbox, one, `led-${nameOf(one)}`, settings(elsewhere.url.href));
    const before = elsewhere.requests.length;
    const [name = ""] = one.wanted.kind === "npm" ? ["npm"] : one.wanted.manager.name.split("-");
    // bun's lockfile names the address of each package that is not from its usual registry.
    if (name === "bun") rmSync(join(at.root, "bun.lock"));
    const command = name === "npm" ? ["npm", "ci"] : [`${managerInside}/bin/${name}`, "install"];
    const result = await bare(real.sandbox, at, command);
    const led = canaries(at.root).includes("canary-program") || elsewhere.requests.length > before;
    expect({ led, said: led ? "" : `${result.stdout.text}\n${result.stderr.text}` }).toEqual({ led: true, said: "" });
  });

  test("and of those that the configuration names it runs the scripts, without network and without a secret", async () => {
    const at = await project(real.sandbox, one, `named-${nameOf(one)}`, settings(elsewhere.url.href));
    const into = join(room.dir, `into-named-${nameOf(one)}`);
    const installed = await install(one, at, { into, scripts: ["hostile", "absent"] });
    expect(installed).toMatchObject({
      kind: "installed",
      notes: ["setup.scripts names absent, which is not installed"],
    });
    expect(canaries(into)).toEqual(packageScripts);
    const environment = readFileSync(join(into, "canary-package-install"), "utf8");
    expect(environment).toContain("npm_lifecycle_event=install");
    expect([environment.includes(secret), /PROXY/i.test(environment)]).toEqual([false, false]);
  });
});

test("the twin of the secret: what is put into a command's environment does arrive there", async () => {
  const at = { root: room.put(real.sandbox, "told", {}), manager: null };
  await bare(real.sandbox, at, ["sh", "-c", leave("told")], { AIRLOCK_TEST_SECRET: secret });
  expect(readFileSync(join(at.root, "canary-told"), "utf8")).toContain(secret);
});
