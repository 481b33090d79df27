import { stripInvisible } from "./invisible.ts";

/** Said where a text was cut. */
export const cutNotice = "… (cut here: the whole text is in the run's artifacts)";

/** ANSI escape sequences: CSI (with ESC or as one C1 character), OSC (ended by BEL, ST or the line), and the two-character ones. */
const ansi =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|\u001b\][^\u0007\u001b\n]*(?:\u0007|\u001b\\)?|\u001b(?:[ -/]*[0-~])?/g;

/**
 * Line breaks as `\n`; no terminal sequences, control, invisible or direction characters, no half characters.
 * The first step of every outgoing text.
 */
export function wellFormed(text: string): string {
  return stripInvisible(text.replaceAll(ansi, "").replaceAll(/\r\n?/g, "\n")).text;
}

/** At most `unitsMax` UTF-16 code units, cut at the end of a line where there is one; an open code fence is closed, the cut is said. */
export function clipLines(text: string, unitsMax: number): string {
  if (text.length <= unitsMax) return text;
  const room = Math.max(0, unitsMax - cutNotice.length - 12);
  const head = sliceWhole(text, room);
  const lineEnd = head.lastIndexOf("\n");
  const kept = lineEnd > room / 2 ? head.slice(0, lineEnd) : head;
  const open = openFence(kept);
  return `${kept}${open === null ? "" : `\n${open}`}\n\n${cutNotice}`.slice(0, Math.max(unitsMax, 0));
}

/** One line of at most `unitsMax` code units; white space becomes single spaces. */
export function plainLine(text: string, unitsMax: number): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= unitsMax ? line : `${sliceWhole(line, unitsMax - 1).trimEnd()}…`;
}

/** A prefix that does not end in the middle of a character. */
export function sliceWhole(text: string, units: number): string {
  const last = text.charCodeAt(units - 1);
  const cutsPair = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, cutsPair ? units - 1 : units);
}

/** The line that would close the fence still open at the end, or null. Fences of ours stand at column 0 or in one quote. */
function openFence(text: string): string | null {
  let open: string | null = null;
  for (const line of text.split("\n")) {
    const fence = /^((?:> )?`{3,})/.exec(line)?.[1];
    if (fence === undefined) continue;
    if (open === null) open = fence;
    else if (line.trimEnd() === fence && fence.length >= open.length) open = null;
  }
  return open;
}
