import path from "node:path";
import { parseAst } from "rolldown/parseAst";

/** What one file takes from elsewhere, and the things in it that only some files may have. */
interface Facts {
  imports: { specifier: string; form: "import" | "dynamic" | "re-export" }[];
  marks: Set<"process.env" | "computed import" | "require">;
}

const pureRest = ["config", "change", "text", "handoff", "request", "brief", "inspect", "policy"] as const;
const belowPhases = [
  ...pureRest,
  "sandbox",
  "audit",
  "github",
  "model",
  "workspace",
  "environment",
  "tools",
  "agent",
  "checks",
  "record",
] as const;

/** The import table of the design: what each folder may import besides itself and `errors`. `sandbox` not even that. */
export const mayImport: Record<string, readonly string[]> = {
  sandbox: [],
  errors: [],
  config: [],
  change: [],
  text: [],
  handoff: ["change", "config"],
  request: ["config", "handoff", "text"],
  brief: ["config", "handoff", "text"],
  inspect: ["config", "change", "text", "handoff"],
  policy: ["config", "change", "handoff", "inspect"],
  audit: ["handoff", "text"],
  github: ["audit", "handoff", "change", "text"],
  model: ["audit", "handoff"],
  workspace: ["change"],
  environment: ["config", "workspace", "sandbox", "text"],
  tools: ["config", "workspace", "sandbox", "text"],
  agent: ["config", "handoff", "audit", "model", "tools", "workspace", "text"],
  checks: ["config", "handoff", "change", "inspect", "workspace", "sandbox", "environment"],
  record: ["config", "change", "handoff", "policy", "github", "text"],
  phases: belowPhases,
  app: ["config", "change", "handoff", "text", "request", "inspect", "policy", "record", "github", "audit"],
  action: ["config", "handoff", "text", "github", "audit", "phases"],
  cli: [...belowPhases, "phases"],
};

/** What a phase must not reach by any chain of imports, from its file in `phases/` and its file in `action/`. */
export const absences: Record<string, readonly string[]> = {
  publish: ["agent", "tools", "model", "workspace", "environment", "checks", "sandbox"],
  solve: ["github", "record", "policy"],
  baseline: ["model", "agent", "github", "record", "policy"],
  verify: ["model", "agent", "github", "record"],
  gate: ["workspace", "environment", "sandbox", "model", "agent", "tools"],
};

/** Packages and modules that only the named places may import: a folder ends in a slash, a file does not. */
const onlyIn: [RegExp, readonly string[]][] = [
  // The command line asks npm for its registry when it starts; the action does that with @actions/exec. When the action starts, it may
  // start itself again behind sudo: its environment goes through a stdin that stays open, which @actions/exec has not; nor has it the uid
  // with which root lets the account write its own files.
  [
    /^(node:)?child_process$/,
    ["src/workspace/", "sandbox/", "src/cli/ground.ts", "src/action/cross.ts", "src/action/give-back.ts"],
  ],
  [/^@actions\//, ["src/action/"]],
  [/^(octokit|@octokit\/(?!webhooks).*)$/, ["src/github/", "src/app/server.ts"]],
  [/^(probot|@octokit\/webhooks.*)$/, ["src/github/", "src/app/"]],
  [/^smee-client$/, ["src/app/"]],
  [/^openai(\/.*)?$/, ["src/model/"]],
];

/** The three shells' entry files, and the programs that run inside the sandbox, where the environment is ours. */
const environmentReaders = [
  "src/app/server.ts",
  "src/action/main.ts",
  "src/cli/main.ts",
  "sandbox/forward.mjs",
  "src/checks/ask-registry.mjs",
];
const rootFiles = ["src/errors.ts", "src/config.ts", "src/change.ts"];
/** The one folder inside a folder: a family of some twenty rules that share their way of reading code. */
const deepFolders = ["src/inspect/tampering/"];
const emptyNames = ["utils", "util", "helpers", "helper", "common", "core", "manager", "service", "misc", "index"];
/** Folders that hold rules over data: of Node they may use only what has no effect. */
const pureModules = ["node:path", "node:path/posix", "node:crypto", "node:buffer", "node:util"];

/**
 * Every way in which these files break the design's import rules, one sentence each; empty when they hold.
 * In: path from the root of the repository → source text, for all program files of `src/` and `sandbox/`.
 */
export function architectureViolations(files: ReadonlyMap<string, string>): string[] {
  const facts = new Map([...files].map(([file, source]) => [file, readFacts(file, source)]));
  return [
    ...[...facts].flatMap(([file, one]) => [
      ...placeProblems(file),
      ...ownProblems(file, one),
      ...tableProblems(file, one, files),
    ]),
    ...absenceProblems(facts),
  ];
}

/** `config.ts` and `config/` are one concept, as are `change.ts` and `change/`. */
function conceptOf(file: string): string {
  if (file.startsWith("sandbox/")) return "sandbox";
  return (file.split("/")[1] ?? "").replace(/\.ts$/, "");
}

function placeProblems(file: string): string[] {
  const problems: string[] = [];
  const parts = file.split("/");
  const name = path.basename(file).replace(/\.\w+$/, "");
  if (emptyNames.includes(name)) problems.push(`${file}: the name ${name} says nothing, or is a barrel's`);
  const isFlat =
    parts.length === 3 ||
    rootFiles.includes(file) ||
    (parts.length === 4 && deepFolders.some((folder) => file.startsWith(folder)));
  if (parts[0] === "sandbox" ? parts.length !== 2 : !isFlat)
    problems.push(`${file}: stands outside the one level of concept folders`);
  if (!(conceptOf(file) in mayImport))
    problems.push(`${file}: the folder ${conceptOf(file)} is not in the import table`);
  return problems;
}

function ownProblems(file: string, { imports, marks }: Facts): string[] {
  const problems: string[] = [];
  if (marks.has("process.env") && !environmentReaders.includes(file)) problems.push(`${file}: reads process.env`);
  if (marks.has("computed import")) problems.push(`${file}: imports something that is not written as a literal`);
  if (marks.has("require")) problems.push(`${file}: loads a module past the import statement`);
  for (const { specifier, form } of imports) {
    if (form === "re-export") problems.push(`${file}: re-exports ${specifier}; import the file that defines the thing`);
    for (const [pattern, places] of onlyIn)
      if (
        pattern.test(specifier) &&
        !places.some((place) => (place.endsWith("/") ? file.startsWith(place) : file === place))
      )
        problems.push(`${file}: imports ${specifier}, which only ${places.join(" and ")} may`);
    const isPure = (pureRest as readonly string[]).includes(conceptOf(file));
    if (isPure && specifier.startsWith("node:") && !pureModules.includes(specifier))
      problems.push(`${file}: rules are pure, and ${specifier} has effects`);
  }
  return problems;
}

function tableProblems(file: string, { imports }: Facts, files: ReadonlyMap<string, string>): string[] {
  const from = conceptOf(file);
  return imports.flatMap(({ specifier }) => {
    if (!specifier.startsWith("."))
      return specifier.startsWith("/") || specifier.startsWith("#") ? [`${file}: imports ${specifier}`] : [];
    const target = resolve(file, specifier);
    if (!files.has(target)) return [`${file}: imports ${specifier}, which is no program file of src/ or sandbox/`];
    const to = conceptOf(target);
    const isFree = to === from || (to === "errors" && from !== "sandbox");
    return isFree || (mayImport[from] ?? []).includes(to)
      ? []
      : [`${file}: ${from} may not import ${to} (${specifier})`];
  });
}

function absenceProblems(facts: ReadonlyMap<string, Facts>): string[] {
  return Object.entries(absences).flatMap(([phase, forbidden]) =>
    [`src/phases/${phase}.ts`, `src/action/${phase}.ts`].flatMap((start) =>
      [...chainsFrom(start, facts)]
        .filter(([file]) => forbidden.includes(conceptOf(file)))
        .map(([, chain]) => `${phase} reaches ${conceptOf(chain.at(-1) ?? "")}: ${chain.join(" → ")}`),
    ),
  );
}

/** Every file that a file reaches, with the shortest chain to it. */
function chainsFrom(start: string, facts: ReadonlyMap<string, Facts>): Map<string, string[]> {
  const chains = new Map(facts.has(start) ? [[start, [start]]] : []);
  for (const [file, chain] of chains) {
    for (const { specifier } of facts.get(file)?.imports ?? []) {
      const target = specifier.startsWith(".") ? resolve(file, specifier) : "";
      if (facts.has(target) && !chains.has(target)) chains.set(target, [...chain, target]);
    }
  }
  return chains;
}

const resolve = (file: string, specifier: string) => path.posix.join(path.posix.dirname(file), specifier);

/** Reads a file's imports of every form (types too: a type drawn from a folder is knowledge of it) and its marks. */
function readFacts(file: string, source: string): Facts {
  const facts: Facts = { imports: [], marks: new Set() };
  visit(parseAst(source, { lang: file.endsWith(".ts") ? "ts" : "js" }, file), (node) => {
    const literal = textOf(node["source"]);
    switch (node["type"]) {
      case "ImportDeclaration":
      case "TSImportType":
        facts.imports.push({ specifier: literal ?? "", form: "import" });
        if (/^(node:)?process$/.test(literal ?? "")) facts.marks.add("process.env");
        if (/^(node:)?module$/.test(literal ?? "")) facts.marks.add("require");
        break;
      case "ExportAllDeclaration":
      case "ExportNamedDeclaration":
        if (literal !== null) facts.imports.push({ specifier: literal, form: "re-export" });
        break;
      case "ImportExpression":
        if (literal === null) facts.marks.add("computed import");
        else facts.imports.push({ specifier: literal, form: "dynamic" });
        break;
      case "Identifier":
        if (node["name"] === "require" || node["name"] === "getBuiltinModule") facts.marks.add("require");
        break;
      case "MemberExpression":
        if (
          isNamed(node["object"], "process") &&
          (isNamed(node["property"], "env") || textOf(node["property"]) === "env")
        )
          facts.marks.add("process.env");
        break;
      case "VariableDeclarator":
        if (isNamed(node["init"], "process") && takesEnvironment(node["id"])) facts.marks.add("process.env");
        break;
    }
  });
  return facts;
}

/** `const { env } = process`, `const { ...all } = process` and `const other = process` hide what is read. */
function takesEnvironment(pattern: unknown): boolean {
  if (!isNode(pattern) || !Array.isArray(pattern["properties"])) return true;
  return pattern["properties"].some(
    (one: unknown) =>
      !isNode(one) || one["type"] !== "Property" || isNamed(one["key"], "env") || textOf(one["key"]) === "env",
  );
}

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null;
const textOf = (value: unknown) => (isNode(value) && typeof value["value"] === "string" ? value["value"] : null);
/** An identifier, or `globalThis.<name>`. */
function isNamed(value: unknown, name: string): boolean {
  if (!isNode(value)) return false;
  return value["name"] === name || (value["type"] === "MemberExpression" && isNamed(value["property"], name));
}

function visit(value: unknown, tell: (node: Node) => void): void {
  if (!isNode(value)) return;
  if (typeof value["type"] === "string") tell(value);
  for (const child of Object.values(value)) visit(child, tell);
}
