import { readFile } from "node:fs/promises";
import path from "node:path";
import { NoOperationTraceWriter } from "@actions/workflow-parser";
import { parseAction } from "@actions/workflow-parser/actions/action-parser";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readAppFile } from "../src/cli/manifest.ts";
import { readAction } from "./emulators/runner/action-file.ts";
import { plain } from "./emulators/runner/tokens.ts";
import { parse } from "./workflow-rules.ts";

const root = path.join(import.meta.dirname, "..");
const read = (file: string) => readFile(path.join(root, file), "utf8");

const Metadata = z.object({
  description: z.string().min(1),
  branding: z.strictObject({ icon: z.string().min(1), color: z.string().min(1) }),
  inputs: z.record(
    z.string(),
    z.strictObject({
      description: z.string().min(1),
      required: z.boolean(),
      default: z.string().optional(),
    }),
  ),
  outputs: z.record(z.string(), z.strictObject({ description: z.string().min(1) })),
});

const parsed = parseAction({ name: "action.yml", content: await read("action.yml") }, new NoOperationTraceWriter());
const metadata = Metadata.parse(plain(parsed.value));

describe("action.yml", () => {
  it("is accepted by GitHub's own schema and names the bundle that the build makes", async () => {
    expect(parsed.context.errors.getErrors()).toEqual([]);
    const { main } = await readAction(root);
    expect(path.relative(root, main)).toBe("dist/action.mjs");
    expect(await read("rolldown.config.ts")).toContain(
      '{ name: "action", input: "src/action/main.ts", format: "esm", ending: "mjs" }',
    );
  });

  it("has no default for any input but the three switches", () => {
    const defaults = Object.entries(metadata.inputs).filter(([, input]) => input.default !== undefined);
    expect(Object.fromEntries(defaults.map(([name, input]) => [name, input.default]))).toEqual({
      "setup-host": "true",
      "drop-sudo": "true",
      "separate-user": "auto",
    });
  });

  it("requires the phase alone, since every other input belongs to some phases only", () => {
    const required = Object.entries(metadata.inputs).filter(([, input]) => input.required);
    expect(required.map(([name]) => name)).toEqual(["phase"]);
  });

  it("says for each input which phases read it, just as airlock.yml uses it", async () => {
    const used: Record<string, Set<string>> = {};
    for (const job of Object.values(parse(await read(".github/workflows/airlock.yml")).jobs))
      for (const { uses, with: given = {} } of job.steps)
        if (uses?.startsWith("OWNER/airlock@"))
          for (const name of Object.keys(given)) (used[name] ??= new Set()).add(given["phase"] ?? "");
    const said = Object.entries(metadata.inputs)
      .filter(([name, input]) => name !== "phase" && input.default === undefined)
      .map(([name, input]) => [name, /^\[([^\]]+)\]/.exec(input.description)?.[1]]);
    const inUse = Object.entries(used).map(([name, phases]) => [name, [...phases].join(", ")]);
    expect(Object.fromEntries(said)).toEqual(Object.fromEntries(inUse.filter(([name]) => name !== "phase")));
  });

  it("declares every output that airlock.yml reads from its steps", async () => {
    const text = await read(".github/workflows/airlock.yml");
    const ours = text.matchAll(/steps\.(?:gate|solve|baseline|verify|publish)\.outputs\.([\w-]+)/g);
    expect([...new Set(Array.from(ours, ([, name = ""]) => name))].toSorted()).toEqual(
      Object.keys(metadata.outputs).toSorted(),
    );
  });
});

describe("app.yml", async () => {
  const text = await read("app.yml");
  const app = readAppFile(text);

  it("asks for exactly this: nothing on contents, nothing on workflows", () => {
    expect(app.default_permissions).toEqual({
      metadata: "read",
      issues: "write",
      pull_requests: "read",
      actions: "write",
      checks: "write",
      merge_queues: "read",
      members: "read",
    });
    expect(app.default_events).toEqual([
      "issue_comment",
      "workflow_run",
      "pull_request",
      "pull_request_review",
      "merge_group",
    ]);
  });

  it("gives the reason above each permission and event", () => {
    const lines = text.split("\n");
    const bare = lines.filter((line, index) => /^ {2}[^#\s]/.test(line) && !lines[index - 1]?.startsWith("  #"));
    expect(bare).toEqual([]);
  });

  it("uses names that GitHub knows", async () => {
    const Slice = z.object({
      components: z.object({
        schemas: z.object({ "app-permissions": z.object({ properties: z.record(z.string(), z.unknown()) }) }),
      }),
    });
    const slice = Slice.parse(JSON.parse(await read("test/emulators/github/openapi-slice.json")));
    const known = Object.keys(slice.components.schemas["app-permissions"].properties);
    expect(Object.keys(app.default_permissions).filter((name) => !known.includes(name))).toEqual([]);
  });
});
