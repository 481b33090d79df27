import { sha256 } from "../handoff/seal.ts";

/** Text of others between marks that carry a hash of what is between them, so that no text can contain its own closing mark. Pure. */
export function dataBlock(label: string, text: string): string {
  const mark = sha256(`${label}\n${text}`).slice(0, 16);
  return `<<<DATA ${mark} ${label}\n${text}\nDATA>>> ${mark}`;
}
