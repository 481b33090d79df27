/** Every way Airlock itself can be surprised. Expected refusals are values with a `kind`, never one of these. */
export const errorCodes = [
  "bad-input",
  "bad-config",
  "bad-paper",
  "paper-too-large",
  "paper-digest-mismatch",
  "paper-wrong-run",
  "audit-broken",
  "sandbox-unavailable",
  "sandbox-failed",
  "git-failed",
  "workspace-unusable",
  "tree-mismatch",
  "install-failed",
  "secret-residue",
  "unsupported-repository",
  "model-failed",
  "model-misconfigured",
  "github-failed",
  "github-forbidden",
  "github-unreadable",
  "app-misconfigured",
  "internal",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export interface ErrorFacts {
  code: ErrorCode;
  /** What happened, in one sentence, with the value that was wrong. */
  message: string;
  /** What the reader changes so that it does not happen again: a command, a setting, a file and line. */
  fix: string;
  cause?: unknown;
}

/** A surprise: a bug or a broken environment. Carries what happened and what to change. */
export class AirlockError extends Error {
  readonly code: ErrorCode;
  readonly fix: string;

  constructor({ code, message, fix, cause }: ErrorFacts) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "AirlockError";
    this.code = code;
    this.fix = fix;
  }
}

/** The facts of any thrown value, so that a shell can print what, why and what to change. Never throws. */
export function explain(thrown: unknown): { code: ErrorCode; message: string; fix: string } {
  if (thrown instanceof AirlockError) return { code: thrown.code, message: thrown.message, fix: thrown.fix };
  if (isSandboxError(thrown)) {
    const code = "kind" in thrown && thrown.kind === "workspace" ? "workspace-unusable" : "sandbox-unavailable";
    return { code, message: thrown.message, fix: thrown.fix };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: "internal", message, fix: "This is a defect of Airlock. Please report it with the run's log." };
}

/** `sandbox/` imports nothing of ours, so its error is recognised by shape. */
function isSandboxError(thrown: unknown): thrown is { message: string; fix: string } {
  return thrown instanceof Error && thrown.name === "SandboxError" && "fix" in thrown && typeof thrown.fix === "string";
}
