/** What a shell would expand, join or send elsewhere. Quotes and globs may stay: the text is passed on as it is. */
const shellWords = /[;&|<>()`$\\\n#]/;
/** Quoted text whose white space would not survive being taken apart and put together. */
const spacedQuote = /["'].*\s\s/;

/** The commands of a script that is one simple command, or several joined by `&&`, each as its words; null for anything else. */
export function simpleCommands(script: string): string[][] | null {
  const commands = script.split("&&").map((one) => one.trim());
  if (commands.some((one) => shellWords.test(one) || spacedQuote.test(one))) return null;
  return commands.map((one) => one.split(/\s+/));
}

/** The text of a step that is a script (`sh -c text`); null for a list that no shell reads. */
export function scriptOf([shell, flag, text, ...rest]: readonly string[]): string | null {
  return shell === "sh" && flag === "-c" && text !== undefined && rest.length === 0 ? text : null;
}

/** The step that runs these simple commands one after the other, each only when the one before ended well. */
export function joinedStep(commands: readonly (readonly string[])[]): string[] {
  return ["sh", "-c", commands.map((words) => words.join(" ")).join(" && ")];
}

const assignment = /^[A-Za-z_][A-Za-z0-9_]*=[^\s"']*$/;
const starters: readonly (readonly string[])[] = [
  ["npx", "--no"],
  ["npx", "--no-install"],
  ["npx"],
  ["pnpm", "exec"],
  ["pnpm"],
  ["yarn", "run"],
  ["yarn"],
  ["c8"],
  ["nyc"],
];

/** Where the program of a simple command stands, behind variables and what starts it, and its bare name. */
export function programOf(words: readonly string[]): { at: number; program: string } {
  let at = 0;
  if (words[at] === "cross-env") at += 1;
  while (assignment.test(words[at] ?? "")) at += 1;
  const starter = starters.find((one) => one.every((word, index) => words[at + index] === word));
  at += starter?.length ?? 0;
  return { at, program: (words[at] ?? "").replace(/^(\.\/)?node_modules\/\.bin\//, "") };
}
