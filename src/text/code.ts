/** A code span that shows exactly this line. Line breaks become spaces; an empty line gives an empty text. */
export function codeSpan(line: string): string {
  const text = line.replaceAll(/\s+/g, " ");
  if (text.trim() === "") return "";
  const ticks = "`".repeat(longestRun(text) + 1);
  const pad = /^[` ]|[` ]$/.test(text) ? " " : "";
  return `${ticks}${pad}${text}${pad}${ticks}`;
}

/** A fenced block that shows exactly these lines. `language` is given by us, never by the text. */
export function codeBlock(text: string, language: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text.replace(/\n+$/, "")}\n${fence}`;
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);
}
