/** What bwrap wrote to its `--json-status-fd`. */
export interface Status {
  /** The sandbox's PID 1, as the host numbers it. */
  childPid: number | null;
  /** The command's own exit code; null: it never started, or bwrap did not live to see its end. */
  exitCode: number | null;
}

/** Reads the documents, one per line; the last value counts. A line that is cut off or no JSON says nothing. Pure. */
export function readStatus(text: string): Status {
  const status: Status = { childPid: null, exitCode: null };
  for (const line of text.split("\n")) {
    status.childPid = numberIn(line, "child-pid") ?? status.childPid;
    status.exitCode = numberIn(line, "exit-code") ?? status.exitCode;
  }
  return status;
}

function numberIn(line: string, key: string): number | null {
  try {
    const record: unknown = JSON.parse(line);
    if (typeof record !== "object" || record === null) return null;
    const value: unknown = Object.entries(record).find(([name]) => name === key)?.[1];
    return Number.isSafeInteger(value) ? Number(value) : null;
  } catch {
    return null;
  }
}
