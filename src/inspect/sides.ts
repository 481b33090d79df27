import { blobSha, contentOf, type Change, type ChangeEntry } from "../change.ts";
import { AirlockError } from "../errors.ts";

/**
 * The base blobs of a Change, by path. An entry whose `before` is null needs none; for every other one the bytes must be here
 * (submodules excepted: they have no blob).
 */
export type BeforeContents = ReadonlyMap<string, Uint8Array | null>;

/** One entry with the bytes of both sides. null: the path does not exist on that side, or is a submodule. */
export interface Sides {
  entry: ChangeEntry;
  before: Uint8Array | null;
  after: Uint8Array | null;
}

/**
 * Joins a Change with its base blobs, each hashed against its object id first. The new side is the Change's own content: the validator
 * compares that with its id, and it is what would be written.
 * @throws AirlockError `tree-mismatch` when a base blob is missing or is another one: an unreadable fact is a refusal.
 */
export function sidesOf(change: Change, before: BeforeContents): Sides[] {
  return change.map((entry) => ({
    entry,
    before: baseBytes(entry, before.get(entry.path) ?? null),
    after: entry.after?.mode === "160000" ? null : contentOf(entry),
  }));
}

/** The text of a blob; null when it is binary: it holds a NUL, or is not valid UTF-8. A byte order mark is kept. */
export function textOf(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The text of a side that may be absent: the empty text when there is no file, null when it is binary. */
export function textOrEmpty(bytes: Uint8Array | null): string | null {
  return bytes === null ? "" : textOf(bytes);
}

function baseBytes({ path, before }: ChangeEntry, bytes: Uint8Array | null): Uint8Array | null {
  if (before === null || before.mode === "160000") return null;
  if (bytes !== null && blobSha(bytes) === before.sha) return bytes;
  const what = bytes === null ? "is missing" : `hashes to ${blobSha(bytes)}`;
  throw new AirlockError({
    code: "tree-mismatch",
    message: `The base content of ${JSON.stringify(path)} ${what}, expected blob ${before.sha}.`,
    fix: "Nothing was judged. Start a new run; if it repeats, report it with the run's log.",
  });
}
