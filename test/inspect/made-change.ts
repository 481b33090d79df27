import { blobSha, type Change, type Mode } from "../../src/change.ts";
import type { Finding } from "../../src/handoff/finding.ts";
import type { CheckPrograms } from "../../src/inspect/check-programs.ts";
import { sidesOf, type Sides } from "../../src/inspect/sides.ts";

type Content = string | Uint8Array | null;
export type Edit = [before: Content, after: Content, modes?: { before?: Mode; after?: Mode }];

/** A Change and its base blobs, written as `{ path: [before, after] }`; null means the path does not exist on that side. */
export function madeChange(edits: Record<string, Edit>): { change: Change; before: Map<string, Uint8Array | null> } {
  const before = new Map<string, Uint8Array | null>();
  const change: Change = Object.entries(edits)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, [was, now, modes]]) => {
      const [old, fresh] = [bytes(was), bytes(now)];
      before.set(path, old);
      return {
        path,
        before: old && { mode: modes?.before ?? "100644", sha: blobSha(old) },
        after: fresh && { mode: modes?.after ?? "100644", sha: blobSha(fresh), content: fresh.toString("base64") },
      };
    });
  return { change, before };
}

export function madeSides(edits: Record<string, Edit>): Sides[] {
  const { change, before } = madeChange(edits);
  return sidesOf(change, before);
}

/** A repository whose checks name no file. */
export const noPrograms: CheckPrograms = { files: new Set(), modules: new Set(), folders: new Set() };

/** What a table compares: `rule level path` and the sentence. */
export function said(findings: readonly Finding[]): string[] {
  return findings.map(({ rule, level, path, message }) => `${level} ${rule} ${path}: ${message}`);
}

function bytes(content: Content): Buffer | null {
  if (content === null) return null;
  return typeof content === "string" ? Buffer.from(content) : Buffer.from(content);
}
