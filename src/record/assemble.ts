import { clipped, joined, ours, type Outgoing } from "../text/outgoing.ts";

export interface Section {
  text: Outgoing;
  /** Whether the reader needs it whole. The others share what room is left, in their order. */
  must: boolean;
}

/** Below this many code units of room a section is left out instead of cut. */
const worthwhile = 400;
const gap = "\n\n";

/** Joins sections with a blank line; empty ones vanish. Out: at most `unitsMax` UTF-16 code units. */
export function assemble(sections: readonly Section[], unitsMax: number): Outgoing {
  const present = sections.filter(({ text }) => text !== "");
  const needed = present.filter(({ must }) => must).reduce((sum, { text }) => sum + text.length + gap.length, 0);
  let room = unitsMax - needed;
  const kept = present.map(({ text, must }) => {
    if (must) return text;
    const fitted = room < worthwhile && text.length > room ? ours`` : clipped(text, Math.max(0, room - gap.length));
    room -= fitted.length + gap.length;
    return fitted;
  });
  return clipped(
    joined(
      kept.filter((text) => text !== ""),
      gap,
    ),
    unitsMax,
  );
}
