import { accessSync, constants, statSync } from "node:fs";
import { dirname } from "node:path";

export interface User {
  uid: number;
  gid: number;
}

/**
 * Whether a user without supplementary groups can walk to a path and read it (and enter it, when it is a directory).
 * For ourselves the kernel is asked; for another user the mode bits are read, so that an access list can make a "no" too strict.
 */
export function canReach(path: string, user: User): boolean {
  if (user.uid === process.getuid?.()) return allowed(path, constants.R_OK);
  for (let at = dirname(path); ; at = dirname(at)) {
    if (!permits(at, user, 1)) return false;
    if (at === dirname(at)) break;
  }
  return permits(path, user, statSync(path).isDirectory() ? 5 : 4);
}

/** Same walk, and the file itself must be readable and executable. */
export function canExecute(path: string, user: User): boolean {
  if (user.uid === process.getuid?.()) return allowed(path, constants.R_OK | constants.X_OK);
  return canReach(path, user) && permits(path, user, 5);
}

function allowed(path: string, mode: number): boolean {
  try {
    accessSync(path, statSync(path).isDirectory() ? mode | constants.X_OK : mode);
    return true;
  } catch {
    return false;
  }
}

function permits(path: string, user: User, bits: number): boolean {
  const { mode, uid, gid } = statSync(path);
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}
