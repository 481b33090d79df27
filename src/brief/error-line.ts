/** UTF-16 code units of the line that names an error. */
const errorUnitsMax = 300;

/** How tools name an error, the surest first. A summary or a time-out of the runner says less than the tool's own line. */
const forms: readonly RegExp[] = [
  // vitest and jest name the test file and the test; TAP and node:test name the test.
  /^\s*FAIL\s+\S/,
  /^\s*not ok \d+ - /,
  /^\s*✖ (?!failing tests|\d+ problem)\S/,
  // tsc, with and without --pretty; eslint's stylish format, and the compact one of many linters.
  /\berror TS\d+:/,
  /^\s+\d+:\d+\s+error\s/,
  /^\S+:\d+:\d+:? error\b/i,
  // Package managers.
  /^npm (?:error|ERR!) code \S/,
  /^\s*(?:ERR_PNPM_\S+|➤ YN\d{4}:.*error)/i,
  // Memory.
  /JavaScript heap out of memory|\bOut of memory\b|\bOOMKilled\b|^(?:.*: line \d+: +\d+ )?Killed\b/,
  // The runner's own words, without the ones that only repeat that something failed.
  /^##\[error\](?!Process completed with exit code|The operation was canceled)/,
  // Anything that looks like an exception.
  /^(?:Uncaught )?(?:[A-Z]\w*)?(?:Error|Exception)(?: \[[A-Z_]+\])?: \S/,
  /^(?:fatal|error)(?:\[\w+\])?: \S/i,
  /^##\[error\]/,
];

/** Whether a line names an error in one of the known forms. */
export function isErrorLine(line: string): boolean {
  return forms.some((form) => form.test(line));
}

/** The line that names the error: the first one of the surest form that occurs, else the last that says anything. Empty for an empty log. Pure. */
export function errorLine(lines: readonly string[]): string {
  for (const form of forms) {
    const found = lines.findIndex((line) => form.test(line));
    if (found === -1) continue;
    return `${fileAbove(lines, found)}${lines[found] ?? ""}`.trim().slice(0, errorUnitsMax).toWellFormed();
  }
  return (lines.findLast((line) => line.trim() !== "") ?? "").trim().slice(0, errorUnitsMax).toWellFormed();
}

/** eslint writes a file's name once, above its errors. */
function fileAbove(lines: readonly string[], at: number): string {
  if (!/^\s+\d+:\d+\s/.test(lines[at] ?? "")) return "";
  const file = lines.slice(0, at).findLast((line) => !/^\s/.test(line) && line !== "");
  return file === undefined || file.startsWith("##[") ? "" : `${file} `;
}
