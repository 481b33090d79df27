import { describe, expect, test } from "vitest";
import { pnpmCommand } from "../../src/environment/pnpm.ts";
import type { Settings } from "../../src/environment/settings.ts";

const file = (path: string, text: string) => ({ path, content: Buffer.from(text) });
const registry = new URL("https://registry.example/");

function plan(version: string, settings: Settings, tree: Record<string, string> = {}) {
  const files = { "package.json": "{}", "pnpm-lock.yaml": "lockfileVersion: '9.0'\n", ...tree };
  const manager = { name: "pnpm" as const, version, hash: null };
  return pnpmCommand({
    manager,
    registry,
    settings,
    files: Object.entries(files).map(([path, text]) => file(path, text)),
  });
}

/** What is laid out for pnpm beside package.json and the lockfile. */
function laid(...args: Parameters<typeof plan>): unknown {
  const planned = plan(...args);
  if (planned.kind === "refused") return planned;
  const more = planned.command.files.filter(({ path }) => !["package.json", "pnpm-lock.yaml"].includes(path));
  return Object.fromEntries(more.map(({ path, content }) => [path, content.toString("utf8")]));
}

test("one frozen installation without scripts, hooks or another pnpm", () => {
  const planned = plan("10.34.9", {});
  expect(planned.kind === "planned" && planned.command.argv).toEqual([
    "/workspace/manager/bin/pnpm",
    "install",
    "--frozen-lockfile",
    "--ignore-scripts",
    "--ignore-pnpmfile",
    "--reporter=append-only",
    "--package-import-method=copy",
    "--store-dir=/workspace/cache/pnpm-store",
    "--registry=https://registry.example/",
    "--config.side-effects-cache=false",
    "--config.enable-global-virtual-store=false",
    "--config.fetch-retries=2",
    "--config.fetch-retry-mintimeout=1000",
  ]);
  expect(planned.kind === "planned" && planned.command.env).toMatchObject({
    npm_config_manage_package_manager_versions: "false",
    pnpm_config_pm_on_fail: "ignore",
    npm_config_userconfig: "/dev/null",
  });
});

const npmrc = "node-linker=hoisted\npublic-hoist-pattern[]=*eslint*\npublic-hoist-pattern[]=@types/*\nhoist = false\n";
const asNpmrc = "node-linker=hoisted\npublic-hoist-pattern[]=*eslint*\npublic-hoist-pattern[]=@types/*\nhoist=false\n";

describe("of the trusted settings, what shapes the tree goes where this pnpm reads it", () => {
  test.each<[string, string, Settings, unknown]>([
    ["nothing", "9.15.9", {}, {}],
    [".npmrc for pnpm 9", "9.15.9", { ".npmrc": npmrc }, { ".npmrc": asNpmrc }],
    ["no .npmrc for pnpm 11", "11.28.11", { ".npmrc": npmrc }, {}],
    [
      "pnpm-workspace.yaml for pnpm 11",
      "11.28.11",
      { "pnpm-workspace.yaml": "nodeLinker: hoisted\nhoistPattern: ['*']\n" },
      { "pnpm-workspace.yaml": 'nodeLinker: hoisted\nhoistPattern:\n  - "*"\n' },
    ],
    ["no settings in pnpm-workspace.yaml for pnpm 9", "9.15.9", { "pnpm-workspace.yaml": "nodeLinker: hoisted\n" }, {}],
    [
      "both for pnpm 10, the yaml wins",
      "10.34.9",
      { ".npmrc": "node-linker=isolated\n", "pnpm-workspace.yaml": "nodeLinker: hoisted\n" },
      { ".npmrc": "node-linker=hoisted\n", "pnpm-workspace.yaml": "nodeLinker: hoisted\n" },
    ],
  ])("%s", (_title, version, settings, expected) => {
    expect(laid(version, settings)).toEqual(expected);
  });

  test.each([
    "registry=https://evil.example/",
    "//registry.example/:_authToken=abc",
    "script-shell=./evil.sh",
    "node-options=--require=./evil.cjs",
    "pnpmfile=./evil.cjs",
    "store-dir=/tmp/x",
    "virtual-store-dir=../x",
    "modules-dir=../x",
    "ignore-scripts=false",
    "https-proxy=http://evil.example",
    "cafile=/etc/passwd",
    "git-shallow-hosts[]=evil.example",
    "node-linker=pnp",
    "node-linker=${SECRET}",
    "hoist-pattern[]=${SECRET}",
    "virtual-store-dir-max-length=1e9",
  ])("and nothing else: %s", (line) => {
    expect(laid("10.34.9", { ".npmrc": `${line}\n` })).toEqual({});
  });

  test.each([
    "scriptShell: ./evil.sh",
    "pnpmfile: ./evil.cjs",
    "globalPnpmfile: ./evil.cjs",
    "onlyBuiltDependencies: [hostile]",
    "allowBuilds: { hostile: true }",
    "registries: { default: 'https://evil.example/' }",
    "namedRegistries: { x: 'https://evil.example/' }",
    "nodeOptions: --require=./evil.cjs",
    "useNodeVersion: 22.0.0",
    "executionEnv: { nodeVersion: 22.0.0 }",
    "storeDir: /tmp/x",
    "nodeLinker: [hoisted]",
    "hoistPattern: ['a\\nregistry=https://evil.example/']",
  ])("nor from pnpm-workspace.yaml: %s", (line) => {
    expect(laid("11.28.11", { "pnpm-workspace.yaml": `${line}\n` }, { "pnpm-workspace.yaml": `${line}\n` })).toEqual(
      {},
    );
  });
});

test("which packages the tree consists of and asks for is its own say, how they are laid out is not", () => {
  const own =
    "packages: ['packages/*']\ncatalog: { a: 1.0.0 }\noverrides: { b: 2.0.0 }\npatchedDependencies: { a: patches/a.patch }\nnodeLinker: hoisted\n";
  expect(laid("11.28.11", { "pnpm-workspace.yaml": "nodeLinker: isolated\n" }, { "pnpm-workspace.yaml": own })).toEqual(
    {
      "pnpm-workspace.yaml":
        "nodeLinker: isolated\npackages:\n  - packages/*\ncatalog:\n  a: 1.0.0\noverrides:\n  b: 2.0.0\npatchedDependencies:\n  a: patches/a.patch\n",
    },
  );
});

test.each([
  "packages: ['../*']",
  "packages: [/etc]",
  "patchedDependencies: { a: ../x.patch }",
  "patchedDependencies: { a: /etc/passwd }",
])("a path out of the tree is no wish: %s", (line) =>
  expect(laid("11.28.11", {}, { "pnpm-workspace.yaml": `${line}\n` })).toEqual({}),
);

test.each<[string, Record<string, string>, RegExp]>([
  [
    "a lockfile that a hook had a part in",
    { "pnpm-lock.yaml": "pnpmfileChecksum: x\n" },
    /\.pnpmfile\.cjs, which is a program/,
  ],
  [
    "configDependencies",
    { "pnpm-workspace.yaml": "configDependencies: { a: 1.0.0+sha512-x }\n" },
    /configDependencies/,
  ],
  [
    "a copy of a local directory",
    { "pnpm-lock.yaml": "packages:\n\n  a@file:vendor/a:\n    resolution: {directory: vendor/a, type: directory}\n" },
    /copy of a local directory/,
  ],
  ["YAML that is none", { "pnpm-workspace.yaml": "a: [\n" }, /cannot be read as YAML/],
])("%s is refused with what to change", (_title, tree, reason) => {
  expect(plan("10.34.9", {}, tree)).toEqual({
    kind: "refused",
    reason: expect.stringMatching(reason),
    fix: expect.any(String),
  });
});

test.each([
  ["newlines", "\n"],
  ["spaces", " "],
  ["what could be a copy", "  resolution: { "],
])("a lockfile of %s is answered", (_title, piece) => {
  const lock = `lockfileVersion: '9.0'\n${piece.repeat((512 * 1024) / piece.length)}x\n`;
  expect(plan("10.34.9", {}, { "pnpm-lock.yaml": lock })).toMatchObject({ kind: "planned" });
});

test("what counts is in the shape, so that it makes another key", () => {
  const shape = (settings: Settings) => {
    const planned = plan("10.34.9", settings);
    return planned.kind === "planned" && planned.command.shape;
  };
  expect(shape({ ".npmrc": npmrc })).not.toEqual(shape({}));
  expect(shape({ ".npmrc": "registry=https://evil.example/\n" })).toEqual(shape({}));
});
