import type { Finding } from "../../../src/handoff/finding.ts";
import { inspectTampering } from "../../../src/inspect/tampering/tampering.ts";
import { madeSides, type Edit } from "../made-change.ts";

/** What a table of the rules compares: level, rule, path and line, in the order of the rules. */
export type Seen = `${Finding["level"]} ${string}`;

/** One case: what it is, the files as `{ path: [before, after] }`, and what is seen. */
export type Row = [name: string, edits: Record<string, Edit>, seen: Seen[]];

export function seenIn(edits: Record<string, Edit>): string[] {
  return inspectTampering(madeSides(edits)).map(
    ({ level, rule, path, line }) => `${level} ${rule} ${path}:${line ?? "-"}`,
  );
}

/** A test file with one test of this body. */
export function testWith(body: string): string {
  return `import { it, expect, vi } from "vitest";\nit("a", async () => {\n${body}\n});\n`;
}
