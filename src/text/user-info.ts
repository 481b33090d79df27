const atSign = 0x40;
const slash = 0x2f;
const space = 0x20;
/** UTF-16 code units in which the at sign is looked for: more than a user's name and a password may have together. */
const loginUnitsMax = 1_400;

/** Whether an address that goes on behind `begin` with `://` can name a user: an at sign comes before white space or the path. */
export function mayHoldUser(text: string, begin: number): boolean {
  const end = Math.min(text.length, begin + loginUnitsMax);
  for (let at = begin + 3; at < end; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === atSign) return true;
    if (unit === slash || unit <= space) return false;
  }
  return false;
}
