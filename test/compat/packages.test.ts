import { afterAll, beforeAll, describe } from "vitest";
import { registry as machineRegistry } from "../../src/action/prepare.ts";
import { programEnvironment } from "../../src/action/program-environment.ts";
import { notRun, openBed, ownTree, registryTree, testCases } from "./bed.ts";
import { lines } from "./case.ts";
import type { Bed } from "./bed.ts";
import type { Case } from "./case.ts";

const manifest = JSON.stringify({ name: "compat", version: "1.0.0", type: "module" });
const typed = {
  "package.json": manifest,
  "src/sum.ts": "export const sum = (a: number, b: number): number => a + b;\n",
};

const vitestFiles = {
  ...typed,
  "vitest.config.ts":
    'import { defineConfig } from "vitest/config";\nexport default defineConfig({ test: { include: ["test/*.test.ts"] } });\n',
  "test/sum.test.ts":
    'import { expect, test } from "vitest";\nimport { sum } from "../src/sum.ts";\ntest("sum", () => expect(sum(40, 2)).toBe(42));\n',
  "test/again.test.ts": 'import { test } from "vitest";\ntest("again", () => {});\n',
};

const own: Case[] = [
  ...["threads", "forks", "vmThreads"].map((pool): Case => ({
    title: `vitest with a configuration file, in ${pool}`,
    files: vitestFiles,
    run: ["node_modules/.bin/vitest", "run", `--pool=${pool}`, "--reporter=tap"],
    expect: /^TAP version[^]*ok 1 - [^]*ok 2 - /,
  })),
  {
    title: "tsc checks, writes build information below node_modules/.cache and reads it again",
    files: {
      ...typed,
      "tsconfig.json": JSON.stringify({
        compilerOptions: {
          noEmit: true,
          strict: true,
          incremental: true,
          types: [],
          tsBuildInfoFile: "node_modules/.cache/tsc/info",
        },
        include: ["src"],
      }),
    },
    run: "node_modules/.bin/tsc -p . && node_modules/.bin/tsc -p . && test -s node_modules/.cache/tsc/info && echo checked",
    expect: "checked",
  },
  {
    title: "tsc finds a mistake and says where",
    files: { ...typed, "src/wrong.ts": 'import { sum } from "./sum";\nexport const text: string = sum(1, 2);\n' },
    run: ["node_modules/.bin/tsc", "--noEmit", "--strict", "src/wrong.ts", "--types", ""],
    expect: /src\/wrong\.ts\(2,14\): error TS2322/,
    exitCode: 1,
  },
  {
    title: "oxlint reports",
    files: { "bad.js": "debugger;\n" },
    run: ["node_modules/.bin/oxlint", "--deny", "no-debugger", "bad.js"],
    expect: /no-debugger/,
    exitCode: 1,
  },
  {
    title: "rolldown bundles into the workspace",
    files: typed,
    mode: "workspace-write",
    run: "node_modules/.bin/rolldown src/sum.ts -d dist > /dev/null && node -e 'import(\"./dist/sum.js\").then(({ sum }) => console.log(sum(40, 2)))'",
    expect: "42",
  },
];

const npm: Case[] = [
  {
    title: "npm run with its neighbours, arguments and node_modules/.bin on PATH",
    files: {
      "package.json": JSON.stringify({
        ...JSON.parse(manifest),
        scripts: {
          prego: "echo before",
          go: "node -p 'process.argv.length + process.env.npm_lifecycle_event'",
          postgo: "echo after",
        },
      }),
    },
    run: "npm run --silent go -- one two",
    expect: "before\n3go\nafter",
  },
  {
    title: "npm ci from a tarball in the repository, without a network",
    mode: "workspace-write",
    files: {
      "package.json": manifest,
      "leaf/package.json": '{ "name": "leaf", "version": "1.0.0", "bin": "cli.js", "main": "cli.js" }',
      "leaf/cli.js": '#!/usr/bin/env node\nconsole.log("leaf", process.argv[2]);\n',
    },
    run: lines(
      "set -e",
      "npm pack --silent ./leaf > /dev/null",
      "npm install --offline --no-audit --no-fund --silent ./leaf-1.0.0.tgz",
      "rm -r node_modules; npm ci --offline --no-audit --no-fund --silent",
      "npm exec --offline -- leaf ran; npm ls --depth=0 --parseable | tail -n 1",
    ),
    expect: "leaf ran\n/workspace/repo/node_modules/leaf",
  },
  {
    title: "npm workspaces are linked and run",
    mode: "workspace-write",
    files: {
      "package.json": JSON.stringify({ ...JSON.parse(manifest), workspaces: ["packages/*"] }),
      "packages/a/package.json": '{ "name": "a", "version": "1.0.0", "scripts": { "go": "echo a" } }',
      "packages/b/package.json":
        '{ "name": "b", "version": "1.0.0", "dependencies": { "a": "1.0.0" }, "scripts": { "go": "echo b" } }',
    },
    run: "npm install --offline --no-audit --no-fund --silent && npm run --silent --workspaces go && readlink node_modules/a",
    expect: "a\nb\n../packages/a",
  },
];

const eslintConfig = 'export default [{ rules: { "no-unused-vars": "error" } }];\n';
const jestFiles = {
  "package.json": '{ "name": "compat", "version": "1.0.0" }',
  "sum.test.js": 'test("sum", () => expect(40 + 2).toBe(42));\n',
  "again.test.js": 'test("again", () => { expect(jest.fn()()).toBeUndefined(); });\n',
};

const registry: Case[] = [
  ...[["--maxWorkers=2"], ["--maxWorkers=2", "--workerThreads"], ["--runInBand"]].map((flags): Case => ({
    title: `jest ${flags.join(" ")}`,
    packages: "registry",
    files: jestFiles,
    run: ["node_modules/.bin/jest", "--ci", ...flags],
    expect: "",
    stderr: /Tests: +2 passed, 2 total/,
  })),
  {
    title: "esbuild: API with its long-lived service, transform, and a plugin",
    files: {
      ...typed,
      "build.mjs": lines(
        'import { build, transform } from "esbuild";',
        'const plugin = { name: "p", setup: (b) => b.onLoad({ filter: /virtual$/ }, () => ({ contents: "export default 1" })) };',
        'const { outputFiles } = await build({ entryPoints: ["src/sum.ts"], bundle: true, write: false, format: "esm", plugins: [plugin] });',
        'console.log(outputFiles[0].text.includes("a + b"), (await transform("let a: number = 1", { loader: "ts" })).code.trim());',
      ),
    },
    run: ["node", "build.mjs"],
    expect: "true let a = 1;",
  },
  {
    title: "esbuild: command line, minified with a source map",
    files: typed,
    run: "node_modules/.bin/esbuild src/sum.ts --bundle --minify --sourcemap --outfile=/tmp/out.js --log-level=error && ls /tmp/out.js*",
    expect: "/tmp/out.js\n/tmp/out.js.map",
  },
  {
    title: "tsx: command line, and as a preload",
    files: {
      ...typed,
      "main.ts": 'import { sum } from "./src/sum.js";\nenum Kind { A }\nconsole.log(sum(40, 2), Kind.A);\n',
    },
    run: "node_modules/.bin/tsx main.ts; node --import tsx main.ts",
    expect: "42 0\n42 0",
  },
  {
    title: "eslint: a finding, in two workers, with its cache below node_modules",
    files: {
      "package.json": manifest,
      "eslint.config.js": eslintConfig,
      "bad.js": "const unused = 1;\n",
      "good.js": "export {};\n",
    },
    run: [
      "node_modules/.bin/eslint",
      "--concurrency",
      "2",
      "--cache",
      "--cache-location",
      "node_modules/.cache/eslint/",
      ".",
    ],
    expect: /'unused' is assigned a value but never used/,
    exitCode: 1,
  },
  {
    title: "pnpm runs scripts and programs of the repository",
    files: {
      "package.json": JSON.stringify({ ...JSON.parse(manifest), scripts: { go: "echo went" } }),
      "pnpm-workspace.yaml": "verifyDepsBeforeRun: false\npmOnFail: ignore\n",
    },
    run: "node_modules/.bin/pnpm run --silent go && node_modules/.bin/pnpm exec node -p 6*7",
    expect: "went\n42",
  },
].map((one) => ({ packages: "registry" as const, ...one }));

describe("tools of this project, and npm", () => {
  const cases = [...own.map((one) => ({ packages: "own" as const, ...one })), ...npm];
  let bed: Bed;
  beforeAll(async () => {
    bed = await openBed(cases, async (place) => ({ own: await ownTree(place) }));
  });
  afterAll(() => bed[Symbol.dispose]());
  testCases(cases, () => bed);
});

const address = await machineRegistry({ programs: programEnvironment(process.env) });
const unreachable = await fetch(address, { method: "HEAD", signal: AbortSignal.timeout(10_000) }).then(
  () => null,
  (error: unknown) => String(error),
);

// Only a registry that does not answer counts as a reason: an installation that fails although it does is a failure.
if (unreachable !== null)
  notRun("jest, esbuild, tsx, eslint, pnpm", `the package registry does not answer (${unreachable})`);

describe.skipIf(unreachable !== null)("tools that a repository brings, installed through the sandbox", () => {
  let bed: Bed;
  beforeAll(async () => {
    bed = await openBed(registry, async (place) => ({ registry: await registryTree(place, address) }));
  }, 150_000);
  afterAll(() => bed[Symbol.dispose]());
  testCases(registry, () => bed);
});
