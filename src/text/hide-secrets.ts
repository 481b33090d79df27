import { findSecrets } from "./find-secrets.ts";
import { redact } from "./redact.ts";

/**
 * The output of a program as a model may see it: the provider reads what the model is sent. In: the output, and the values this process
 * holds. Out: the text with a placeholder for each of them and for everything that has the form of a secret, and whether one of them was
 * more than an example of documentation. Pure.
 */
export function hideSecrets(output: string, known: readonly string[]): { text: string; hidden: boolean } {
  const text = redact(output, known);
  const hidden = text !== output && (findSecrets(output).length > 0 || text !== redact(output, []));
  return { text, hidden };
}
