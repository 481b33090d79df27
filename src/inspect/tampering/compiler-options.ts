import type { Finding } from "../../handoff/finding.ts";
import type { Sides } from "../sides.ts";
import { configPairs, weakerSettings, type ConfigPair, type SettingRule } from "./config-pairs.ts";
import { withParents } from "./config-parents.ts";
import type { Setting } from "./settings.ts";
import { tampering } from "./source.ts";

const name = /(^|\/)[tj]sconfig[^/]*\.json$/;

/** Options that `strict` switches on (TypeScript documentation, "strict"). */
const strictFamily = [
  "alwaysStrict",
  "strictNullChecks",
  "strictBindCallApply",
  "strictBuiltinIteratorReturn",
  "strictFunctionTypes",
  "strictPropertyInitialization",
  "noImplicitAny",
  "noImplicitThis",
  "useUnknownInCatchVariables",
];

const table: readonly SettingRule[] = [
  {
    key: new RegExp(
      `^compilerOptions\\.(strict|${strictFamily.join("|")}|noUncheckedIndexedAccess|exactOptionalPropertyTypes|noImplicitReturns|noImplicitOverride|noFallthroughCasesInSwitch|noPropertyAccessFromIndexSignature|noUnusedLocals|noUnusedParameters|noUncheckedSideEffectImports|noEmitOnError|checkJs|isolatedDeclarations|erasableSyntaxOnly|forceConsistentCasingInFileNames|verbatimModuleSyntax)$`,
    ),
    weaker: "off",
    says: "made the compiler stricter and no longer does",
  },
  {
    key: /^compilerOptions\.(skipLibCheck|skipDefaultLibCheck|allowJs|noCheck|allowUnreachableCode|allowUnusedLabels|noStrictGenericChecks|suppressImplicitAnyIndexErrors|suppressExcessPropertyErrors|keyofStringsOnly)$/,
    weaker: "on",
    says: "makes the compiler look at less",
  },
  { key: /^(include|files)\.\*$/, weaker: "shrinks", says: "has one entry less, so fewer files are checked" },
  { key: /^exclude\.\*$/, weaker: "grows", says: "has one entry more, so fewer files are checked" },
  { key: /^extends(\.\*)?$/, weaker: "changes", says: "is another base, whose options nobody compared" },
  { key: /^compilerOptions\.plugins\.\*/, weaker: "shrinks", says: "has one plugin less" },
  { key: /^references\.\*\.path$/, weaker: "changes", says: "has one project less" },
];
/** Folders that hold no sources. */
const output = /(^|\/)(dist|build|out|lib|coverage|node_modules|tmp|\.\w+|target|esm|cjs)(\/|$|\*)/;

/** V18: compiler options that check less, by the effective options as far as the file and the changed ones that it extends tell. */
export function weakerCompiler(sides: readonly Sides[]): Finding[] {
  const { pairs, unread } = configPairs(sides, name);
  return [
    ...unread,
    ...pairs
      .map((pair) => withParents(pair, sides, /^compilerOptions\./))
      .flatMap((pair) => [
        ...deleted(pair),
        ...weakerSettings(effective(pair), "v18-compiler-weaker", table).filter(
          ({ after }) =>
            !(
              after?.startsWith("exclude.") === true &&
              output.test(after.slice("exclude.*: ".length).replaceAll('"', ""))
            ),
        ),
      ]),
  ];
}

/** `strict` stands for its whole family, unless an option says otherwise for itself: the family is written out on both sides. */
function effective(pair: ConfigPair): ConfigPair {
  const spelled = (settings: readonly Setting[]) => {
    const strict = settings.find(({ key }) => key === "compilerOptions.strict");
    const missing = strictFamily.filter((option) => !settings.some(({ key }) => key === `compilerOptions.${option}`));
    const rest = settings.filter((one) => one !== strict);
    if (strict?.value !== true) return settings;
    return [...rest, ...missing.map((option) => ({ ...strict, key: `compilerOptions.${option}` }))];
  };
  const isStrict = (settings: readonly Setting[]) =>
    settings.some(({ key, value }) => key === "compilerOptions.strict" && value === true);
  // Where `strict` itself went off, that one line says it all.
  if (isStrict(pair.before) && !isStrict(pair.after)) return pair;
  return { ...pair, before: spelled(pair.before), after: spelled(pair.after) };
}

function deleted({ path, deleted: gone }: ConfigPair): Finding[] {
  if (!gone) return [];
  const message = "The compiler's configuration is deleted: nobody knows what is checked instead.";
  return [
    tampering({ rule: "v18-compiler-weaker", level: "block", path, line: null, message, before: null, after: null }),
  ];
}
