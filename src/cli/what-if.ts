import type { Judgement } from "../handoff/verdict.ts";
import { notRunSaw } from "../policy/checks.ts";
import { peopleFor } from "../policy/gate.ts";
import { type Given, missingToMerge } from "../policy/missing.ts";
import { stateItemsMax } from "../record/gate-state.ts";
import { UsageError } from "./verb.ts";

const keys = "approvals=N, security=N, verified=yes|no, owners=yes|no";

/** Reads `approvals=2,security=1,verified=yes,owners=yes`; what is left out is none. @throws UsageError for anything else. */
export function readWhatIf(text: string): { given: Omit<Given, "owners">; owners: boolean } {
  const values = new Map<string, string>();
  for (const part of text.split(",")) {
    const [key = "", value = "", ...more] = part.split("=");
    if (more.length > 0 || values.has(key.trim())) throw wrong(part);
    values.set(key.trim(), value.trim());
  }
  const take = (key: string, form: RegExp, absent: string) => {
    const value = values.get(key) ?? absent;
    values.delete(key);
    if (!form.test(value)) throw wrong(`${key}=${value}`);
    return value;
  };
  const given = {
    approvals: Number(take("approvals", /^\d{1,3}$/, "0")),
    security: Number(take("security", /^\d{1,3}$/, "0")),
    verified: take("verified", /^(yes|no)$/, "no") === "yes",
  };
  const owners = take("owners", /^(yes|no)$/, "no") === "yes";
  const [unknown] = values.keys();
  if (unknown !== undefined) throw wrong(unknown);
  return { given, owners };
}

/** What would still be missing to merge, as lines. In: the judgement, and what people would have given. */
export function whatIfLines(judgement: Judgement, { given, owners }: ReturnType<typeof readWhatIf>): string[] {
  const missing = stillMissing(judgement, { given, owners });
  if (missing.length === 0) return ["With these approvals nothing would be missing, once the checks are green."];
  return ["With these approvals there would still be missing:", ...missing.map((sentence) => `  - ${sentence}`)];
}

/** The same as sentences. Asks for as many people as the gate does, and for what it asks of them beyond reviews. */
export function stillMissing(judgement: Judgement, { given, owners }: ReturnType<typeof readWhatIf>): string[] {
  const { kind, level, requirements, findings } = judgement;
  if (kind === "refuse") return ["Another change: this one is refused, and nothing is pushed."];
  const blocking = findings.filter((finding) => finding.level === "block");
  const draft = isDraft(judgement);
  const asked = peopleFor({ level, draft, approvals: { requirements, blocking } });
  return [
    ...(kind === "hold" ? ["A maintainer who releases this very change: nothing is pushed before."] : []),
    ...missingToMerge(asked, { ...given, owners: asked.owners.map(() => owners) }),
    ...blocking.slice(0, stateItemsMax).map(({ id, rule }) => `A maintainer's \`/agent accept ${id}\` (${rule}).`),
    ...(blocking.length > stateItemsMax
      ? ["A smaller change: there are more blocking findings than can be accepted one by one."]
      : []),
    ...(draft ? ["Somebody who marks it as ready for review: it opens as a draft."] : []),
  ];
}

/** Whether it stays a draft once the checks are green. A judgement without a Report is one for that alone. */
function isDraft({ draft, reasons }: Judgement): boolean {
  return draft && !reasons.some(({ rule, saw }) => rule === "checks" && saw === notRunSaw);
}

function wrong(part: string): UsageError {
  return new UsageError(`--what-if takes ${keys}, not "${part.slice(0, 60)}"`);
}
