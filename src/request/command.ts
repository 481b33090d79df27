import { plainText } from "../text/incoming.ts";
import { commandLines, isTooLong } from "./command-lines.ts";

/** Everything `/agent` understands (design §6). `help` is the answer to a missing verb as well. */
const verbs = [
  "fix",
  "plan",
  "approve",
  "deny",
  "ask",
  "bump",
  "ci",
  "verify",
  "rollback",
  "rebase",
  "retry",
  "continue",
  "stop",
  "accept",
  "verified",
  "status",
  "why",
  "help",
] as const;

export type Verb = (typeof verbs)[number];

const verbOf: ReadonlyMap<string, Verb> = new Map(verbs.map((verb) => [verb, verb]));

/** What a comment asks. Only `command` starts anything. */
export type Command =
  | { kind: "command"; verb: Verb; args: string }
  | { kind: "none" }
  /** `too-long`: the comment looks like a command but is longer than one may be. */
  | { kind: "help"; reason?: "too-long" }
  /** `verb` is what was written, in lower case, at most 40 characters. */
  | { kind: "unknown"; verb: string }
  | { kind: "multiple" };

/**
 * Reads a comment's raw Markdown. A command is a line of a top-level paragraph that starts at column 0 with `/agent`, an ASCII
 * space or tab, and a verb; exactly one per comment. Code, quotes, lists, tables, headings and HTML hold no commands.
 * Nothing is folded: a look-alike character or an invisible one is no command. A comment of more than `commandUnitsMax` code units
 * is not read; where it looks like a command, the answer is help. Never throws.
 */
export function parseCommand(body: string): Command {
  if (isTooLong(body)) return { kind: "help", reason: "too-long" };
  const [line, second] = commandLines(body);
  if (line === undefined) return { kind: "none" };
  if (second !== undefined) return { kind: "multiple" };
  return readLine(line.text);
}

/**
 * The maintainer's own words: the command's argument, then everything else the comment says, as plain text.
 * Empty when the comment is not exactly one command. `hidden` counts the characters a reader of the page could not see.
 */
export function commandWords(body: string): { text: string; hidden: number } {
  const lines = commandLines(body);
  const [line] = lines;
  if (line === undefined || lines.length > 1) return { text: "", hidden: 0 };
  const command = readLine(line.text);
  if (command.kind !== "command") return { text: "", hidden: 0 };
  const rest = line.all.filter((_, index) => index !== line.index).join("\n");
  const parts = [plainText(command.args), plainText(rest)];
  const text = parts.map((part) => part.text).filter((part) => part !== "");
  return { text: text.join("\n\n"), hidden: parts.reduce((sum, part) => sum + part.hidden, 0) };
}

/** Whether a command says nothing without further words. */
export function asksWithWords(verb: Verb): boolean {
  return verb === "ask" || verb === "bump";
}

/** The answer to such a command without words: two whole sentences. */
export function wordless(verb: Verb): { message: string; next: string } {
  const what = verb === "bump" ? "the name of a package" : "a question";
  return {
    message: `\`${verb}\` needs ${what}.`,
    next:
      verb === "bump"
        ? "Write for example `/agent bump lodash` or `/agent bump lodash@^4`, in a new comment."
        : `Write it behind \`/agent ${verb}\` or below it, in a new comment.`,
  };
}

/** The verb of exactly this name; null for anything else. */
export function asVerb(text: string): Verb | null {
  return verbOf.get(text) ?? null;
}

function readLine(line: string): Command {
  const after = line.slice("/agent".length).replace(/^[ \t]+/, "");
  const written = /^[^ \t]*/.exec(after)?.[0] ?? "";
  if (written === "") return { kind: "help" };
  // Only printable ASCII can be a mistyped verb; anything else may be there to look like one.
  if (!/^[!-~]+$/.test(written)) return { kind: "none" };
  const name = written.toLowerCase();
  const verb = asVerb(name);
  if (verb === null) return { kind: "unknown", verb: name.slice(0, 40) };
  if (verb === "help") return { kind: "help" };
  return { kind: "command", verb, args: after.slice(written.length).trim() };
}
