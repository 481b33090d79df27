import { type Change, type ChangeEntry, Mode } from "../change.ts";
import { AirlockError } from "../errors.ts";
import { git } from "./git.ts";
import type { Store } from "./store.ts";
import { readBlobs, splitNul } from "./tree.ts";

/** Bytes of new content above which a Change is not read at all: the size of the paper that would carry it (design §7). */
export const changeBytesMax = 64 * 1024 * 1024;

/** One path that differs between two trees, without contents. */
export interface TreeDifference {
  path: string;
  before: { mode: Mode; sha: string } | null;
  after: { mode: Mode; sha: string } | null;
}

/**
 * What differs between two trees, with the contents of the new side, sorted by path. Renames are two entries.
 * @throws AirlockError `paper-too-large` above `changeBytesMax`, `unsupported-repository` for a path that is not UTF-8.
 */
export async function changeBetween(store: Store, before: string, after: string): Promise<Change> {
  const differences = await diffTrees(store, before, after);
  const shas = differences.flatMap(({ after }) => (after === null || after.mode === "160000" ? [] : [after.sha]));
  const blobs = await readBlobs(store, shas, changeBytesMax);
  return differences.map((difference): ChangeEntry => {
    if (difference.after === null) return { ...difference, after: null };
    // A submodule has no content here; the entry stays so that it can be refused by name.
    const content = blobs.get(difference.after.sha)?.toString("base64") ?? "";
    return { ...difference, after: { ...difference.after, content } };
  });
}

/** What differs between two trees, sorted by the bytes of the path. */
export async function diffTrees(store: Store, before: string, after: string): Promise<TreeDifference[]> {
  const form = ["-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--no-commit-id"];
  // The hardening hides submodules from every diff; a Change must show them.
  const argv = ["diff-tree", ...form, "--ignore-submodules=none", "--end-of-options", before, after];
  const out = await git(store, argv);
  const records = splitNul(out);
  const differences: TreeDifference[] = [];
  for (let at = 0; at + 1 < records.length; at += 2) {
    differences.push(parse(records[at] ?? Buffer.alloc(0), records[at + 1] ?? Buffer.alloc(0)));
  }
  return differences.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

function parse(facts: Buffer, path: Buffer): TreeDifference {
  const text = facts.toString("latin1");
  const [, modeBefore, modeAfter, shaBefore, shaAfter] =
    /^:([0-7]{6}) ([0-7]{6}) ([0-9a-f]{40}) ([0-9a-f]{40}) [ADMT]$/.exec(text) ?? [];
  if (shaBefore === undefined || shaAfter === undefined) {
    throw new AirlockError({
      code: "git-failed",
      message: `git diff-tree answered ${JSON.stringify(text.slice(0, 200))}.`,
      fix: "Use git 2.39 or later.",
    });
  }
  return { path: decode(path), before: side(modeBefore, shaBefore), after: side(modeAfter, shaAfter) };
}

function side(mode: string | undefined, sha: string): { mode: Mode; sha: string } | null {
  return mode === "000000" ? null : { mode: Mode.parse(mode), sha };
}

function decode(path: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(path);
  } catch (cause) {
    throw new AirlockError({
      code: "unsupported-repository",
      message: `The changed path ${JSON.stringify(path.toString("latin1"))} is not UTF-8.`,
      fix: "Rename the file, or leave it out of the change.",
      cause,
    });
  }
}
