import type { ChangeEntry, Mode } from "../change.ts";
import type { Finding } from "../handoff/finding.ts";
import { findingOf } from "./finding-id.ts";
import { textOf, type Sides } from "./sides.ts";

const kinds: Record<Mode, string> = {
  "100644": "file",
  "100755": "file",
  "120000": "symbolic link",
  "160000": "submodule",
};

type Seen = Pick<Finding, "rule" | "level" | "message" | "before" | "after">;

/** What the modes and the kind of bytes say: new executables, links, submodules, files that became something else, binary content. */
export function inspectModes(sides: readonly Sides[]): Finding[] {
  return sides.flatMap((side) =>
    [executable(side.entry), typeChange(side.entry), submodule(side.entry), symlink(side), binary(side)]
      .filter((seen) => seen !== null)
      .map((seen) => findingOf({ ...seen, path: side.entry.path, line: null })),
  );
}

function executable({ before, after }: ChangeEntry): Seen | null {
  if (after?.mode !== "100755" || before?.mode === "100755") return null;
  return {
    rule: "executable",
    level: "warn",
    message: before === null ? "The new file is executable." : "The file became executable.",
    before: before?.mode ?? null,
    after: after.mode,
  };
}

function typeChange({ before, after }: ChangeEntry): Seen | null {
  if (before === null || after === null || kinds[before.mode] === kinds[after.mode]) return null;
  return {
    rule: "type-change",
    level: "block",
    message: `The path was a ${kinds[before.mode]} and is now a ${kinds[after.mode]}.`,
    before: before.mode,
    after: after.mode,
  };
}

function submodule({ before, after }: ChangeEntry): Seen | null {
  if (before?.mode !== "160000" && after?.mode !== "160000") return null;
  return {
    rule: "submodule",
    level: "block",
    message: "A submodule brings in another repository, which nobody judged here.",
    before: before?.sha ?? null,
    after: after?.sha ?? null,
  };
}

function symlink({ entry, before, after }: Sides): Seen | null {
  if (entry.after?.mode !== "120000" || after === null) return null;
  return {
    rule: "symlink",
    level: "block",
    message: "The path is a symbolic link: what it names can change without a change here.",
    before: entry.before?.mode === "120000" && before !== null ? Buffer.from(before).toString("utf8") : null,
    after: Buffer.from(after).toString("utf8"),
  };
}

/** Only information here: the size rule of the policy judges what cannot be read. */
function binary({ entry, before, after }: Sides): Seen | null {
  const unreadable = (bytes: Uint8Array | null) => bytes !== null && textOf(bytes) === null;
  if (!unreadable(before) && !unreadable(after)) return null;
  return {
    rule: "binary",
    level: "info",
    message: "The content is binary: a reviewer cannot read it.",
    before: entry.before?.sha ?? null,
    after: entry.after?.sha ?? null,
  };
}
