import type { Report } from "../handoff/report.ts";
import { cell, code, joined, type KnownSecrets, ours, type Outgoing } from "../text/outgoing.ts";

/** Tests that are named, and UTF-16 code units of a name; the others are counted. */
const namedMax = 20;
const nameMax = 200;

/**
 * The tests that are red without the change and green with it, by name; or that none is. Names are the repository's or the model's text and
 * stand in code spans.
 */
export function proofSection({ proof }: Pick<Report, "proof">, known: KnownSecrets): Outgoing {
  switch (proof.kind) {
    case "none":
      return ours`### Proof\n\n⚠️ **No regression test proves this change.** Every test that passes with it passes without it, or there is none.`;
    case "unknown":
      return ours`### Proof\n\n⚠️ Whether a test proves this change is **not known**: ${cell(proof.reason, known)}.`;
    case "proved":
      return named(proof, known);
  }
}

function named(
  { tests, failed_on_base: failed }: Extract<Report["proof"], { kind: "proved" }>,
  known: KnownSecrets,
): Outgoing {
  const rows = tests.slice(0, namedMax).map((name, index) => {
    const how = index < failed ? ours`failed on the base` : ours`new or changed, and red on the base's source`;
    return ours`- ${code(name.slice(0, nameMax), known)} (${how})`;
  });
  const more = tests.length - rows.length;
  return joined(
    [
      ours`### Proof\n\nRed without this change, green with it:\n`,
      ...rows,
      ...(more > 0 ? [ours`- and ${more} more`] : []),
    ],
    "\n",
  );
}
