import { foldPath } from "../inspect/fold-path.ts";
import type { Facts } from "./facts.ts";
import { opinion, shownPaths, type Opinion } from "./opinion.ts";

/** Paths that the configuration names by pattern. */
export function pathGlobs({ entries, risk }: Facts): Opinion[] {
  const lists = [
    { level: "critical", key: "critical_paths", globs: risk.critical_paths },
    { level: "high", key: "high_paths", globs: risk.high_paths },
    { level: "medium", key: "medium_paths", globs: risk.medium_paths },
  ] as const;
  return lists.flatMap(({ level, key, globs }) =>
    globs.flatMap((glob) => {
      const paths = entries.map(({ path }) => path).filter((path) => matchesGlob(glob, path));
      if (paths.length === 0) return [];
      const message = `The path matches "${glob}" of risk.${key}.`;
      return [
        opinion(
          { rule: "path-pattern", level, saw: shownPaths(paths), message },
          `Leave the paths that match "${glob}" out of the change.`,
        ),
      ];
    }),
  );
}

type Token =
  | { kind: "literal"; text: string }
  | { kind: "one" }
  | { kind: "many" }
  | { kind: "any" }
  | { kind: "folders" };

/**
 * Whether a path, or a folder it lies in, matches a pattern as in CODEOWNERS: `*` is any run without `/`, `**` any run, `?` one
 * character without `/`; everything else stands for itself. A pattern without `/` (except at its end) matches in any folder, any
 * other from the root. Case and look-alike letters do not matter. Takes time in proportion to both lengths multiplied.
 */
export function matchesGlob(glob: string, path: string): boolean {
  const text = Array.from(foldPath(path));
  return reach(tokensOf(glob, foldPath), text).some((here, at) => here && (at === text.length || text[at] === "/"));
}

/**
 * The same without folding, for lists that let something be less and for CODEOWNERS; and `**` reaches over folders only where it stands
 * between slashes or at an end (gitignore(5): other consecutive asterisks are regular ones). `whole`: the pattern matches the whole path, exactly
 * as it is written; `folder`: it matches a folder that the path lies in.
 */
export function matchesWritten(glob: string, path: string): { whole: boolean; folder: boolean } {
  const text = Array.from(path);
  const reached = reach(tokensOf(betweenSlashes(glob), asWritten), text);
  return { whole: reached.at(-1) === true, folder: reached.some((here, at) => here && text[at] === "/") };
}

const asWritten = (text: string) => text;

/** The pattern with a single `*` for every run of them that is not `**` alone between slashes. */
function betweenSlashes(glob: string): string {
  const parts = glob.split("/");
  return parts.map((part) => (part === "**" ? part : part.replaceAll(/\*+/g, "*"))).join("/");
}

/** After which characters of the text the whole pattern can have been matched; nowhere for an empty one. */
function reach(tokens: readonly Token[], text: readonly string[]): boolean[] {
  if (tokens.length === 0) return [];
  return tokens.reduce((from, token) => advance(token, from, text), [true, ...text.map(() => false)]);
}

function tokensOf(glob: string, fold: (text: string) => string): Token[] {
  const bare = fold(glob).replace(/^\/+|\/+$/g, "");
  if (bare === "") return [];
  const floating = !glob.replace(/\/+$/, "").includes("/");
  const parts = (bare.match(/\*\*+\/|\*\*+|\*|\?|[^*?]/gu) ?? []).map((part): Token => {
    if (/^\*\*+\/$/.test(part)) return { kind: "folders" };
    if (/^\*\*+$/.test(part)) return { kind: "any" };
    if (part === "*") return { kind: "many" };
    return part === "?" ? { kind: "one" } : { kind: "literal", text: part };
  });
  return floating ? [{ kind: "folders" }, ...parts] : parts;
}

/** Which positions of the text the pattern can have reached after one more token: a row of a table instead of backtracking. */
function advance(token: Token, from: readonly boolean[], text: readonly string[]): boolean[] {
  switch (token.kind) {
    case "literal":
      return from.map((_, at) => at > 0 && from[at - 1] === true && text[at - 1] === token.text);
    case "one":
      return from.map((_, at) => at > 0 && from[at - 1] === true && text[at - 1] !== "/");
    case "many":
    case "any":
    case "folders":
      return spread(token.kind, from, text);
  }
}

function spread(kind: "many" | "any" | "folders", from: readonly boolean[], text: readonly string[]): boolean[] {
  let open = false;
  return from.map((here, at) => {
    const crossed = at > 0 && text[at - 1] === "/";
    if (kind === "many" && crossed) open = false;
    const through = open && (kind !== "folders" || crossed);
    open ||= here;
    return here || through;
  });
}
