import { Mode } from "../change.ts";
import { AirlockError } from "../errors.ts";
import { git } from "./git.ts";
import type { Store } from "./store.ts";

export interface TreeFile {
  /** Path with bytes that are not UTF-8 replaced by U+FFFD. */
  path: string;
  /** The path's bytes, one character each, so that equal text means equal path. */
  rawPath: string;
  mode: Mode;
  sha: string;
}

/** Every file, link and submodule of a tree, recursively, in git's order. `tree` may be any tree-ish that the store knows. */
export async function listTree(store: Store, tree: string): Promise<TreeFile[]> {
  const out = await git(store, ["ls-tree", "-r", "-z", "--full-tree", "--end-of-options", tree]);
  return splitNul(out).map((line) => {
    const parts = /^([0-7]{6}) [a-z]+ ([0-9a-f]{40})\t([^]+)$/.exec(line.toString("latin1"));
    const [, mode, sha, rawPath] = parts ?? [];
    if (sha === undefined || rawPath === undefined) throw unreadable(line);
    return { path: Buffer.from(rawPath, "latin1").toString("utf8"), rawPath, mode: Mode.parse(mode), sha };
  });
}

/**
 * The bytes of blobs by their ids. Reads nothing when together they are larger than `bytesMax`.
 * @throws AirlockError `paper-too-large` above the limit, `git-failed` when one is missing.
 */
export async function readBlobs(store: Store, shas: readonly string[], bytesMax: number): Promise<Map<string, Buffer>> {
  const wanted = [...new Set(shas)];
  if (wanted.length === 0) return new Map();
  const stdin = wanted.map((sha) => `${sha}\n`).join("");
  const sizes = (await git({ ...store, stdin }, ["cat-file", "--batch-check"])).toString("utf8").trimEnd().split("\n");
  const bytes = sizes.reduce((sum, line) => sum + sizeOf(line), 0);
  if (bytes > bytesMax) {
    throw new AirlockError({
      code: "paper-too-large",
      message: `The files to read hold ${bytes} bytes, more than the ${bytesMax} that a paper can carry.`,
      fix: "Ask for a smaller change; generated and binary files of this size do not belong into one.",
    });
  }
  return parseBatch(await git({ ...store, stdin }, ["cat-file", "--batch"]));
}

/** Splits output that ends every record with a NUL byte. */
export function splitNul(out: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let from = 0; from < out.byteLength;) {
    const end = out.indexOf(0, from);
    const to = end === -1 ? out.byteLength : end;
    records.push(out.subarray(from, to));
    from = to + 1;
  }
  return records;
}

function parseBatch(out: Buffer): Map<string, Buffer> {
  const blobs = new Map<string, Buffer>();
  for (let from = 0; from < out.byteLength;) {
    const lineEnd = out.indexOf(10, from);
    const line = out.toString("utf8", from, lineEnd);
    const start = lineEnd + 1;
    const end = start + sizeOf(line);
    blobs.set(line.slice(0, 40), out.subarray(start, end));
    from = end + 1;
  }
  return blobs;
}

function sizeOf(line: string): number {
  const size = /^[0-9a-f]{40} blob (\d+)$/.exec(line)?.[1];
  if (size === undefined) throw unreadable(Buffer.from(line));
  return Number(size);
}

function unreadable(line: Buffer): AirlockError {
  return new AirlockError({
    code: "git-failed",
    message: `git answered ${JSON.stringify(line.toString("utf8").slice(0, 200))} where an object was expected.`,
    fix: "Run `git fsck` on the repository; fetch it again when objects are missing.",
  });
}
