import { cp, readdir, readFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { applyPatchTool } from "../../src/tools/apply-patch.ts";
import { bench } from "./inside.ts";

// Scenario folders of the apply-patch specification: `input/`, `patch.txt`, `expected/`. They are not part of this repository.
const root = process.env["AIRLOCK_CONFORMANCE_DIR"];
const scenarios =
  root === undefined
    ? []
    : (await readdir(join(root, "apply-patch"), { withFileTypes: true })).filter((entry) => entry.isDirectory());

if (root === undefined) {
  process.stderr.write(
    "apply_patch conformance: NOT RUN. Set AIRLOCK_CONFORMANCE_DIR to the folder that holds apply-patch/.\n",
  );
}

describe.skipIf(root === undefined)("apply_patch conforms to scenario", () => {
  test("folders, of which there are some", () => expect(scenarios.length).toBeGreaterThan(0));

  test.each(scenarios.map((entry) => entry.name))("%s", async (name) => {
    const folder = join(root ?? "", "apply-patch", name);
    await using at = await bench();
    await using wanted = await bench();
    if (existsSync(join(folder, "input"))) await cp(join(folder, "input"), at.root, { recursive: true });
    if (existsSync(join(folder, "expected"))) await cp(join(folder, "expected"), wanted.root, { recursive: true });
    await at.own();
    await wanted.own();
    const patch = await readFile(join(folder, "patch.txt"), "utf8");
    const { ok } = await applyPatchTool(at).run({ patch }, new AbortController().signal);
    expect(ok).toBe(!/rejects|requires|fails|failure/.test(name));
    expect(await at.tree()).toEqual(await wanted.tree());
  });
});
