import { matchesWritten } from "./path-globs.ts";

/** Where GitHub looks, in this order; the first file that exists is the only one that counts. */
export const codeownersPaths = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"] as const;

/** Bytes up to which GitHub reads the file. A larger one is as if every line were unreadable. */
export const codeownersBytesMax = 3_000_000;

export interface CodeOwners {
  /** The file's path. */
  file: string;
  rules: readonly OwnersRule[];
  /** Lines that GitHub skips without a word. Whom they name is not known. */
  unreadable: readonly { line: number; why: string }[];
}

interface OwnersRule {
  line: number;
  pattern: string;
  owners: readonly Owner[];
}

export type Owner =
  | { kind: "user"; login: string }
  /** Only the slug: GitHub allows teams of the repository's own organisation alone. */
  | { kind: "team"; slug: string }
  /** GitHub finds the account; nobody can be asked by address. */
  | { kind: "address" };

/** Finds the CODEOWNERS file of a tree. In: its paths. null when there is none. */
export function codeownersPath(paths: { has(path: string): boolean }): string | null {
  return codeownersPaths.find((path) => paths.has(path)) ?? null;
}

/**
 * Reads CODEOWNERS as GitHub documents it: a pattern and its owners per line; `#` begins a comment at the start of a line or after white
 * space; `\ ` is a space in a pattern; no `!`, no `[ ]`, no sections, no other escape. Never throws: what GitHub would skip is told.
 */
export function parseCodeowners(file: string, text: string): CodeOwners {
  if (Buffer.byteLength(text) > codeownersBytesMax)
    return { file, rules: [], unreadable: [{ line: 1, why: `the file has more than ${codeownersBytesMax} bytes` }] };
  const rules: OwnersRule[] = [];
  const unreadable: { line: number; why: string }[] = [];
  for (const [index, raw] of text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .entries()) {
    const parts = raw.trim().match(/(?:\\.|[^\s\\]|\\$)+/gu) ?? [];
    const [pattern] = parts;
    if (pattern === undefined || pattern.startsWith("#")) continue;
    const line = index + 1;
    const read = readRule(pattern, parts.slice(1));
    if (typeof read === "string") unreadable.push({ line, why: read });
    else rules.push({ line, ...read });
  }
  return { file, rules, unreadable };
}

/** Who owns a path: the last rule that matches. null when none does; an empty list when the rule names nobody. */
export function ownersOf({ rules }: CodeOwners, path: string): readonly Owner[] | null {
  return rules.findLast(({ pattern }) => matches(pattern, path))?.owners ?? null;
}

function readRule(written: string, rest: readonly string[]): Omit<OwnersRule, "line"> | string {
  if (written.startsWith("!")) return "patterns cannot be negated";
  if (/[[\]]/.test(written)) return "there are no sections and no character ranges";
  if (/\\(?! )/.test(written)) return "only a space can be escaped";
  const comment = rest.findIndex((part) => part.startsWith("#"));
  const owners = (comment === -1 ? rest : rest.slice(0, comment)).map(ownerOf);
  const known = owners.filter((owner) => owner !== null);
  if (known.length < owners.length) return "an owner is no @user, @organisation/team or e-mail address";
  return { pattern: written.replaceAll("\\ ", " "), owners: known };
}

function ownerOf(text: string): Owner | null {
  const login = /^@([\w-]{1,60}(?:\[bot\])?)$/.exec(text)?.[1];
  if (login !== undefined) return { kind: "user", login };
  const slug = /^@[\w-]{1,60}\/([\w.-]{1,100})$/.exec(text)?.[1];
  if (slug !== undefined) return { kind: "team", slug };
  return /^[^@\s]+@[^@\s]+$/.test(text) ? { kind: "address" } : null;
}

/** As in .gitignore, but `docs/*` is the files of `docs` alone and not what lies in its folders, and case counts. */
function matches(pattern: string, path: string): boolean {
  const { whole, folder } = matchesWritten(pattern, path);
  if (pattern.endsWith("/")) return folder;
  return whole || (folder && !/(^|\/)\*$/.test(pattern));
}
