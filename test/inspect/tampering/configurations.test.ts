import { expect, test, vi } from "vitest";
import { seenIn, type Row } from "./judged.ts";

const file = (path: string) => (before: string | null, after: string | null) => ({
  [path]: [before, after] as [string | null, string | null],
});
const options = (before: object, after: object) =>
  file("tsconfig.json")(JSON.stringify({ compilerOptions: before }), JSON.stringify({ compilerOptions: after }));
const tsconfig = (before: object, after: object) =>
  file("tsconfig.json")(JSON.stringify(before), JSON.stringify(after));

const compiler: Row[] = [
  ["strict off", options({ strict: true }, { strict: false }), ["block v18-compiler-weaker tsconfig.json:1"]],
  ["strict gone", options({ strict: true }, {}), ["block v18-compiler-weaker tsconfig.json:1"]],
  [
    "one of the strict family off",
    options({ strict: true }, { strict: true, noImplicitAny: false }),
    ["block v18-compiler-weaker tsconfig.json:1"],
  ],
  [
    "one of the family gone, which strict still has on",
    options({ strict: true, noImplicitAny: true }, { strict: true }),
    [],
  ],
  ["libraries no longer checked", options({}, { skipLibCheck: true }), ["block v18-compiler-weaker tsconfig.json:1"]],
  ["stricter", options({}, { strict: true, noUncheckedIndexedAccess: true }), []],
  ["other options", options({ target: "es2022" }, { target: "es2024" }), []],
  [
    "fewer files",
    tsconfig({ include: ["src", "test"] }, { include: ["src"] }),
    ["block v18-compiler-weaker tsconfig.json:1"],
  ],
  ["more files", tsconfig({ include: ["src"] }, { include: ["src", "test"] }), []],
  [
    "more left out",
    tsconfig({ exclude: [] }, { exclude: ["src/hard.ts"] }),
    ["block v18-compiler-weaker tsconfig.json:1"],
  ],
  ["output left out", tsconfig({ exclude: [] }, { exclude: ["dist"] }), []],
  [
    "another base",
    tsconfig({ extends: "./strict.json" }, { extends: "./loose.json" }),
    ["block v18-compiler-weaker tsconfig.json:1"],
  ],
  [
    "with comments and commas",
    file("tsconfig.json")(
      '// a\n{ "compilerOptions": { "strict": true, } }',
      '// a\n{ "compilerOptions": {\n  "strict": false, } }',
    ),
    ["block v18-compiler-weaker tsconfig.json:3"],
  ],
  ["deleted", file("tsconfig.json")("{}", null), ["block v18-compiler-weaker tsconfig.json:-"]],
  ["not readable", file("tsconfig.json")("{}", "{"), ["block v00-not-read tsconfig.json:-"]],
  ["a fixture", file("test/fixtures/a/tsconfig.json")('{"compilerOptions":{"strict":true}}', "{}"), []],
];

const eslint = (before: string, after: string) =>
  file("eslint.config.js")(`export default [${before}];`, `export default [${after}];`);
const lint: Row[] = [
  [
    "a rule off",
    eslint(`{ rules: { "no-eval": "error" } }`, `{ rules: { "no-eval": "off" } }`),
    ["block v19-lint-weaker eslint.config.js:1"],
  ],
  [
    "an error that is a warning",
    eslint(`{ rules: { "no-eval": [2, "x"] } }`, `{ rules: { "no-eval": [1, "x"] } }`),
    ["block v19-lint-weaker eslint.config.js:1"],
  ],
  [
    "a rule that is no longer set",
    eslint(`{ rules: { "no-eval": "error" } }`, `{ rules: {} }`),
    ["block v19-lint-weaker eslint.config.js:1"],
  ],
  ["a preset's rule off", eslint(`{}`, `{ rules: { "no-eval": 0 } }`), ["block v19-lint-weaker eslint.config.js:1"]],
  ["a rule more", eslint(`{}`, `{ rules: { "no-eval": "error" } }`), []],
  ["a warning that is an error", eslint(`{ rules: { "no-eval": "warn" } }`, `{ rules: { "no-eval": "error" } }`), []],
  [
    "files left out",
    eslint(`{ ignores: ["dist"] }`, `{ ignores: ["dist", "src/a.ts"] }`),
    ["block v19-lint-weaker eslint.config.js:1"],
  ],
  ["a preset gone", eslint(`js.configs.recommended, {}`, `{}`), ["block v19-lint-weaker eslint.config.js:1"]],
  [
    "JSON",
    file(".oxlintrc.json")('{"rules":{"a":"error"}}', '{"rules":{"a":"off"}}'),
    ["block v19-lint-weaker .oxlintrc.json:1"],
  ],
  [
    "YAML",
    file(".eslintrc.yml")("rules:\n  a: error\n", "rules:\n  a: off\n"),
    ["block v19-lint-weaker .eslintrc.yml:-"],
  ],
  [
    "biome",
    file("biome.json")('{"linter":{"enabled":true}}', '{"linter":{"enabled":false}}'),
    ["block v19-lint-weaker biome.json:1"],
  ],
  [
    "biome's rule",
    file("biome.json")(
      '{"linter":{"rules":{"suspicious":{"noX":{"level":"error"}}}}}',
      '{"linter":{"rules":{"suspicious":{"noX":{"level":"off"}}}}}',
    ),
    ["block v19-lint-weaker biome.json:1"],
  ],
];

const vitest = (before: string, after: string) =>
  file("vitest.config.ts")(
    `export default defineConfig({ test: { ${before} } });`,
    `export default defineConfig({ test: { ${after} } });`,
  );
const runner: Row[] = [
  ["tests left out", vitest(`exclude: []`, `exclude: ["a.test.ts"]`), ["block v20-runner-weaker vitest.config.ts:1"]],
  ["fewer tests", vitest(`include: ["a", "b"]`, `include: ["a"]`), ["block v20-runner-weaker vitest.config.ts:1"]],
  ["more tests", vitest(`include: ["a"]`, `include: ["a", "b"]`), []],
  ["a run without tests", vitest(``, `passWithNoTests: true`), ["block v20-runner-weaker vitest.config.ts:1"]],
  ["again and again", vitest(`retry: 1`, `retry: 3`), ["block v20-runner-weaker vitest.config.ts:1"]],
  ["only some", vitest(``, `testNamePattern: "a"`), ["block v20-runner-weaker vitest.config.ts:1"]],
  [
    "another program before",
    vitest(`setupFiles: ["a.ts"]`, `setupFiles: ["b.ts"]`),
    ["block v20-runner-weaker vitest.config.ts:1", "block v20-runner-weaker vitest.config.ts:1"],
  ],
  [
    "four times the time",
    vitest(`testTimeout: 1000`, `testTimeout: 4000`),
    ["block v20-runner-weaker vitest.config.ts:1"],
  ],
  ["twice the time", vitest(`testTimeout: 1000`, `testTimeout: 2000`), []],
  ["other settings", vitest(`globals: true`, `pool: "forks"`), []],
  [
    "in package.json",
    file("package.json")('{"jest":{"bail":0}}', '{"jest":{"bail":1,"testPathIgnorePatterns":["a"]}}'),
    ["block v20-runner-weaker package.json:1", "block v20-runner-weaker package.json:1"],
  ],
  [
    "another language, the same settings",
    {
      "jest.config.js": ["module.exports = { bail: 1 };", null],
      "jest.config.ts": [null, "export default { bail: 1 };"],
    },
    [],
  ],
  ["deleted", file("vitest.config.ts")("export default {};", null), ["block v20-runner-weaker vitest.config.ts:-"]],
];

const coverage: Row[] = [
  [
    "a threshold down",
    vitest(`coverage: { thresholds: { lines: 90 } }`, `coverage: { thresholds: { lines: 80 } }`),
    ["block v21-coverage-lower vitest.config.ts:1"],
  ],
  [
    "a threshold gone",
    vitest(`coverage: { thresholds: { lines: 90 } }`, `coverage: {}`),
    ["block v21-coverage-lower vitest.config.ts:1"],
  ],
  ["a threshold up", vitest(`coverage: { thresholds: { lines: 90 } }`, `coverage: { thresholds: { lines: 95 } }`), []],
  [
    "code left out",
    vitest(`coverage: { exclude: [] }`, `coverage: { exclude: ["src/a.ts"] }`),
    ["block v21-coverage-lower vitest.config.ts:1"],
  ],
  [
    "switched off",
    vitest(`coverage: { enabled: true }`, `coverage: { enabled: false }`),
    ["block v21-coverage-lower vitest.config.ts:1"],
  ],
  [
    "thresholds that follow",
    vitest(`coverage: { thresholds: {} }`, `coverage: { thresholds: { autoUpdate: true } }`),
    ["block v21-coverage-lower vitest.config.ts:1"],
  ],
  ["nyc", file(".nycrc")('{"lines": 100}', '{"lines": 50}'), ["block v21-coverage-lower .nycrc:1"]],
  [
    "jest in package.json",
    file("package.json")(
      '{"jest":{"coverageThreshold":{"global":{"lines":90}}}}',
      '{"jest":{"coverageThreshold":{"global":{"lines":10}}}}',
    ),
    ["block v21-coverage-lower package.json:1"],
  ],
];

const scripts = (before: Record<string, string>, after: Record<string, string>) =>
  file("package.json")(JSON.stringify({ scripts: before }), JSON.stringify({ scripts: after }));
const masked: Row[] = [
  ...[
    "vitest run || true",
    "vitest run; exit 0",
    "vitest run || echo failed",
    "set +e; vitest run",
    "vitest run --passWithNoTests",
    "vitest run -t a",
    "vitest run | cat",
    "NODE_OPTIONS='--import ./x.mjs' vitest run",
  ].map((after): Row => [
    after,
    scripts({ test: "vitest run" }, { test: after }),
    ["block v22-script-masked package.json:-"],
  ]),
  ["another tool of the kind", scripts({ test: "jest" }, { test: "vitest run" }), []],
  ["no tool", scripts({ test: "jest" }, { test: "echo ok" }), ["block v22-script-masked package.json:-"]],
  [
    "a script that is gone",
    scripts({ lint: "eslint .", test: "jest" }, { test: "jest" }),
    ["block v22-script-masked package.json:-"],
  ],
  [
    "a script that moved",
    scripts({ test: "jest && eslint ." }, { test: "npm run unit && npm run style", unit: "jest", style: "eslint ." }),
    [],
  ],
  ["a renamed script", scripts({ lint: "eslint ." }, { "lint:js": "eslint ." }), []],
  ["cleaning up", scripts({ clean: "rm -rf dist" }, { clean: "rm -rf dist || true" }), []],
  ["a mask that the base had", scripts({ test: "jest || true" }, { test: "jest --ci || true" }), []],
  ["more options", scripts({ test: "vitest run" }, { test: "vitest run --coverage" }), []],
  ["a new masked check", scripts({}, { "test:ci": "vitest run || true" }), ["block v22-script-masked package.json:-"]],
];

const workflow = (before: string, after: string | null) => file(".github/workflows/ci.yml")(before, after);
const ci = (job: string, top = "on: [push, pull_request]") => `${top}\njobs:\n  test:\n    runs-on: x\n${job}`;
const steps = "    steps:\n      - run: npm ci\n      - run: npm test\n";
const pinned = `    steps:\n      - uses: actions/checkout@${"a".repeat(40)}\n`;
const seen = ["block v23-workflow-weaker .github/workflows/ci.yml:-"] as const;
const workflows: Row[] = [
  ["a job that may fail", workflow(ci(steps), ci(`    continue-on-error: true\n${steps}`)), [...seen]],
  ["a job that never runs", workflow(ci(steps), ci(`    if: \${{ false }}\n${steps}`)), [...seen]],
  ["a step less", workflow(ci(steps), ci("    steps:\n      - run: npm ci\n")), [...seen]],
  ["a masked step", workflow(ci(steps), ci(steps.replace("npm test", "npm test || true"))), [...seen]],
  ["fewer events", workflow(ci(steps), ci(steps, "on: push")), [...seen]],
  ["fewer paths", workflow(ci(steps), ci(steps, "on:\n  push:\n  pull_request:\n    paths: [docs/**]")), [...seen]],
  ["more rights", workflow(ci(steps), ci(`    permissions:\n      contents: write\n${steps}`)), [...seen]],
  ["no longer pinned", workflow(ci(pinned), ci(pinned.replace("a".repeat(40), "v4"))), [...seen]],
  ["no time", workflow(ci(steps), ci(`    timeout-minutes: 1\n${steps}`)), [...seen]],
  ["deleted", workflow(ci(steps), null), [...seen]],
  ["not readable", workflow(ci(steps), "a: [\n"), ["block v00-not-read .github/workflows/ci.yml:-"]],
  ["a step more", workflow(ci(steps), ci(`${steps}      - run: npm run lint\n`)), []],
  ["another pin", workflow(ci(pinned), ci(pinned.replace("a".repeat(40), "b".repeat(40)))), []],
  ["the same events in another form", workflow(ci(steps), ci(steps, "on:\n  push:\n  pull_request:")), []],
];

const ignored: Row[] = [
  ["sources", file(".gitignore")("dist\n", "dist\nsrc/generated/*.ts\n"), ["warn v24-ignore-file .gitignore:2"]],
  ["a file for the linter", file(".eslintignore")("", "legacy/\n"), ["warn v24-ignore-file .eslintignore:1"]],
  ["output", file(".gitignore")("", "dist/\ncoverage\n*.log\n.env\n# src/a.ts\n"), []],
  ["fixtures", file(".eslintignore")("", "packages/a/fixtures/**\nfixtures/*/project\n"), []],
  ["a list of what is copied", file(".dockerignore")("", "*\n!dist\n"), []],
  ["nothing is copied", file(".dockerignore")("", "*\n"), ["warn v24-ignore-file .dockerignore:1"]],
  ["a list of what is committed", file(".gitignore")("", "*\n!dist\n"), ["warn v24-ignore-file .gitignore:1"]],
  ["tests left out of the package", file(".npmignore")("", "test/\n*.test.ts\n"), []],
  ["a pattern less", file(".gitignore")("src/a.ts\n", ""), []],
];

test.each([...compiler, ...lint, ...runner, ...coverage, ...masked, ...workflows, ...ignored])(
  "Configurations: %s",
  (_, edits, expected) => {
    expect(seenIn(edits)).toEqual(expected);
  },
);

test("Nothing of a workflow or a YAML configuration is printed, because a runner obeys such lines", () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const text = "on: push\n::set-output name=digest::x: !bad y\n";
  seenIn({ ...file(".github/workflows/a.yml")("on: push\n", text), ...file(".mocharc.yml")("a: 1\n", text) });
  expect(warned.mock.calls).toEqual([]);
  warned.mockRestore();
});

test("A workflow whose keys are collections is not read", () => {
  const text = `${"{".repeat(300)}a: b${"}: c".repeat(299)}}`;
  expect(seenIn(file(".github/workflows/a.yml")("on: push\n", text))).toEqual([
    "block v00-not-read .github/workflows/a.yml:-",
  ]);
});

test("Scripts that are too many, too long or name too much of each other are not read, instead of for minutes", () => {
  const chain = (count: number, more = "") =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`test:${index}`, `test:${index + 1} ${more}`] as const),
    );
  const unread = ["block v00-not-read package.json:-"];
  expect(seenIn(scripts({ test: "jest" }, { test: "jest", ...chain(100) }))).toEqual([]);
  expect(seenIn(scripts({ test: "jest" }, { test: "jest", ...chain(450) }))).toEqual(unread);
  expect(seenIn(scripts({ test: "jest" }, { test: "jest", ...chain(800) }))).toEqual(unread);
  expect(seenIn(scripts({ test: "jest" }, { test: "jest", ...chain(100, "x".repeat(200)) }))).toEqual(unread);
  expect(seenIn(scripts({ test: "jest" }, { test: `jest ${"NODE_OPTIONS=".repeat(10_000)}` }))).toEqual(unread);
});
