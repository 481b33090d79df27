import { z } from "zod";
import type { Inside } from "./files.ts";
import { readFiles, writeFiles } from "./files.ts";
import { insidePath } from "./paths.ts";
import type { Hunk } from "./patch-parse.ts";
import { parsePatch } from "./patch-parse.ts";
import { pathsOf, planPatch } from "./patch-plan.ts";
import type { FileChange, Tool, ToolResult } from "./tool.ts";

const input = z.strictObject({
  patch: z.string().describe("The whole patch, from `*** Begin Patch` to `*** End Patch`."),
});

const description = `Adds, changes, moves and deletes text files. The patch has this form:

*** Begin Patch
*** Add File: path/new.ts
+every line of the new file
*** Update File: path/old.ts
*** Move to: path/renamed.ts
@@ a line that stands above the change, such as the head of the function
 a line that stays
-a line that goes
+a line that comes
*** End of File
*** Delete File: path/obsolete.ts
*** End Patch

Paths are relative to the workspace. \`Move to\`, the text after \`@@\` and \`End of File\` are optional. Give about three lines of
context around a change, exactly as they are in the file. The parts take effect in order; when one fails, those before it stay.`;

/** File sections of one patch, and bytes of all their paths: both become arguments of commands, which the kernel bounds. */
const sectionsMax = 1000;
const pathsBytesMax = 200_000;

/** The tool that edits files. Parsing and matching happen in memory; reading and writing happen inside the sandbox. */
export function applyPatchTool(inside: Inside): Tool<typeof input> {
  return {
    name: "apply_patch",
    description,
    input,
    writes: true,
    run: ({ patch }, signal) => applyPatch(inside, patch, signal),
  };
}

async function applyPatch(inside: Inside, patch: string, signal: AbortSignal): Promise<ToolResult> {
  const parsed = parsePatch(patch);
  if (parsed.kind === "invalid")
    return refused(`The patch is not valid, line ${parsed.line}: ${parsed.why}. Nothing was changed.`);
  if (parsed.hunks.length > sectionsMax)
    return refused(`The patch has more than ${sectionsMax} file sections. Nothing was changed; use smaller patches.`);
  const named = nameAll(parsed.hunks);
  if (named.kind === "outside") return refused(`${named.reason}. Nothing was changed.`);
  const plan = planPatch(named.hunks, await readFiles(inside, pathsOf(named.hunks), signal));
  const written = await writeFiles(inside, plan.steps, signal);
  const changes = plan.changes.slice(0, written.steps).flat();
  const failure = written.failure ?? plan.failure;
  const detail = { kind: "files" as const, changes };
  if (failure === null) return { ok: true, output: `Success. Updated the following files:\n${list(changes)}`, detail };
  const before = changes.length === 0 ? "Nothing was changed." : `Changed before that, and left so:\n${list(changes)}`;
  return { ok: false, output: `The patch failed: ${failure}\n${before}`, detail };
}

function nameAll(hunks: readonly Hunk[]): { kind: "inside"; hunks: Hunk[] } | { kind: "outside"; reason: string } {
  const result: Hunk[] = [];
  for (const hunk of hunks) {
    const path = insidePath(hunk.path);
    if (path.kind === "outside") return path;
    if (hunk.kind !== "update" || hunk.moveTo === null) {
      result.push({ ...hunk, path: path.path });
      continue;
    }
    const moveTo = insidePath(hunk.moveTo);
    if (moveTo.kind === "outside") return moveTo;
    result.push({ ...hunk, path: path.path, moveTo: moveTo.path });
  }
  const bytes = result.flatMap((hunk) => pathsOf([hunk])).reduce((sum, path) => sum + Buffer.byteLength(path), 0);
  if (bytes > pathsBytesMax)
    return { kind: "outside", reason: `The paths have more than ${pathsBytesMax} bytes in all` };
  return { kind: "inside", hunks: result };
}

const letters = { add: "A", update: "M", delete: "D" };

function list(changes: readonly FileChange[]): string {
  return changes.map(({ kind, path }) => `${letters[kind]} ${path}`).join("\n");
}

function refused(output: string): ToolResult {
  return { ok: false, output, detail: { kind: "files", changes: [] } };
}
