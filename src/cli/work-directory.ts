import { realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { AirlockError } from "../errors.ts";

/**
 * The directory that `-C` names, as a real path. A link is refused: what is mounted, protected and written back must be one place.
 * @throws AirlockError `bad-input` when it is no directory, cannot be read, or is reached through a link.
 */
export function workDirectory(cwd: string, named: string): string {
  const path = resolve(cwd, named);
  const real = realOf(path);
  if (real === path) {
    if (statSync(real).isDirectory()) return real;
    throw new AirlockError({
      code: "bad-input",
      message: `${path} is no directory.`,
      fix: "Name an existing directory with -C.",
    });
  }
  throw new AirlockError({
    code: "bad-input",
    message: `${path} is reached through a symbolic link.`,
    fix: `Name the real directory: -C ${real}`,
  });
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (cause) {
    throw new AirlockError({
      code: "bad-input",
      message: `${path} cannot be read.`,
      fix: "Name an existing directory with -C.",
      cause,
    });
  }
}
