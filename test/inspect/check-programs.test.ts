import { describe, expect, test } from "vitest";
import { Config } from "../../src/config.ts";
import { checkPrograms, isCheckProgram, manifestPaths } from "../../src/inspect/check-programs.ts";

/** Which of these paths are programs of the checks that these scripts and commands make. */
function programs(scripts: Record<string, string>, paths: readonly string[], run: readonly string[] = []): string[] {
  const { checks } = Config.parse(run.length === 0 ? {} : { checks: [{ name: "own", run }] });
  const known = checkPrograms([{ path: "package.json", text: JSON.stringify({ scripts }) }], checks);
  return paths.filter((path) => isCheckProgram(path, known));
}

describe("a file that a check's script names is its program", () => {
  test.each<[string, string]>([
    ["node scripts/lint.mjs", "scripts/lint.mjs"],
    ["node ./scripts/lint.mjs --fix=false", "scripts/lint.mjs"],
    ["node scripts/lint", "scripts/lint.mjs"],
    ["node scripts/lint", "scripts/lint/index.js"],
    ["node .", "index.js"],
    ["NODE_OPTIONS=--import=./hooks.mjs tsc && echo ok", "hooks.mjs"],
    ["tsc -p config/types.json", "config/types.json"],
    ["eslint --config=lint/rules.js src", "lint/rules.js"],
    ["./check && eslint .", "check"],
    ["cd tools && node lint.mjs", "tools/lint.mjs"],
    ["npm --prefix tools exec -- node lint.mjs", "tools/lint.mjs"],
    ["sh -c 'node scripts/lint.mjs'", "scripts/lint.mjs"],
    ["make lint", "Makefile"],
    ["node scripts/lint.mjs", "scripts/rules.mjs"],
    ["node Scripts/Lint.mjs", "scripts/l\u0456nt.mjs"],
  ])("%s: %s", (script, path) => {
    expect(programs({ lint: script }, [path])).toEqual([path]);
    expect(programs({ start: script }, [path])).toEqual([]);
  });
});

test("what a check looks at is no program: folders, globs, tests, other commands' words", () => {
  const script = "eslint src 'lib/**/*.js' && node --test test/a.test.mjs && node bin/run.mjs src";
  const others = ["src/index.ts", "lib/a.js", "test/a.test.mjs", "test/b.mjs", "bin/other.mjs", "README.md"];
  expect(programs({ test: script }, others.slice(1))).toEqual([]);
  expect(programs({ lint: "eslint src" }, others)).toEqual([]);
});

test("scripts that a check's script names count too, with their pre and post scripts and by pattern", () => {
  const scripts = {
    test: "npm run unit && run-s 'e2e:*'",
    pretest: "node a.mjs",
    unit: "node b.mjs",
    postunit: "node c.mjs",
    "e2e:web": "node d.mjs",
    deploy: "node e.mjs",
  };
  const files = ["a.mjs", "b.mjs", "c.mjs", "d.mjs", "e.mjs"];
  expect(programs(scripts, files)).toEqual(["a.mjs", "b.mjs", "c.mjs", "d.mjs"]);
  expect(programs(scripts, files, ["npm", "run", "deploy"])).toEqual(files);
});

test("a command of the configuration names programs as a script does", () => {
  expect(programs({}, ["ci/own.py", "src/a.ts"], ["python3", "ci/own.py"])).toEqual(["ci/own.py"]);
});

test("a nested package's scripts are meant from its own folder", () => {
  const known = checkPrograms(
    [{ path: "packages/a/package.json", text: '{"scripts":{"lint":"node ../../x.mjs y.mjs"}}' }],
    [],
  );
  const paths = ["x.mjs", "packages/a/y.mjs", "y.mjs"];
  expect(paths.filter((path) => isCheckProgram(path, known))).toEqual(["x.mjs", "packages/a/y.mjs"]);
});

test("a manifest that is no JSON names nothing, and a word above the root neither", () => {
  const known = checkPrograms([{ path: "package.json", text: "{" }], []);
  expect([known.files.size, known.modules.size]).toEqual([0, 0]);
  expect(programs({ test: "node ../outside.mjs" }, ["outside.mjs"])).toEqual([]);
});

test("the manifests asked for are those of the folders above the changed paths", () => {
  expect(manifestPaths(["a/b/c.ts", "a/d.ts", "e.ts"])).toEqual(["package.json", "a/package.json", "a/b/package.json"]);
});
