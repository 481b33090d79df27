import { blobSha, type Change, type ChangeEntry, contentOf } from "../change.ts";
import { collisions } from "./collide.ts";
import { newHiddenCharacters } from "./hidden-characters.ts";
import { pathProblems } from "./path.ts";
import { symlinkProblem } from "./symlink.ts";

/** What a Change is measured by. */
export interface ChangeLimits {
  /** `limits.change_files`: entries. */
  filesMax: number;
  /** `limits.change_bytes`: bytes of new content in all. */
  bytesMax: number;
  /** Every path of the base tree, to find names that differ only by case. Missing: only the Change's own paths are compared. */
  basePaths?: readonly string[];
  /** Bytes of the old sides by path. Missing, as a whole or for one path: every hidden character counts as new. */
  before?: ReadonlyMap<string, Uint8Array | null>;
}

export interface ChangeProblem {
  /** The entry's path; empty when the problem is the whole Change. Untrusted text. */
  path: string;
  rule: string;
  /** One sentence. May quote the path: untrusted text. */
  message: string;
}

export type ChangeVerdict = { kind: "valid" } | { kind: "refused"; problems: ChangeProblem[] };

/**
 * Whether a Change may become a tree that we push (design §4, promise 7). Pure; every problem is reported, in the order of the entries.
 * Asked by solve before the paper is sealed, and again by publish, which believes no earlier answer.
 */
export function validateChange(change: Change, limits: ChangeLimits): ChangeVerdict {
  const problems = [
    ...capProblems(change, limits),
    ...orderProblems(change),
    ...change.flatMap((entry) => entryProblems(entry, limits)),
    ...collisions(change, limits.basePaths ?? []),
  ];
  return problems.length === 0 ? { kind: "valid" } : { kind: "refused", problems };
}

/** What is over the caps. Cheap, so that it can be asked before anything reads, scans or compares contents. */
export function capProblems(
  change: Change,
  { filesMax, bytesMax }: Pick<ChangeLimits, "filesMax" | "bytesMax">,
): ChangeProblem[] {
  const bytes = change.reduce((sum, entry) => sum + (contentOf(entry)?.byteLength ?? 0), 0);
  const problems: ChangeProblem[] = [];
  if (change.length > filesMax) {
    const message = `The change touches ${change.length} files; limits.change_files allows ${filesMax}.`;
    problems.push({ path: "", rule: "change-files", message });
  }
  if (bytes > bytesMax) {
    const message = `The change has ${bytes} bytes of new content; limits.change_bytes allows ${bytesMax}.`;
    problems.push({ path: "", rule: "change-bytes", message });
  }
  return problems;
}

/** Sorted by bytes and without doubles: one set of entries has one form. */
function orderProblems(change: Change): ChangeProblem[] {
  return change.flatMap(({ path }, index) => {
    const before = change[index - 1]?.path;
    if (before === undefined) return [];
    const order = Buffer.compare(Buffer.from(before), Buffer.from(path));
    if (order < 0) return [];
    const message = order === 0 ? "The path appears twice." : "The entries are not sorted by path.";
    return [{ path, rule: order === 0 ? "change-duplicate" : "change-order", message }];
  });
}

function entryProblems(entry: ChangeEntry, limits: ChangeLimits): ChangeProblem[] {
  const { path, before } = entry;
  const found = [...pathProblems(path, before === null), ...sideProblems(entry), ...contentProblems(entry, limits)];
  return found.map(({ rule, message }) => ({ path, rule, message }));
}

type Problem = Omit<ChangeProblem, "path">;

function sideProblems({ before, after }: ChangeEntry): Problem[] {
  if (before === null && after === null)
    return [{ rule: "entry-empty", message: "The entry has neither an old nor a new side." }];
  if (before?.mode === "160000" || after?.mode === "160000") {
    return [{ rule: "submodule", message: "The entry is a submodule: it brings in or removes another repository." }];
  }
  if (before === null || after === null) return [];
  if (before.mode === after.mode && before.sha === after.sha) {
    return [{ rule: "entry-unchanged", message: "The old and the new side are the same." }];
  }
  if ((before.mode === "120000") !== (after.mode === "120000")) {
    return [{ rule: "type-change", message: "A file became a symbolic link, or a link a file." }];
  }
  return [];
}

function contentProblems(entry: ChangeEntry, limits: ChangeLimits): Problem[] {
  const { path, before, after } = entry;
  const content = contentOf(entry);
  if (after === null || content === null || after.mode === "160000") return [];
  const problems: Problem[] = [];
  if (blobSha(content) !== after.sha) {
    problems.push({
      rule: "content-hash",
      message: `The content is ${blobSha(content)}, not ${after.sha} as the entry says.`,
    });
  }
  if (after.mode === "120000") {
    const problem = symlinkProblem(path, content);
    return problem === null ? problems : [...problems, { rule: "symlink", message: problem }];
  }
  const old = before === null || before.mode === "120000" ? null : (limits.before?.get(path) ?? null);
  const hidden = newHiddenCharacters(old, content).map(({ name, line }) => ({
    rule: "hidden-character",
    message: `Line ${line} gains the invisible or control character ${name}, which makes code read otherwise than it runs.`,
  }));
  return [...problems, ...hidden];
}
