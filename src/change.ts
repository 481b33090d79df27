import { createHash } from "node:crypto";
import { z } from "zod";

/** A git object id. SHA-1 repositories only: GitHub serves no others. */
export const Sha = z.string().regex(/^[0-9a-f]{40}$/, "expected a 40-digit lower-case git object id");

/** The file modes a Change may carry: plain, executable, symlink. Submodules (160000) are representable so that they can be refused. */
export const Mode = z.enum(["100644", "100755", "120000", "160000"]);
export type Mode = z.infer<typeof Mode>;

/**
 * One path that differs between two trees. `before: null` means the path is new, `after: null` that it is gone.
 * A rename is two entries: nothing here guesses that they belong together.
 */
export const ChangeEntry = z.strictObject({
  path: z.string().min(1),
  before: z.strictObject({ mode: Mode, sha: Sha }).nullable(),
  after: z
    .strictObject({
      mode: Mode,
      sha: Sha,
      /** The blob's bytes in base64, so that any file survives JSON unchanged. Hashes to `sha`. */
      content: z.base64(),
    })
    .nullable(),
});
export type ChangeEntry = z.infer<typeof ChangeEntry>;

/** What differs between two git trees, entry by entry, sorted by path (bytewise). Not a patch text: see design §2. */
export const Change = z.array(ChangeEntry);
export type Change = z.infer<typeof Change>;

/** The id git gives these bytes as a blob. */
export function blobSha(bytes: Uint8Array): string {
  return createHash("sha1").update(`blob ${bytes.byteLength}\0`).update(bytes).digest("hex");
}

/** The bytes of an entry's new side; null when the entry deletes its path. */
export function contentOf(entry: ChangeEntry): Buffer | null {
  return entry.after === null ? null : Buffer.from(entry.after.content, "base64");
}
