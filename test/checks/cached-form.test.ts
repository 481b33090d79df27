import { describe, expect, test } from "vitest";
import { cachedForm } from "../../src/checks/cached-form.ts";

const script = (text: string) => [["sh", "-c", text]];
const info = (n: number) => `--incremental --tsBuildInfoFile /airlock-caches/${n}.tsbuildinfo`;
const lint = (n: number) => `--cache --cache-strategy content --cache-location /airlock-caches/${n}.lintcache`;

function formOf(text: string, withLint: boolean): string | null {
  const form = cachedForm(script(text), { lint: withLint });
  return form === null ? null : (form.command[0]?.[2] ?? null);
}

describe("a compiler that only checks keeps its build information", () => {
  test.each([
    ["tsc --noEmit", `tsc --noEmit ${info(0)}`],
    ["npx tsc -p tsconfig.check.json --noEmit", `npx tsc -p tsconfig.check.json --noEmit ${info(0)}`],
    ["tsc --noEmit && tsc -p test --noEmit", `tsc --noEmit ${info(0)} && tsc -p test --noEmit ${info(1)}`],
    ["tsc --noEmit && eslint .", `tsc --noEmit ${info(0)} && eslint .`],
  ])("%s", (text, expected) => {
    expect(formOf(text, false)).toBe(expected);
  });

  test("also as a list that no shell reads", () => {
    expect(cachedForm([["tsc", "--noEmit"]], { lint: false })).toEqual({
      command: [["tsc", "--noEmit", "--incremental", "--tsBuildInfoFile", "/airlock-caches/0.tsbuildinfo"]],
      caches: ["0.tsbuildinfo"],
    });
  });

  test.each([
    "tsc",
    "tsc -b",
    "tsc --noEmit false",
    "tsc --noEmit --incremental",
    "tsc --noEmit --tsBuildInfoFile x",
    "tsc --noEmit --watch",
    "tsc --noEmit --outDir dist",
    "tsc --noEmit -p '$X'",
    "tsc --noEmit | tee log",
    "npm run types",
    "vue-tsc --noEmit",
    "eslint .",
  ])("not %s", (text) => {
    expect(formOf(text, false)).toBeNull();
  });
});

describe("a linter keeps a cache only where the repository says so", () => {
  test.each([
    ["eslint .", `eslint . ${lint(0)}`],
    ["prettier --check . && eslint src", `prettier --check . ${lint(0)} && eslint src ${lint(1)}`],
    ["stylelint 'src/**/*.css'", `stylelint 'src/**/*.css' ${lint(0)}`],
  ])("%s", (text, expected) => {
    expect([formOf(text, true), formOf(text, false)]).toEqual([expected, null]);
  });

  test.each([
    "eslint --cache .",
    "eslint --fix .",
    "eslint --no-cache .",
    "prettier --write .",
    "eslint -- .",
    "oxlint",
  ])("not %s", (text) => {
    expect(formOf(text, true)).toBeNull();
  });
});
