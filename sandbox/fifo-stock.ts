import { execFile } from "node:child_process";
import { chownSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { isPrivate, markOf, isAbandoned, ownMark } from "./owner.ts";
import type { User } from "./reach.ts";

const run = promisify(execFile);

/** FIFOs that one process makes for itself and those after it. A command takes two or three. */
const batch = 48;
const freeName = /^free-/;

/**
 * FIFOs that outlive the process that made them, so that one short command in many pays for making them. They lie in a directory of the
 * sandbox's user below one that nobody but us can enter, and each is used once: whoever renames it has it.
 */
export interface Stock {
  /** The path of one that nobody else has, or null: there is none. Whoever takes it opens and removes it. */
  take(): string | null;
  /** Makes more, and removes what a killed process had taken. @throws when `mkfifo` fails. */
  fill(): Promise<void>;
}

/** Names given in this process, of whatever stock: none is given twice. */
let names = 0;

/** In: a private directory of ours, and the absolute `mkfifo`. Out: null where that directory is not there or not private. */
export function openStock(order: { below: string; mkfifo: string; user: User }): Stock | null {
  const { below, mkfifo, user } = order;
  if (!isPrivate(below)) return null;
  const directory = join(below, "fifos");
  if (!isOurs(directory, user)) return null;
  return {
    take() {
      for (const name of readdirSync(directory).filter((one) => freeName.test(one))) {
        const path = join(directory, `${ownMark()}-${(names += 1)}`);
        try {
          renameSync(join(directory, name), path);
        } catch {
          // Another process was faster.
          continue;
        }
        if (isFresh(path, user)) return path;
        rmSync(path, { recursive: true, force: true });
      }
      return null;
    },
    async fill() {
      for (const name of readdirSync(directory))
        if (isAbandoned(markOf(name))) rmSync(join(directory, name), { recursive: true, force: true });
      const fresh = Array.from({ length: batch }, () => `free-${ownMark()}-${(names += 1)}`);
      // The user cannot walk here, so the process is started where the names are to be.
      await run(mkfifo, ["-m", "600", "--", ...fresh], {
        cwd: directory,
        env: {},
        ...(process.getuid?.() === 0 ? user : {}),
      });
    },
  };
}

/** Makes the directory when it is not there. Anything else at its place, or of another owner, is not used. */
function isOurs(directory: string, user: User): boolean {
  try {
    if (lstatSync(directory, { throwIfNoEntry: false }) === undefined) {
      mkdirSync(directory, { mode: 0o700 });
      if (process.getuid?.() === 0) chownSync(directory, user.uid, user.gid);
    }
    return isPrivate(directory, user.uid);
  } catch {
    return false;
  }
}

function isFresh(path: string, user: User): boolean {
  const stat = lstatSync(path);
  return stat.isFIFO() && stat.uid === user.uid && (stat.mode & 0o777) === 0o600 && stat.nlink === 1;
}
