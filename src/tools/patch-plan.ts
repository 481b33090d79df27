import type { FileChange } from "./tool.ts";
import { applyChunks, type Work, wholeWork } from "./patch-apply.ts";
import type { Hunk } from "./patch-parse.ts";

/** What stands at a path of the workspace. */
export type FileState =
  | { kind: "missing" }
  | { kind: "text"; text: string }
  | { kind: "directory" }
  /** There is something that a patch cannot change: binary, too large, a device, not readable. */
  | { kind: "unusable"; why: string };

/** One act on the disk, in order. */
export type Step =
  | { kind: "write"; path: string; text: string }
  | { kind: "delete"; path: string }
  /** Moves first, so that the file keeps its mode, then writes. */
  | { kind: "move"; path: string; to: string; text: string };

export interface Plan {
  steps: Step[];
  /** One per hunk that can be applied. */
  changes: FileChange[][];
  /** Why the next hunk cannot be applied; null when all can. Nothing after it is planned. */
  failure: string | null;
}

/** Bytes that all steps of one plan may write: a patch can name one large file again and again, and each step holds it whole. */
const plannedBytesMax = 32 * 1024 * 1024;

/**
 * Works out a patch in memory. Hunks count one after the other, so a later one sees what an earlier one did. The first that
 * cannot be applied ends the plan; what stands before it stays planned, as in Codex.
 */
export function planPatch(hunks: readonly Hunk[], files: ReadonlyMap<string, FileState>): Plan {
  const now = new Map(files);
  const plan: Plan = { steps: [], changes: [], failure: null };
  const work = wholeWork();
  let bytes = 0;
  for (const hunk of hunks) {
    const step = planHunk(hunk, (path) => now.get(path) ?? { kind: "missing" }, work);
    if (step.kind === "failure") return { ...plan, failure: step.why };
    bytes += step.step.kind === "delete" ? 0 : Buffer.byteLength(step.step.text);
    if (bytes > plannedBytesMax)
      return { ...plan, failure: `${hunk.path}: the patch writes more than ${plannedBytesMax} bytes in all` };
    plan.steps.push(step.step);
    plan.changes.push(step.changes);
    if (step.step.kind !== "write") now.set(step.step.path, { kind: "missing" });
    if (step.step.kind === "write") now.set(step.step.path, { kind: "text", text: step.step.text });
    if (step.step.kind === "move") now.set(step.step.to, { kind: "text", text: step.step.text });
  }
  return plan;
}

/** Every path that a plan has to know, each once. */
export function pathsOf(hunks: readonly Hunk[]): string[] {
  return [
    ...new Set(
      hunks.flatMap((hunk) =>
        hunk.kind === "update" && hunk.moveTo !== null ? [hunk.path, hunk.moveTo] : [hunk.path],
      ),
    ),
  ];
}

type Planned = { kind: "step"; step: Step; changes: FileChange[] } | { kind: "failure"; why: string };
type Look = (path: string) => FileState;

function planHunk(hunk: Hunk, look: Look, work: Work): Planned {
  const state = look(hunk.path);
  if (state.kind === "directory") return { kind: "failure", why: `${hunk.path} is a directory` };
  if (hunk.kind === "add") {
    const changes: FileChange[] = [{ path: hunk.path, kind: state.kind === "missing" ? "add" : "update" }];
    return { kind: "step", step: { kind: "write", path: hunk.path, text: hunk.content }, changes };
  }
  if (state.kind === "missing") return { kind: "failure", why: `${hunk.path} does not exist` };
  if (hunk.kind === "delete")
    return { kind: "step", step: { kind: "delete", path: hunk.path }, changes: [{ path: hunk.path, kind: "delete" }] };
  return planUpdate(hunk, state, { look, work });
}

function planUpdate(
  hunk: Extract<Hunk, { kind: "update" }>,
  state: FileState,
  { look, work }: { look: Look; work: Work },
): Planned {
  if (state.kind !== "text")
    return { kind: "failure", why: `${hunk.path} ${state.kind === "unusable" ? state.why : "is no file"}` };
  const applied =
    hunk.chunks.length === 0
      ? { kind: "applied" as const, text: state.text }
      : applyChunks(state.text, hunk.chunks, work);
  if (applied.kind === "no-match") return { kind: "failure", why: `${hunk.path}: ${applied.why}` };
  const { text } = applied;
  if (hunk.moveTo === null || hunk.moveTo === hunk.path)
    return {
      kind: "step",
      step: { kind: "write", path: hunk.path, text },
      changes: [{ path: hunk.path, kind: "update" }],
    };
  const target = look(hunk.moveTo);
  if (target.kind === "directory") return { kind: "failure", why: `${hunk.moveTo} is a directory` };
  return {
    kind: "step",
    step: { kind: "move", path: hunk.path, to: hunk.moveTo, text },
    changes: [
      { path: hunk.path, kind: "delete" },
      { path: hunk.moveTo, kind: target.kind === "missing" ? "add" : "update" },
    ],
  };
}
