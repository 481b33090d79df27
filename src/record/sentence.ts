import { cell, code, joined, type KnownSecrets, ours, type Outgoing } from "../text/outgoing.ts";

/** UTF-16 code units of one sentence. */
const unitsMax = 1_000;

/**
 * A sentence of ours that stands in a paper, where a job that was taken over could have written another: one line of plain text.
 * Nothing in it becomes Markdown but code spans, and the one command that we ask people to type.
 */
export function sentence(text: string, known: KnownSecrets): Outgoing {
  const parts = text.slice(0, unitsMax).split(/(`[^`\n]+`)/);
  return joined(
    parts.map((part, index) => (index % 2 === 0 ? words(part, known) : code(part.slice(1, -1), known))),
    "",
  );
}

/** `cell` trims; between two code spans the space counts. */
function words(part: string, known: KnownSecrets): Outgoing {
  const text = cell(part, known);
  if (text === "") return part === "" ? text : ours` `;
  return ours`${/^\s/.test(part) ? ours` ` : ours``}${text}${/\s$/.test(part) ? ours` ` : ours``}`;
}
