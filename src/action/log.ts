/** Prints one line into the job's log. */
export type Log = (text: string) => void;

/**
 * Makes any text safe for a runner's log: the runner obeys `::command::` at the start of a line and `##[command]` anywhere,
 * on stdout and stderr alike. A carriage return ends a line, as it does for the runner. Other control characters, ANSI included, are dropped; both command forms are broken.
 */
export function inert(text: string): string {
  return text
    .replaceAll(/\u001B\[[0-9;?]*[ -/]*[@-~]/g, "")
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, "")
    .replaceAll("##[", "# #[")
    .replaceAll(/^(\s*)::/gm, "$1: :");
}

/** A log that writes inert lines with `write`. */
export function inertLog(write: (line: string) => void): Log {
  return (text) => {
    for (const line of inert(text).split("\n")) write(line);
  };
}
