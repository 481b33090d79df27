import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { absences, architectureViolations, mayImport } from "./architecture-rules.ts";

const root = path.join(import.meta.dirname, "..");
const programFile = /\.(ts|mts|cts|js|mjs|cjs)$/;

async function programFiles(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const folder of ["src", "sandbox"])
    for (const entry of await readdir(path.join(root, folder), { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      if (entry.isFile() && programFile.test(file)) files.set(path.relative(root, file), await readFile(file, "utf8"));
    }
  return files;
}

const files = await programFiles();

describe("the real imports", () => {
  it("follow the import table, and no phase reaches what it must not", () => {
    expect(architectureViolations(files)).toEqual([]);
  });

  it("start from a file for each phase, so that the absences are about something", () => {
    expect(Object.keys(absences).filter((phase) => !files.has(`src/phases/${phase}.ts`))).toEqual([]);
  });

  it("come from a tree without links, which could lead around the table", async () => {
    const entries = await Promise.all(
      ["src", "sandbox"].map((folder) => readdir(path.join(root, folder), { recursive: true, withFileTypes: true })),
    );
    expect(entries.flat().filter((entry) => entry.isSymbolicLink())).toEqual([]);
  });
});

/** A project that keeps every rule: one file per folder. */
const lawful = new Map([
  ...Object.keys(mayImport)
    .filter((folder) => !["sandbox", "errors", "config", "change"].includes(folder))
    .map((folder) => [`src/${folder}/thing.ts`, "export const thing = 1;"] as const),
  ["sandbox/thing.ts", "export const thing = 1;"],
  ["src/errors.ts", ""],
  ["src/config.ts", ""],
  ["src/change.ts", ""],
  ...Object.keys(absences).map((phase) => [`src/phases/${phase}.ts`, ""] as const),
]);

describe("planted violations", () => {
  it("are not seen where there are none", () => {
    expect(architectureViolations(lawful)).toEqual([]);
  });

  it.each<[string, Record<string, string>, string]>([
    [
      "an import against the table",
      { "src/policy/thing.ts": 'import { thing } from "../github/thing.ts";' },
      "policy may not import github",
    ],
    [
      "a type import against it",
      { "src/tools/thing.ts": 'import type { thing } from "../agent/thing.ts";' },
      "tools may not import agent",
    ],
    [
      "an inline type import",
      { "src/tools/thing.ts": 'export type T = import("../agent/thing.ts").thing;' },
      "tools may not import agent",
    ],
    [
      "a dynamic import against it",
      { "src/app/thing.ts": 'await import("../phases/thing.ts");' },
      "app may not import phases",
    ],
    ["an import for its effect", { "src/app/thing.ts": 'import "../agent/thing.ts";' }, "app may not import agent"],
    [
      "a shell that imports another",
      { "src/cli/thing.ts": 'import { thing } from "../action/thing.ts";' },
      "cli may not import action",
    ],
    ["errors in the sandbox", { "sandbox/thing.ts": 'import "../src/errors.ts";' }, "sandbox may not import errors"],
    ["an import of the tests", { "src/app/thing.ts": 'import "../../test/demo.ts";' }, "no program file"],
    ["a way out by an absolute path", { "src/app/thing.ts": 'import "/etc/x.ts";' }, "imports /etc/x.ts"],
    ["an import without its ending", { "src/app/thing.ts": 'import "../errors";' }, "no program file"],
    ["a computed import", { "src/app/thing.ts": "const x = 'a'; await import(x);" }, "not written as a literal"],
    ["require", { "src/app/thing.ts": 'import { createRequire } from "node:module";' }, "past the import statement"],
    [
      "a built-in by name",
      { "src/app/thing.ts": 'process.getBuiltinModule("child_process");' },
      "past the import statement",
    ],
    ["a barrel by name", { "src/policy/index.ts": "" }, "a barrel's"],
    ["a barrel by content", { "src/policy/all.ts": 'export { thing } from "./thing.ts";' }, "re-exports ./thing.ts"],
    ["a barrel by star", { "src/policy/all.ts": 'export * from "./thing.ts";' }, "re-exports ./thing.ts"],
    ["a drawer", { "src/policy/utils.ts": "" }, "says nothing"],
    ["a folder too deep", { "src/policy/rules/size.ts": "" }, "one level of concept folders"],
    ["a folder that the table does not know", { "src/magic/thing.ts": "" }, "magic is not in the import table"],
    ["a stray file at the top", { "src/main.ts": "" }, "one level of concept folders"],
    [
      "child_process in a phase",
      { "src/phases/thing.ts": 'import { spawn } from "node:child_process";' },
      "imports node:child_process",
    ],
    [
      "child_process without its prefix",
      { "src/checks/thing.ts": 'import cp from "child_process";' },
      "imports child_process",
    ],
    [
      "Octokit in a rule",
      { "src/record/thing.ts": 'import { Octokit } from "@octokit/core";' },
      "imports @octokit/core",
    ],
    [
      "Octokit elsewhere in the server",
      { "src/app/thing.ts": 'import { Octokit } from "@octokit/core";' },
      "imports @octokit/core",
    ],
    ["a model provider in the agent", { "src/agent/thing.ts": 'import OpenAI from "openai";' }, "imports openai"],
    ["the environment in a rule", { "src/policy/thing.ts": "export const a = process.env.HOME;" }, "reads process.env"],
    [
      "the environment by another spelling",
      { "src/policy/thing.ts": 'export const a = globalThis.process["env"];' },
      "reads process.env",
    ],
    [
      "the environment by destructuring",
      { "src/policy/thing.ts": "const { env } = process; export const a = env;" },
      "reads process.env",
    ],
    [
      "the environment by another name",
      { "src/policy/thing.ts": "const p = process; export const a = p;" },
      "reads process.env",
    ],
    [
      "the environment among the rest",
      { "src/policy/thing.ts": "const { ...p } = process; export const a = p;" },
      "reads process.env",
    ],
    [
      "the environment by import",
      { "src/policy/thing.ts": 'import { env } from "node:process";' },
      "reads process.env",
    ],
    ["files read by a rule", { "src/policy/thing.ts": 'import fs from "node:fs";' }, "rules are pure"],
    [
      "a chain from publish to the workspace",
      {
        "src/phases/publish.ts": 'import "./thing.ts";',
        "src/phases/thing.ts": 'import "../environment/thing.ts";',
        "src/environment/thing.ts": 'import "../workspace/thing.ts";',
      },
      "publish reaches workspace: src/phases/publish.ts → src/phases/thing.ts → src/environment/thing.ts → src/workspace/thing.ts",
    ],
    [
      "a lazy chain from gate to the model",
      {
        "src/phases/gate.ts": 'await import("../agent/thing.ts");',
        "src/agent/thing.ts": 'import "../model/thing.ts";',
      },
      "gate reaches model",
    ],
    [
      "a chain from verify to GitHub",
      { "src/phases/verify.ts": 'import "../record/thing.ts";' },
      "verify reaches record",
    ],
    [
      "GitHub in the action's file of solve",
      { "src/action/solve.ts": 'import "../github/thing.ts";' },
      "solve reaches github",
    ],
  ])("%s is found", (_what, planted, found) => {
    const violations = architectureViolations(new Map([...lawful, ...Object.entries(planted)]));
    expect(violations.join("\n")).toContain(found);
  });

  it("are not seen where the same thing is allowed", () => {
    const allowed = {
      "src/environment/thing.ts": "const { version, arch } = process; export const a = version + arch;",
      "src/workspace/thing.ts":
        'import { spawn } from "node:child_process"; import "../change.ts"; import "../errors.ts";',
      "src/github/thing.ts": 'import { Octokit } from "@octokit/core";',
      "src/app/server.ts":
        'import { Octokit } from "@octokit/core"; import { run } from "probot"; console.log(process.env);',
      "src/cli/main.ts": 'console.log(process.env); await import("../phases/thing.ts");',
      "src/action/main.ts": 'console.log(process.env); await import("../phases/gate.ts");',
    };
    expect(architectureViolations(new Map([...lawful, ...Object.entries(allowed)]))).toEqual([]);
  });
});
