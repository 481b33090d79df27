import { appendFileSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The folder for what a task leaves behind. */
export interface PapersFolder {
  /** Its path; null as long as nothing was kept. */
  readonly path: string | null;
  write(name: string, content: Buffer | string): void;
  append(name: string, content: string): void;
}

/**
 * Makes the folder when there is something to keep, so that work which never began leaves nothing behind.
 * In: the folder that was asked for, as an absolute path; null means a new one among the temporary files.
 */
export function papersFolder(wanted: string | null): PapersFolder {
  let made: string | null = null;
  const placeOf = (name: string) => {
    made ??= wanted ?? mkdtempSync(join(tmpdir(), "airlock-papers-"));
    mkdirSync(made, { recursive: true });
    return join(made, name);
  };
  return {
    get path() {
      return made;
    },
    write: (name, content) => writeFileSync(placeOf(name), content),
    append: (name, content) => appendFileSync(placeOf(name), content),
  };
}
