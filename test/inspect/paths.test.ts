import { expect, test } from "vitest";
import { inspectPaths } from "../../src/inspect/paths.ts";
import { madeSides, noPrograms } from "./made-change.ts";

test.each([
  [".github/workflows/ci.yml", ["ci-configuration"]],
  [".github/workflows", ["ci-configuration"]],
  [".GitHub/Workflows/CI.yml", ["ci-configuration"]],
  [".github/w\u043erkflows/ci.yml", ["ci-configuration"]],
  [".github/actions/setup/index.js", ["ci-configuration"]],
  ["action.yml", ["ci-configuration"]],
  ["tools/deep/action.yaml", ["ci-configuration"]],
  [".gitlab-ci.yml", ["ci-configuration"]],
  [".circleci/config.yml", ["ci-configuration"]],
  ["ci/Jenkinsfile.release", ["ci-configuration"]],
  ["azure-pipelines-nightly.yml", ["ci-configuration"]],
  [".travis.yml", ["ci-configuration"]],
  ["CODEOWNERS", ["code-owners"]],
  ["docs/CODEOWNERS", ["code-owners"]],
  [".github/codeowners", ["code-owners"]],
  [".github/airlock.toml", ["airlock-configuration"]],
  ["AGENTS.md", ["agent-instructions"]],
  ["packages/a/b/AGENTS.override.md", ["agent-instructions"]],
  ["CLAUDE.md", ["agent-instructions"]],
  [".cursor/rules/x.mdc", ["agent-instructions"]],
  [".cursorrules", ["agent-instructions"]],
  [".mcp.json", ["agent-instructions"]],
  [".vscode/mcp.json", ["agent-instructions", "editor-configuration"]],
  [".github/copilot-instructions.md", ["agent-instructions"]],
  [".codex/config.toml", ["agent-instructions"]],
  [".husky/pre-commit", ["git-hooks"]],
  ["lefthook.yml", ["git-hooks"]],
  [".pre-commit-config.yaml", ["git-hooks"]],
  [".gitattributes", ["git-attributes"]],
  ["a/.gitmodules", ["git-attributes"]],
  [".npmrc", ["package-manager-configuration"]],
  ["packages/a/.npmrc", ["package-manager-configuration"]],
  [".yarn/releases/yarn.cjs", ["package-manager-configuration"]],
  ["pnpm-workspace.yaml", ["package-manager-configuration"]],
  ["node_modules/x/index.js", ["vendored-dependencies"]],
  ["tsconfig.json", ["check-configuration"]],
  ["packages/a/tsconfig.build.json", ["check-configuration"]],
  ["vitest.config.ts", ["check-configuration"]],
  ["eslint.config.mjs", ["check-configuration"]],
  [".oxlintrc.json", ["check-configuration"]],
  ["karma.conf.js", ["check-configuration"]],
  ["vitest.config.unit.ts", ["check-configuration"]],
  ["jest.unit.config.js", ["check-configuration"]],
  ["playwright-ct.config.ts", ["check-configuration"]],
  ["jest.config.e2e.js", ["check-configuration"]],
  ["vitest.unit.config.ts", ["check-configuration"]],
  ["vite.config.lib.ts", ["check-configuration"]],
  ["wdio.conf.ts", ["check-configuration"]],
  ["webpack.prod.js", ["check-configuration"]],
  ["eslint.base.js", ["check-configuration"]],
  ["tslint.json", ["check-configuration"]],
  ["cypress.json", ["check-configuration"]],
  ["angular.json", ["check-configuration"]],
  ["packages/a/project.json", ["check-configuration"]],
  ["jest-preset.js", ["check-configuration"]],
  ["src/setupTests.ts", ["check-configuration"]],
  ["jest.setup.ts", ["check-configuration"]],
  ["test/global-setup.ts", ["check-configuration"]],
  ["nyc.config.js", ["check-configuration"]],
  ["tap.config.js", ["check-configuration"]],
  ["ava.config.js", ["check-configuration"]],
  ["testem.js", ["check-configuration"]],
  ["cucumber.js", ["check-configuration"]],
  ["test/mocha.opts", ["check-configuration"]],
  ["moon.yml", ["check-configuration"]],
  ["rush.json", ["check-configuration"]],
  ["dprint.json", ["check-configuration"]],
  ["lage.config.js", ["check-configuration"]],
  ["config/tsconfig/base.json", ["check-configuration"]],
  [".taprc", ["check-configuration"]],
  ["binding.gyp", ["lifecycle-script"]],
  ["deps/zlib.gypi", ["lifecycle-script"]],
  ["CRUSH.md", ["agent-instructions"]],
  ["skills/x/SKILL.md", ["agent-instructions"]],
  [".goosehints", ["agent-instructions"]],
  ["bitrise.yml", ["ci-configuration"]],
  [".builds/x.yml", ["ci-configuration"]],
  [".vscode/tasks.json", ["editor-configuration"]],
  [".devcontainer/devcontainer.json", ["editor-configuration"]],
  ["renovate.json", ["automation-configuration"]],
  [".github/dependabot.yml", ["automation-configuration"]],
  [".github/scripts/deploy.sh", ["repository-configuration"]],
  ["Cargo.toml", ["manifest"]],
  ["requirements-dev.txt", ["manifest"]],
])("%s is seen as %j", (path, rules) => {
  expect(rulesFor(path)).toEqual(rules);
});

test.each([
  "src/index.ts",
  "src/workflows/start.ts",
  "github/workflows/x.yml",
  "src/action.ts",
  "src/reaction.yml",
  "docs/codeowners.md",
  "airlock.toml",
  "src/agents/run.ts",
  "src/agents.ts",
  "docs/how-agents-work.md",
  "src/cursor/move.ts",
  "src/hooks/use-state.ts",
  "src/npmrc.ts",
  "src/vitest-config.ts",
  "src/config.ts",
  "src/patches/apply.ts",
  "src/app.config.ts",
  "src/jest.ts",
  "src/karma.ts",
  "src/project.ts",
  "src/snapshot.ts",
  "src/setup.ts",
  "docs/skills.md",
  ".github/ISSUE_TEMPLATE/bug.yml",
  ".github/pull_request_template.md",
  ".github/SECURITY.md",
  "src/policy.ts",
  "renovate.md",
])("%s steers nothing", (path) => {
  expect(rulesFor(path)).toEqual([]);
});

test("A deleted steering file is seen like an edited one, and its id names the content", () => {
  const deleted = inspectPaths(madeSides({ CODEOWNERS: ["* @a\n", null] }), noPrograms);
  const edited = inspectPaths(madeSides({ CODEOWNERS: ["* @a\n", "* @b\n"] }), noPrograms);
  expect(deleted.map(({ rule }) => rule)).toEqual(["code-owners"]);
  expect(deleted[0]?.id).not.toBe(edited[0]?.id);
  expect(edited[0]).toMatchInlineSnapshot(`
    {
      "after": "91075fcf14c0be027e45b75f229316ce41737426",
      "before": "d32f533dc9f354cf8a3f758288932e5dfc5732d6",
      "id": "784d4d119312",
      "level": "block",
      "line": null,
      "message": "CODEOWNERS decides who must review.",
      "path": "CODEOWNERS",
      "rule": "code-owners",
    }
  `);
});

function rulesFor(path: string): string[] {
  return inspectPaths(madeSides({ [path]: ["a", "b"] }), noPrograms)
    .map(({ rule }) => rule)
    .toSorted();
}
