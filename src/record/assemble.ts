import { clipped, joined, ours, type Outgoing } from "../text/outgoing.ts";

export interface Section {
  text: Outgoing;
  /** Whether the reader needs it. The others share what room is left, in their order. */
  must: boolean;
  /** All of it or nothing, because half of it would change how the rest is shown. Absent: as much of it as fits. */
  whole?: boolean;
}

/** Below this many code units of room a section is left out instead of cut. */
const worthwhile = 400;
const gap = "\n\n";

/**
 * Joins sections with a blank line; empty ones vanish. Out: at most `unitsMax` UTF-16 code units. What must be read is never left out;
 * where even that is too long, each such section above an equal share is cut to it.
 */
export function assemble(sections: readonly Section[], unitsMax: number): Outgoing {
  const present = withinShares(
    sections.filter(({ text }) => text !== ""),
    unitsMax,
  );
  let room = unitsMax - neededFor(present);
  const kept = present.map(({ text, must, whole = false }) => {
    if (must) return text;
    const fitted = fit(text, whole, room - gap.length);
    if (fitted !== "") room -= fitted.length + gap.length;
    return fitted;
  });
  return joined(
    kept.filter((text) => text !== ""),
    gap,
  );
}

function fit(text: Outgoing, whole: boolean, room: number): Outgoing {
  if (text.length <= room) return text;
  return whole || room < worthwhile ? ours`` : clipped(text, room);
}

function withinShares(sections: readonly Section[], unitsMax: number): readonly Section[] {
  if (neededFor(sections) <= unitsMax) return sections;
  const share = Math.floor(unitsMax / sections.filter(({ must }) => must).length) - gap.length;
  return sections.map((section) =>
    section.must ? { ...section, text: clipped(section.text, Math.max(0, share)) } : section,
  );
}

function neededFor(sections: readonly Section[]): number {
  return sections.reduce((sum, { text, must }) => (must ? sum + text.length + gap.length : sum), 0);
}
