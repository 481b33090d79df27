import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { registry, runPrepare } from "../../src/action/prepare.ts";
import { programEnvironment } from "../../src/action/program-environment.ts";
import { openAudit } from "../../src/audit/log.ts";
import { writePapers } from "../../src/action/papers.ts";
import { Config } from "../../src/config.ts";
import { seal } from "../../src/handoff/seal.ts";
import { Task } from "../../src/handoff/task.ts";
import { task } from "../record/papers.ts";
import { writeFiles } from "../workspace/repository.ts";
import { recordingShell } from "./recording-shell.ts";

describe("the registry is the machine's own", () => {
  const withNpm = async (script: string): Promise<unknown> => {
    using on = recordingShell();
    writeFiles(on.path, { "bin/npm": { executable: `#!/bin/sh\n${script}\n` } });
    vi.stubEnv("PATH", `${on.path}/bin:/usr/bin:/bin`);
    try {
      return await registry({ programs: programEnvironment(process.env) }).then(
        (url) => url.href,
        (thrown: unknown) => thrown,
      );
    } finally {
      vi.unstubAllEnvs();
    }
  };

  test("as npm names it", async () => {
    expect(await withNpm('[ "$*" = "config get registry --logs-max=0" ] && echo https://packages.example/npm/')).toBe(
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
  async function step(more: { setupHost?: boolean; config?: object; variables?: Record<string, string> } = {}) {
    const on = recordingShell({}, undefined, more.variables);
    const audit = openAudit("gate", on.shell.now);
    audit.append("task.sealed");
    const sealed = seal(Task, task({ audit_head: audit.head, config: Config.parse(more.config ?? {}) }));
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
        "separate-user": "off" as const,
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

  test("takes the secrets that the trusted configuration names out of the environment, and has them hidden, first of all", async () => {
    const variables = { NPM_TOKEN: "a-long-token", OTHER: "not-asked-for" };
    const config = { setup: { commands: [["true"]], secrets: ["NPM_TOKEN"] } };
    using on = await step({ config, variables });
    // The checkout is no repository, so the step ends after it took them.
    await expect(runPrepare(on.inputs, on.shell)).rejects.toMatchObject({ code: "bad-input" });
    expect(on.told.masked).toEqual(["a-long-token"]);
    expect(variables).toEqual({ OTHER: "not-asked-for" });
  });

  test("a secret that was not given ends on paper, before anything is prepared", async () => {
    using on = await step({ config: { setup: { commands: [["true"]], secrets: ["NPM_TOKEN"] } } });
    await expect(runPrepare(on.inputs, on.shell)).rejects.toThrow("The secret NPM_TOKEN");
    expect(on.json("stop.json")).toMatchObject({
      phase: "prepare",
      kind: "failed",
      message: expect.stringContaining("NPM_TOKEN"),
      next: expect.stringContaining("each prepare step"),
    });
    expect(on.told.log).toEqual([]);
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
