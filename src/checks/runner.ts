import { joinedStep, programOf, scriptOf, simpleCommands } from "./simple-command.ts";

/** Test runners whose reports we read. */
export type Runner = "vitest" | "jest" | "node:test" | "mocha" | "ava";

export type RunnerFound =
  /** The check calls this runner itself. `step` is the index of its command. */
  | { kind: "known"; runner: Runner; step: number; withReport: (path: string) => string[] }
  /** One sentence why the names of its tests cannot be had. */
  | { kind: "unknown"; reason: string };

const indirect =
  "no command of the check calls vitest, jest, node --test, mocha or ava in a form that a reporter can be added to";

/**
 * Finds the runner that a check calls, and how it is called so that it also writes its own machine-readable report.
 * In: the check's commands, from the trusted commit. Only what cannot be misread is taken: a list, or a script that is one simple
 * command or several joined by `&&`. A script that calls another script, a pipe, a variable or a subshell is `unknown`.
 */
export function runnerOf(command: readonly (readonly string[])[]): RunnerFound {
  const found = command.flatMap((step, index) => {
    const one = inStep(step);
    return one === null ? [] : [{ kind: "known" as const, step: index, ...one }];
  });
  const [only, ...more] = found;
  if (only === undefined) return { kind: "unknown", reason: indirect };
  if (more.length > 0) return { kind: "unknown", reason: "the check calls more than one test runner" };
  return only;
}

interface Reportable {
  runner: Runner;
  withReport: (path: string) => string[];
}

function inStep(step: readonly string[]): Reportable | null {
  const text = scriptOf(step);
  if (text !== null) return inScript(text);
  const call = callOf(step);
  // Without a shell there is nothing that could send ava's report elsewhere.
  if (call === null || call.runner === "ava") return null;
  return { runner: call.runner, withReport: (path) => reportingWords(call, step, path) };
}

function inScript(text: string): Reportable | null {
  const commands = simpleCommands(text);
  if (commands === null) return null;
  const calls = commands.flatMap((words, index) => {
    const call = callOf(words);
    return call === null ? [] : [{ index, words, call }];
  });
  const [only, ...more] = calls;
  if (only === undefined || more.length > 0) return null;
  const { index, words, call } = only;
  const withReport = (path: string) => joinedStep(commands.with(index, reportingWords(call, words, path)));
  return { runner: call.runner, withReport };
}

interface Call {
  runner: Runner;
  /** Index of the word after which the reporter's options may stand. */
  at: number;
}

/** Words after which a runner does something else than run tests once. */
const otherVerbs = /^(bench|list|init|related|watch|--watch|--watchAll|--ui|reset-cache|debug|--typecheck\.only)$/;

/** Reads the words of one simple command. Out: null unless it starts a known runner to run tests. */
function callOf(words: readonly string[]): Call | null {
  const { at, program } = programOf(words);
  const rest = words.slice(at + 1);
  // Options behind `--` are for somebody else, and a second choice of a reporter or a file is a question of order.
  if (rest.includes("--") || rest.some((word) => otherVerbs.test(word))) return null;
  if (program === "node" || program === "tsx") return nodeCall(words, at);
  if (program === "node:test" || !isRunner(program)) return null;
  if (rest.some((word) => ownReport[program].test(word))) return null;
  return { runner: program, at: program === "vitest" && words[at + 1] === "run" ? at + 1 : at };
}

const takesValue = /^(--import|--require|-r|--loader|--experimental-loader|--conditions|-C)$/;

function nodeCall(words: readonly string[], at: number): Call | null {
  const flag = words.indexOf("--test", at);
  if (flag === -1 || words.some((word) => word.startsWith("--test-reporter"))) return null;
  // Before the flag only options of node: a program there would be what runs, and `--test` its argument.
  const before = words.slice(at + 1, flag);
  if (before.some((word, index) => !word.startsWith("-") && !takesValue.test(before[index - 1] ?? ""))) return null;
  return { runner: "node:test", at: flag };
}

/** Options by which a script already chooses its report. For vitest a further reporter is one more, for the others it is another. */
const ownReport: Record<Exclude<Runner, "node:test">, RegExp> = {
  vitest: /^--(outputFile|output-file)/,
  jest: /^--(json|outputFile|listTests|showConfig|reporters)/,
  mocha: /^(--reporter|-R|--reporter-options?|-O|--dry-run|--list)/,
  ava: /^(--tap|-t$)/,
};

function isRunner(word: string): word is Exclude<Runner, "node:test"> {
  return Object.hasOwn(ownReport, word);
}

/** The same words with the runner's own reporter added. `path` holds no character that a shell reads. */
function reportingWords({ runner, at }: Call, words: readonly string[], path: string): string[] {
  const options = { vitest, jest, "node:test": nodeTest, mocha, ava }[runner](path, words);
  const [inserted, appended] = options;
  return [...words.slice(0, at + 1), ...inserted, ...words.slice(at + 1), ...appended];
}

type Added = [inserted: string[], appended: string[]];

/** A reporter on the command line replaces those of the configuration, so the usual one is named too, unless the script names one. */
function vitest(path: string, words: readonly string[]): Added {
  const named = words.some((word) => word.startsWith("--reporter"));
  return [[], [...(named ? [] : ["--reporter=default"]), "--reporter=json", `--outputFile.json=${path}`]];
}

function jest(path: string): Added {
  return [[], ["--json", `--outputFile=${path}`]];
}

function nodeTest(path: string): Added {
  const shown = ["--test-reporter=spec", "--test-reporter-destination=stdout"];
  return [[...shown, "--test-reporter=junit", `--test-reporter-destination=${path}`], []];
}

function mocha(path: string): Added {
  return [["--reporter=json", `--reporter-option=output=${path}`], []];
}

/** ava writes its report to the standard output and everything else to the error output. */
function ava(path: string): Added {
  return [["--tap"], [">", path]];
}
