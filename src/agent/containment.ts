import { AirlockError } from "../errors.ts";

/** Nothing that was made after a wall fell may be kept. */
export function isContainment(thrown: unknown): boolean {
  return thrown instanceof AirlockError && thrown.code === "sandbox-failed";
}

export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
