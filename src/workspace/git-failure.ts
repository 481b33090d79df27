import { AirlockError } from "../errors.ts";

/** Directories searched for git. Fixed, so that neither a repository nor the caller's environment chooses the program. */
export const searchPath = ["/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin", "C:\\Program Files\\Git\\cmd"];

/**
 * Why a git call failed, and what mends that cause. Pure. In: its words and whether we ended it; how the process ended (an
 * exit code, a signal, or the error that kept it from starting); what it wrote to stderr.
 */
export function gitFailure(
  { argv, stopped }: { argv: readonly string[]; stopped: "time" | "output" | null },
  status: number | NodeJS.Signals | Error,
  stderr: string,
): AirlockError {
  const failed = (how: string, fix: string) =>
    new AirlockError({
      code: "git-failed",
      message: `git ${argv[0] ?? ""} ${how}`,
      fix,
      ...(status instanceof Error ? { cause: status } : {}),
    });
  if (status instanceof Error)
    return failed(
      `could not be started: ${status.message}`,
      `Install git 2.39 or later in one of ${searchPath.join(", ")}, and make the working directory reachable for the sandbox user.`,
    );
  if (stopped === "time")
    return failed(
      "did not end within the time it had",
      "There were too many or too large files for this machine's disk. Ask for something smaller, or raise `limits.wall_clock_s` in .github/airlock.toml.",
    );
  if (stopped === "output")
    return failed(
      "answered more than Airlock reads",
      "Take generated or vendored trees out of the repository; nothing of this size can be worked on.",
    );
  if (typeof status === "string")
    return failed(
      `was ended by ${status} from outside`,
      "The machine may have run out of memory: its kernel log (`dmesg`) says so. Use one with more, then start again.",
    );
  const how = `ended with ${status}${stderr === "" ? "" : `: ${stderr}`}`;
  return /No space left on device|Disk quota exceeded/.test(stderr)
    ? failed(how, "Free space on the disk that holds the working directory, then start again.")
    : failed(how, "Run the same git command on the repository; `git fsck` names broken or missing objects.");
}
