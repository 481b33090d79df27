import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { registry, runPrepare, silent } from "../../src/action/prepare.ts";
import { openAudit } from "../../src/audit/log.ts";
import { writePapers } from "../../src/action/papers.ts";
import { seal } from "../../src/handoff/seal.ts";
import { Task } from "../../src/handoff/task.ts";
import { task } from "../record/papers.ts";
import { writeFiles } from "../workspace/repository.ts";
import { recordingShell } from "./recording-shell.ts";

describe("a program's output is read, never passed on", () => {
  test("out come its exit code and what it printed on both streams; the runner sees nothing", async () => {
    const written: string[] = [];
    const out = vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0);
    try {
      const script = "console.log('::error::out'); console.error('err'); process.exit(3)";
      const result = await silent(process.execPath, ["-e", script]);
      expect({ code: result.code, lines: result.output.trim().split("\n").toSorted() }).toEqual({
        code: 3,
        lines: ["::error::out", "err"],
      });
    } finally {
      out.mockRestore();
    }
    expect(written.join("")).not.toContain("::error::out");
  });

  test("a missing program is code 127", async () => {
    expect(await silent("no-such-program", [])).toEqual({
      code: 127,
      output: expect.stringContaining("no-such-program"),
    });
  });

  test("of much output the end is kept", async () => {
    const { output } = await silent(process.execPath, ["-e", "console.log('a'.repeat(50000)); console.log('the end')"]);
    expect(output.length).toBeLessThanOrEqual(10_000);
    expect(output.endsWith("the end\n")).toBe(true);
  });
});

describe("the registry is the machine's own", () => {
  const withNpm = async (script: string): Promise<unknown> => {
    using on = recordingShell();
    writeFiles(on.path, { "bin/npm": { executable: `#!/bin/sh\n${script}\n` } });
    vi.stubEnv("PATH", `${on.path}/bin:/usr/bin:/bin`);
    try {
      return await registry().then(
        (url) => url.href,
        (thrown: unknown) => thrown,
      );
    } finally {
      vi.unstubAllEnvs();
    }
  };

  test("as npm names it", async () => {
    expect(await withNpm('[ "$*" = "config get registry" ] && echo https://packages.example/npm/')).toBe(
      "https://packages.example/npm/",
    );
  });

  test("also between npm's warnings", async () => {
    expect(await withNpm("echo 'npm warn old' >&2; echo https://packages.example/; echo 'npm notice new' >&2")).toBe(
      "https://packages.example/",
    );
  });

  test.each([
    ["npm fails", "echo https://packages.example/; exit 1"],
    ["npm names none", "echo undefined"],
    ["npm names a file", "echo file:///etc/passwd"],
    ["npm says nothing", "true"],
  ])("and unknown when %s", async (_title, script) => {
    expect(await withNpm(script)).toMatchObject({ code: "install-failed", fix: expect.stringContaining("npm") });
  });
});

describe("the prepare step", () => {
  /** The step's inputs with a Task in place, on a machine of ours that is left as it is. */
  async function step(more: { setupHost?: boolean; files?: Record<string, string> } = {}) {
    const on = recordingShell();
    const audit = openAudit("gate", on.shell.now);
    audit.append("task.sealed");
    const sealed = seal(Task, task({ audit_head: audit.head }));
    await writePapers(`${on.path}/papers/task`, { name: "task", sealed, audit });
    writeFiles(on.path, { "repository/README.md": "# demo\n" });
    return {
      ...on,
      inputs: {
        phase: "prepare" as const,
        repository: `${on.path}/repository`,
        task: `${on.path}/papers/task`,
        "task-digest": sealed.digest,
        "setup-host": more.setupHost ?? false,
        "drop-sudo": false,
      },
    };
  }

  test("leaves the machine alone when told to, proves the sandbox, and leaves no paper: the phase after it does", async () => {
    using on = await step();
    await runPrepare(on.inputs, on.shell);
    expect(on.told.log).toEqual([
      "setup-host is off: this machine is left as it is",
      expect.stringMatching(/^sandbox proved: /),
    ]);
    expect([...on.told.outputs.keys()]).toEqual([]);
    expect(() => on.papers()).toThrow("ENOENT");
  });

  test.each<[string, boolean, string[], RegExp[]]>([
    ["keeps installations where a self-hosted machine's owner says", false, ["environment"], [/^installing/, /^dep/]],
    [
      "and nowhere on a hosted machine, whatever is named",
      true,
      [],
      [/^environment-cache is not used/, /^installing/, /^dep/],
    ],
  ])("%s", async (_title, hosted, kept, said) => {
    using on = await step();
    const lock = { name: "p", version: "1.0.0", lockfileVersion: 3, packages: { "": { name: "p", version: "1.0.0" } } };
    writeFiles(`${on.path}/repository`, {
      "package.json": JSON.stringify({ name: "p", version: "1.0.0" }),
      "package-lock.json": JSON.stringify(lock),
    });
    const cache = `${on.path}/cache`;
    await runPrepare({ ...on.inputs, "environment-cache": cache }, { ...on.shell, hosted });
    const entries = existsSync(cache) ? readdirSync(cache) : [];
    expect(entries.map((name) => name.split("-")[0])).toEqual(kept);
    expect(on.told.log.filter((line) => said.some((words) => words.test(line)))).toHaveLength(said.length);
  });

  test("a checkout that is not there ends on paper", async () => {
    using on = await step();
    await expect(runPrepare({ ...on.inputs, repository: `${on.path}/none` }, on.shell)).rejects.toThrow(
      "There is no checkout at",
    );
    expect(on.json("stop.json")).toMatchObject({ phase: "prepare", kind: "failed" });
    expect([...on.told.outputs.keys()]).toEqual(["paper"]);
  });

  test("a Task with another digest prepares nothing", async () => {
    using on = await step();
    await expect(runPrepare({ ...on.inputs, "task-digest": "e".repeat(64) }, on.shell)).rejects.toMatchObject({
      code: "paper-digest-mismatch",
    });
    expect(on.json("stop.json")).toMatchObject({ phase: "prepare", kind: "failed" });
    expect(on.told.log).toEqual([]);
  });
});
