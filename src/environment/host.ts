import { accessSync, closeSync, constants, openSync, readSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { AirlockError } from "../errors.ts";

/** A Node and its npm on the host, for `openSandbox`. */
export interface Toolchain {
  /** Real path of the binary. */
  node: string;
  /** Directory of the npm package; absent when the host has none, and then nothing can be installed. */
  npm?: string;
}

/**
 * Finds node and npm on a PATH. Version managers put shell scripts there: only a real binary counts as node, and npm counts
 * when its command leads into an npm package. The npm beside the found node is preferred.
 * In: `notFrom`, directories whose programs are never used: the repository that is worked on. What comes out is resolved, so a link
 * there to a program elsewhere is that program.
 * @throws AirlockError `sandbox-unavailable` when there is no node.
 */
export function toolchainOf(path: string, notFrom: readonly string[] = []): Toolchain {
  const places = notFrom.flatMap(realDirectory);
  const usable = (program: string) => !liesIn(program, places);
  const node = programs("node", path).filter(usable).find(isBinary);
  if (node === undefined) {
    throw new AirlockError({
      code: "sandbox-unavailable",
      message: `There is no node binary on PATH${places.length === 0 ? "" : ` outside ${places.join(" and ")}`}.`,
      fix: "Install Node 24 or newer and put the directory of its binary on PATH (a version manager's script does not count).",
    });
  }
  const beside = join(dirname(dirname(node)), "lib", "node_modules", "npm", "bin", "npm-cli.js");
  const npm = [...resolved(beside), ...programs("npm", path)]
    .filter(usable)
    .map(npmPackage)
    .find((found) => found !== null);
  return { node, ...(npm === undefined ? {} : { npm }) };
}

function realDirectory(path: string): string[] {
  try {
    return [realpathSync(path)];
  } catch {
    return [];
  }
}

function liesIn(path: string, places: readonly string[]): boolean {
  return places.some((place) => `${path}/`.startsWith(`${place}/`));
}

function programs(name: string, path: string): string[] {
  return path
    .split(":")
    .filter((directory) => isAbsolute(directory))
    .flatMap((directory) => resolved(join(directory, name)));
}

function resolved(path: string): string[] {
  try {
    accessSync(path, constants.R_OK);
    const real = realpathSync(path);
    return statSync(real).isFile() ? [real] : [];
  } catch {
    return [];
  }
}

function isBinary(path: string): boolean {
  const magic = Buffer.alloc(4);
  const descriptor = openSync(path, "r");
  try {
    return readSync(descriptor, magic, 0, 4, 0) === 4 && magic.equals(Buffer.from("\x7fELF", "latin1"));
  } finally {
    closeSync(descriptor);
  }
}

/** `…/npm/bin/npm-cli.js` → `…/npm`. */
function npmPackage(command: string): string | null {
  const directory = dirname(dirname(command));
  return basename(command) === "npm-cli.js" && resolved(join(directory, "package.json")).length > 0 ? directory : null;
}
