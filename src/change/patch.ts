import { formatPatch, structuredPatch } from "diff";
import { type Change, type ChangeEntry, contentOf, type Mode } from "../change.ts";

/** Milliseconds the comparison of one file may take; two large files without a common line would take minutes. */
const fileTimeoutMs = 2_000;
const contextLines = 3;

/**
 * A unified diff in git's form, for people: risk and publishing never read it. Binary files, submodules and files that are
 * too different to compare in time are named without their content.
 * In: the Change, and the bytes of each entry's old side by path (absent or null means: there is none).
 */
export function patchText(change: Change, before: ReadonlyMap<string, Uint8Array | null>): string {
  return change
    .flatMap((entry) => splitTypeChange(entry))
    .map((entry) => filePatch(entry, before.get(entry.path) ?? null))
    .join("");
}

/** A file that becomes a link (or the reverse) is shown as git shows it: one thing goes, another comes. */
function splitTypeChange(entry: ChangeEntry): ChangeEntry[] {
  const { before, after } = entry;
  if (before === null || after === null || typeOf(before.mode) === typeOf(after.mode)) return [entry];
  return [
    { ...entry, after: null },
    { ...entry, before: null },
  ];
}

function filePatch(entry: ChangeEntry, oldBytes: Uint8Array | null): string {
  const { before, after } = entry;
  const oldText = before === null ? "" : textOf(oldBytes, before.mode);
  const newText = after === null ? "" : textOf(contentOf(entry), after.mode);
  if (oldText === null || newText === null) return header(entry) + differs(entry);
  const patch = structuredPatch("", "", oldText, newText, "", "", { context: contextLines, timeout: fileTimeoutMs });
  if (patch === undefined) return `${header(entry)}# Too different to compare line by line.\n${differs(entry)}`;
  return formatPatch({ ...patch, ...gitFacts(entry) });
}

function header(entry: ChangeEntry): string {
  return formatPatch({ hunks: [], oldHeader: undefined, newHeader: undefined, ...gitFacts(entry) });
}

/** git's own line for it, which makes `git apply` refuse the patch instead of leaving the file out. */
function differs(entry: ChangeEntry): string {
  const { oldFileName, newFileName } = gitFacts(entry);
  return `Binary files ${JSON.stringify(oldFileName)} and ${JSON.stringify(newFileName)} differ\n`;
}

function gitFacts({ path, before, after }: ChangeEntry) {
  const modes = before?.mode === after?.mode ? {} : { oldMode: before?.mode ?? "", newMode: after?.mode ?? "" };
  return {
    isGit: true,
    oldFileName: before === null ? "/dev/null" : `a/${path}`,
    newFileName: after === null ? "/dev/null" : `b/${path}`,
    ...modes,
    ...(before === null ? { isCreate: true } : {}),
    ...(after === null ? { isDelete: true } : {}),
  };
}

function typeOf(mode: Mode): string {
  return mode.slice(0, 3);
}

/** The text of a blob; null for a submodule, unknown bytes, a NUL or bytes that are not UTF-8. */
function textOf(bytes: Uint8Array | null, mode: Mode): string | null {
  if (bytes === null || mode === "160000" || bytes.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
