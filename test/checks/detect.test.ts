import { describe, expect, test } from "vitest";
import { detectChecks } from "../../src/checks/detect.ts";
import { Config } from "../../src/config.ts";

const defaults = Config.parse({});

function detect(manifest: object | string | null, options: { tsconfig?: string; config?: Config } = {}) {
  const text = manifest === null || typeof manifest === "string" ? manifest : JSON.stringify(manifest);
  return detectChecks({ manifest: text, tsconfig: options.tsconfig ?? null, config: options.config ?? defaults });
}

/** Just name and steps, which is what most rules are about. */
function commands(...args: Parameters<typeof detect>) {
  return Object.fromEntries(detect(...args).checks.map(({ name, command }) => [name, command]));
}

describe("detectChecks", () => {
  test("takes the scripts of package.json, with pre and post scripts as further steps", () => {
    const scripts = {
      pretest: "echo pre",
      test: "vitest run",
      posttest: "echo post",
      lint: "eslint .",
      build: "tsc -p .",
    };
    expect(detect({ name: "demo", version: "1.2.3", scripts })).toEqual({
      checks: [
        {
          name: "lint",
          kind: "lint",
          command: [["sh", "-c", "eslint ."]],
          env: { npm_lifecycle_event: "lint", npm_package_name: "demo", npm_package_version: "1.2.3" },
          timeoutMs: 900_000,
        },
        {
          name: "tests",
          kind: "tests",
          command: [
            ["sh", "-c", "echo pre"],
            ["sh", "-c", "vitest run"],
            ["sh", "-c", "echo post"],
          ],
          env: { npm_lifecycle_event: "test", npm_package_name: "demo", npm_package_version: "1.2.3" },
          timeoutMs: 900_000,
        },
        {
          name: "build",
          kind: "build",
          command: [["sh", "-c", "tsc -p ."]],
          env: { npm_lifecycle_event: "build", npm_package_name: "demo", npm_package_version: "1.2.3" },
          timeoutMs: 900_000,
        },
      ],
      notConfigured: ["types"],
    });
  });

  test("leaves pre and post scripts out where the package manager does", () => {
    const manifest = JSON.stringify({ scripts: { pretest: "a", test: "b", posttest: "c" } });
    const command = (framed: boolean) =>
      detectChecks({ manifest, tsconfig: null, framed, config: defaults }).checks[0]?.command.map((step) =>
        step.at(-1),
      );
    expect([command(true), command(false)]).toEqual([["a", "b", "c"], ["b"]]);
  });

  test.each(["typecheck", "type-check", "types", "tsc", "check-types"])("finds the type check called %s", (name) => {
    expect(commands({ scripts: { [name]: "tsc" } })).toEqual({ types: [["sh", "-c", "tsc"]] });
  });

  const tools = { eslint: "10.0.0", oxlint: "1.0.0", "@biomejs/biome": "2.0.0", prettier: "3.0.0" };
  test.each<[string, object, string[], string[][] | null]>([
    ["eslint and its configuration", { devDependencies: tools }, ["eslint.config.mjs"], [["eslint", "."]]],
    ["eslint with an old one", { devDependencies: tools }, [".eslintrc.json"], [["eslint", "."]]],
    ["oxlint", { devDependencies: tools }, [".oxlintrc.json"], [["oxlint"]]],
    ["biome", { devDependencies: tools }, ["biome.json"], [["biome", "lint"]]],
    ["prettier", { devDependencies: tools }, [".prettierrc"], [["prettier", "--check", "."]]],
    [
      "two of them",
      { devDependencies: tools },
      ["prettier.config.js", "eslint.config.ts"],
      [
        ["eslint", "."],
        ["prettier", "--check", "."],
      ],
    ],
    ["a tool without configuration", { devDependencies: tools }, ["package.json"], null],
    ["a configuration without its tool", {}, ["eslint.config.mjs", "biome.json"], null],
    [
      "a lint script, which goes before",
      { devDependencies: tools, scripts: { lint: "x" } },
      ["biome.json"],
      [["sh", "-c", "x"]],
    ],
  ])("lints with what is there: %s", (_, manifest, topFiles, expected) => {
    const plan = detectChecks({ manifest: JSON.stringify(manifest), tsconfig: null, topFiles, config: defaults });
    const lint = plan.checks.find(({ kind }) => kind === "lint");
    expect([lint?.command ?? null, plan.notConfigured.includes("lint")]).toEqual([expected, expected === null]);
  });

  const typescript = { devDependencies: { typescript: "7.0.2" } };
  test.each([
    ["no tsconfig.json", typescript, undefined, {}],
    ["no typescript", {}, "{}", {}],
    ["both", typescript, "{}", { types: [["tsc", "--noEmit"]] }],
    [
      "typescript as a dependency",
      { dependencies: typescript.devDependencies },
      "{}",
      { types: [["tsc", "--noEmit"]] },
    ],
    ["project references", typescript, '{ "references": [{ "path": "a" }] }', { types: [["tsc", "-b"]] }],
    ["references in a comment", typescript, '{ // "references": [{\n }', { types: [["tsc", "--noEmit"]] }],
    ["a comment sign in a string", typescript, '{ "a": "//", "references": [ { } ] }', { types: [["tsc", "-b"]] }],
    ["empty references", typescript, '{ "references": [] }', { types: [["tsc", "--noEmit"]] }],
    ["a script, which wins", { ...typescript, scripts: { types: "x" } }, "{}", { types: [["sh", "-c", "x"]] }],
  ])("type-checks by the compiler with %s", (_, manifest, tsconfig, expected) => {
    expect(commands(manifest, tsconfig === undefined ? {} : { tsconfig })).toEqual(expected);
  });

  test.each([
    ["no package.json", null],
    ["no scripts", {}],
    ["npm's own placeholder", { scripts: { test: 'echo "Error: no test specified" && exit 1' } }],
    ["an empty script", { scripts: { test: "  ", pretest: "echo never" } }],
    ["a script that is no text", { scripts: { test: 7, lint: null } }],
    ["scripts that are a list", { scripts: ["test"] }],
  ])("calls everything not configured with %s", (_, manifest) => {
    expect(detect(manifest)).toEqual({ checks: [], notConfigured: ["types", "lint", "tests", "build"] });
  });

  test.each(["", "[]", "null", "{", '"text"'])("refuses the package.json %j", (manifest) => {
    expect(() => detect(manifest)).toThrow("package.json of the trusted commit is not a JSON object");
  });

  test("puts a configured check in the place of the built-in one, and custom ones after it", () => {
    const config = Config.parse({
      limits: { check_s: 60 },
      checks: [
        { name: "licences", run: ["check-licences"] },
        { name: "unit", kind: "tests", run: ["node", "--test"], timeout_s: 30 },
        { name: "browser", kind: "tests", run: ["playwright", "test"] },
      ],
    });
    expect(detect({ scripts: { test: "vitest", lint: "eslint ." } }, { config })).toEqual({
      checks: [
        expect.objectContaining({ name: "lint", timeoutMs: 60_000 }),
        { name: "unit", kind: "tests", command: [["node", "--test"]], env: {}, timeoutMs: 30_000 },
        { name: "browser", kind: "tests", command: [["playwright", "test"]], env: {}, timeoutMs: 60_000 },
        { name: "licences", kind: "custom", command: [["check-licences"]], env: {}, timeoutMs: 60_000 },
      ],
      notConfigured: ["types", "build"],
    });
  });
});
