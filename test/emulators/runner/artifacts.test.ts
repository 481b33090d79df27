import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { unzipSync, zipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { BuiltinStep } from "./builtin-actions.ts";
import { downloadArtifact } from "./download-artifact.ts";
import { recordRun, type RecordedRun } from "./recorded-run.ts";
import { uploadArtifact } from "./upload-artifact.ts";

let workspace: string;
let run: RecordedRun;
let lines: string[];
beforeEach(async () => {
  workspace = await mkdtemp(path.join(tmpdir(), "airlock-artifacts-"));
  run = recordRun({ text: "" });
  lines = [];
});
afterEach(() => rm(workspace, { recursive: true, force: true }));

const step = (inputs: Record<string, string>): BuiltinStep => ({
  inputs,
  run,
  token: "",
  workspace,
  env: {},
  user: undefined,
  signal: new AbortController().signal,
  log: (line) => void lines.push(line),
});

describe("upload-artifact", () => {
  it("stores a directory's files by their path in it, without hidden ones, and follows links", async () => {
    await mkdir(path.join(workspace, "paper", "deep"), { recursive: true });
    await writeFile(path.join(workspace, "paper", "deep", "a.txt"), "a");
    await writeFile(path.join(workspace, "paper", ".hidden"), "h");
    await symlink("deep/a.txt", path.join(workspace, "paper", "link"));
    const outputs = await uploadArtifact(step({ name: "paper", path: "paper" }));
    expect(outputs).toEqual({
      "artifact-id": "500",
      "artifact-url": "http://127.0.0.1:9/octo/garden/actions/runs/4711/artifacts/500",
      "artifact-digest": expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(Object.keys(unzipSync(run.artifacts.get(500)!.zip)).toSorted()).toEqual(["deep/a.txt", "link"]);
  });

  it("does by `if-no-files-found` what it says when there is nothing", async () => {
    await expect(uploadArtifact(step({ path: "none", "if-no-files-found": "error" }))).rejects.toThrow(
      "No files were found",
    );
    expect(await uploadArtifact(step({ path: "none", "if-no-files-found": "ignore" }))).toEqual({});
    expect(lines).toEqual([]);
    expect(await uploadArtifact(step({ path: "none" }))).toEqual({});
    expect(lines).toEqual([expect.stringContaining("##[warning]No files were found")]);
  });

  it("refuses a name that GitHub refuses", async () => {
    await expect(uploadArtifact(step({ name: "a/b", path: "." }))).rejects.toThrow("not valid");
  });
});

describe("download-artifact", () => {
  const stored = async (files: Record<string, string>) => {
    const bytes = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]));
    return (await run.saveArtifact({ name: "paper", zip: Buffer.from(zipSync(bytes)), attempt: 1 })).id;
  };

  it("unpacks one artifact of this run straight into the path", async () => {
    const id = await stored({ "task.json": "{}", "deep/a": "a" });
    await downloadArtifact(step({ "artifact-ids": `${id}`, path: "in/task" }));
    expect(await readFile(path.join(workspace, "in", "task", "task.json"), "utf8")).toBe("{}");
    expect(await readdir(path.join(workspace, "in", "task", "deep"))).toEqual(["a"]);
  });

  it("only warns of another digest, like the real one: papers need their own", async () => {
    const id = await stored({ a: "a" });
    const real = (of: number) => run.readArtifact(of);
    const forged = { ...run, readArtifact: async (of: number) => ({ ...(await real(of))!, digest: "sha256:0" }) };
    await downloadArtifact({ ...step({ "artifact-ids": `${id}`, path: "in" }), run: forged });
    expect(lines[0]).toContain("##[warning]digest mismatch");
  });

  it.each([
    ["a name that leads out", async () => `${await stored({ "../out": "x" })}`, "a path outside"],
    ["an id of another run", async () => "999", "None of the provided artifact IDs were found"],
    ["something that is no id", async () => "500; rm", "Invalid artifact ID"],
    ["no id at all", async () => "", "artifact-ids only"],
  ])("fails for %s", async (_what, id, message) => {
    await expect(downloadArtifact(step({ "artifact-ids": await id(), path: "in" }))).rejects.toThrow(message);
    expect(await readdir(workspace)).not.toContain("out");
  });
});
