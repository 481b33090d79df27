import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunnerFacts } from "../../src/action/inputs.ts";
import { programEnvironment } from "../../src/action/program-environment.ts";
import { paperDirectory, type Shell } from "../../src/action/shell.ts";
import { canaryOf } from "../../src/text/canary.ts";
import { temporaryDirectory } from "../workspace/repository.ts";

export const identity = { repository: { id: 1, owner: "octo", name: "demo" }, run: { id: 77, attempt: 1 } };

/** A job on a machine of its own that writes down what it is told. */
export function recordingShell(
  runner: Partial<RunnerFacts> = {},
  now: () => number = () => 1_795_000_000_000,
  variables: Record<string, string> = {},
) {
  const temporary = temporaryDirectory();
  const told = { outputs: new Map<string, string>(), masked: [] as string[], summary: "", log: [] as string[] };
  const shell: Shell = {
    runner: {
      identity,
      apiUrl: "http://127.0.0.1:9",
      runUrl: "https://github.test/octo/demo/actions/runs/77",
      temp: temporary.path,
      path: process.env["PATH"] ?? "",
      image: null,
      ...runner,
    },
    hosted: false,
    user: "runner",
    account: null,
    jobs: temporary.path,
    log: (text) => void told.log.push(text),
    now,
    signal: new AbortController().signal,
    output: (name, value) => void told.outputs.set(name, value),
    canary: canaryOf(["ghp", "recordingShellCanary0123456789abcdef"].join("_")),
    programs: programEnvironment(process.env),
    takeVariable: (name) => {
      const value = variables[name];
      delete variables[name];
      return value;
    },
    mask: (value) => void told.masked.push(value),
    known: told.masked,
    summary: async (markdown) => void (told.summary += markdown),
  };
  return {
    ...temporary,
    shell,
    told,
    /** Names of the files in the artifact-to-be. */
    papers: () => readdirSync(paperDirectory(shell)).toSorted(),
    read: (name: string): string => readFileSync(join(paperDirectory(shell), name), "utf8"),
    json: (name: string): unknown => JSON.parse(readFileSync(join(paperDirectory(shell), name), "utf8")),
  };
}
