import { posix } from "node:path";
import type { Config } from "../config.ts";
import { foldPath } from "./fold-path.ts";
import { jsonObject, objectAt } from "./json.ts";

/** Names of scripts that are the built-in checks, best first. */
export const checkScripts = {
  types: ["typecheck", "type-check", "types", "tsc", "check-types"],
  lint: ["lint"],
  tests: ["test"],
  build: ["build"],
} as const satisfies Record<string, readonly string[]>;

/** A package.json of the trusted commit. */
export interface TrustedManifest {
  path: string;
  text: string;
}

/** Files that the trusted checks run or name, in folded form (`foldPath`). */
export interface CheckPrograms {
  /** Whole paths. */
  files: ReadonlySet<string>;
  /** Paths as an interpreter takes them: without extension, or the folder of an `index` file. */
  modules: ReadonlySet<string>;
  /** Folders of tools: what lies beside a program there is read by it. */
  folders: ReadonlySet<string>;
}

/** Programs that take the next words for files to run, which may be written without extension. */
const interpreter = /^(node|nodejs|tsx|ts-node|bun|deno|sh|bash|dash|zsh|python3?|ruby|perl)$/;
/** Folders that by their name hold tools of the repository and not the program itself. */
const toolFolder = /^(\.?ci|scripts?|tools?|tooling|hack|build-tools|dev)(\/|$)/;
/** Tools whose program is a file that nobody names. */
const implied: Record<string, readonly string[]> = {
  make: ["Makefile", "makefile", "GNUmakefile"],
  just: ["justfile", "Justfile", ".justfile"],
  task: ["Taskfile.yml", "Taskfile.yaml"],
};
/** A test by its name is judged as a test: naming it in a script makes it no tool. */
const namedTest = /[._-](test|tests|spec|e2e|cy)\.[a-z]+$/;

/** The package.json files that may govern the changed paths: one per folder above them, the top first. Whoever has the trusted tree reads those that exist. */
export function manifestPaths(changed: readonly string[]): string[] {
  const folders = changed.flatMap((path) => {
    const steps = path.split("/").slice(0, -1);
    return steps.map((_, index) => steps.slice(0, index + 1).join("/"));
  });
  return ["", ...new Set(folders)].map((folder) => posix.join(folder, "package.json"));
}

/**
 * The programs that a change must not redefine unseen: every file that is a word of a check's script, of a script which that one
 * names, or of a command in `[[checks]]`. Pure, from the trusted commit only. Tests and globs are what a check looks at, not what it is.
 */
export function checkPrograms(manifests: readonly TrustedManifest[], checks: Config["checks"]): CheckPrograms {
  const programs = { files: new Set<string>(), modules: new Set<string>(), folders: new Set<string>() };
  const configured = checks.map(({ run }) => run.join(" "));
  for (const { path, text } of manifests) {
    const folder = posix.join(path, "..");
    for (const script of reachedScripts(text, folder === "." ? configured : [])) collect(script, folder, programs);
  }
  for (const text of configured) collect(text, "", programs);
  return programs;
}

/** Whether a path is one of these programs. */
export function isCheckProgram(path: string, { files, modules, folders }: CheckPrograms): boolean {
  const folded = foldPath(path);
  const bare = folded.replace(/\.[a-z]+$/, "");
  if (files.has(folded) || modules.has(bare) || modules.has(bare.replace(/(^|\/)index$/, ""))) return true;
  return [...folders].some((folder) => folded.startsWith(`${folder}/`));
}

/** The texts of the checks' scripts and of all scripts that they name, with their `pre` and `post` scripts. */
function reachedScripts(manifest: string, commands: readonly string[]): string[] {
  const scripts = new Map(
    Object.entries(objectAt(jsonObject(manifest) ?? {}, "scripts")).filter(
      (pair): pair is [string, string] => typeof pair[1] === "string",
    ),
  );
  const named = (text: string) => wordsOf(text).flatMap((word) => scriptsNamed(word, [...scripts.keys()]));
  const open: string[] = [...Object.values(checkScripts).flat(), ...commands.flatMap(named)];
  const reached = new Set<string>();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const text = scripts.get(name);
    if (text === undefined || reached.has(name)) continue;
    reached.add(name);
    open.push(`pre${name}`, `post${name}`, ...named(text));
  }
  return [...reached].map((name) => scripts.get(name) ?? "");
}

/** `lint:*` names every script with that beginning, as run-s, run-p and npm-run-all read it. */
function scriptsNamed(word: string, names: readonly string[]): string[] {
  const star = word.indexOf("*");
  return names.filter((name) => (star === -1 ? name === word : name.startsWith(word.slice(0, star))));
}

interface Programs {
  files: Set<string>;
  modules: Set<string>;
  folders: Set<string>;
}

/** A word may be meant from the manifest's folder or from one that the script enters first. */
function collect(text: string, folder: string, { files, modules, folders }: Programs): void {
  const entered = [...text.matchAll(/(?:\bcd|\bpushd|--prefix|--cwd|--dir|-C)[ =]+["']?([^\s"';&|]+)/g)];
  const starts = ["", ...entered.map(([, where]) => where ?? "")].map((where) => posix.join(folder, where));
  for (const command of text.split(/&&|\|\||[;&|\n]/)) {
    const words = wordsOf(command);
    const runs = words.some((word) => interpreter.test(posix.basename(word)));
    for (const word of words.flatMap((one) => [one, ...(implied[one] ?? [])])) {
      if (word.startsWith("/") || /[*{}]/.test(word) || namedTest.test(word.toLowerCase())) continue;
      for (const start of starts) {
        const path = foldPath(posix.join(start, word).replace(/\/+$/, ""));
        if (path.startsWith("..")) continue;
        files.add(path);
        if (!runs) continue;
        modules.add(path === "." ? "" : path);
        const beside = posix.dirname(path);
        if (toolFolder.test(beside)) folders.add(beside);
      }
    }
  }
}

/** What a shell or a tool would take for words: split at white space, quotes, brackets, assignments and lists. */
function wordsOf(text: string): string[] {
  return text.split(/[\s"'`()<>$=,;&|]+/).filter((word) => word !== "" && word !== "-" && word !== "--");
}
