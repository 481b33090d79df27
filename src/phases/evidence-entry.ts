import type { Brief } from "../handoff/task.ts";

/** What the log says of the evidence, without quoting any. */
export function evidenceEntry(brief: Brief): Record<string, string | number | string[]> {
  switch (brief.kind) {
    case "issue":
    case "question":
      return { hidden_characters: brief.body.hidden, texts_left_out: brief.left_out };
    case "review": {
      const texts = brief.items.flatMap((item) => item.texts);
      return {
        hidden_characters: texts.reduce((sum, { hidden }) => sum + hidden, 0),
        texts_left_out: brief.left_out,
      };
    }
    case "ci-failure":
      return {
        signatures: brief.failures.map(({ signature }) => signature),
        failures_left_out: brief.others,
        secrets_blanked: brief.failures.filter(({ hidden }) => hidden).length,
      };
    case "bump":
    case "verify":
    case "rollback":
    case "local":
      return {};
  }
}
