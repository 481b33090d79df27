import { formsPattern } from "./forms-pattern.ts";
import { redact } from "./redact.ts";

/**
 * As `redact`, for texts that quote what a program asked for: a value that became part of a host name lost its case on the way, and so
 * would each of its forms.
 */
export function redactAnyCase(text: string, known: readonly string[]): string {
  const bytes = Buffer.from(text, "utf8").toString("latin1");
  const hidden = known.reduce(
    (left, value) => left.replace(new RegExp(formsPattern(value), "gi"), "[redacted]"),
    bytes,
  );
  return redact(Buffer.from(hidden, "latin1").toString("utf8"), known);
}
