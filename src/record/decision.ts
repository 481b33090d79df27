import type { CheckClass, Report } from "../handoff/report.ts";
import { type Judgement, partialRule } from "../handoff/verdict.ts";
import { joined, type KnownSecrets, ours, type Outgoing } from "../text/outgoing.ts";
import { isTampering } from "./tampering.ts";
import { levelMark, requirementSentence } from "./requirements.ts";

/**
 * What a reviewer decides by, in the first lines: level and what it asks for; how many checks are what; whether a test proves the change;
 * what must be looked at first. Everything here is counted from data (promise 14).
 */
export function decision(
  report: Report,
  judgement: Judgement & {
    /** Whether the pull request is the draft that the judgement asks for. Absent: it will be. */
    isDraft?: boolean;
  },
  known: KnownSecrets,
): Outgoing {
  const lines = [
    ours`**Risk ${levelMark[judgement.level]}.** ${requirementSentence(judgement.requirements, known)}`,
    ours`**Checks:** ${joined(checkCounts(report), ", ")}. ${proved(report)}`,
    ...lookFirst(judgement),
  ];
  return joined(
    lines.map((line) => ours`- ${line}`),
    "\n",
  );
}

const classes: readonly [CheckClass, Outgoing][] = [
  ["regressed", ours`❌ regressed`],
  ["not run", ours`⚠️ not run`],
  ["flaky", ours`⚠️ flaky`],
  ["pre-existing", ours`⚠️ red before and after`],
  ["fixed", ours`✅ fixed`],
  ["pass", ours`✅ pass`],
  ["not configured", ours`➖ not configured`],
];

/** The worst first. */
function checkCounts({ checks }: Report): Outgoing[] {
  return classes.flatMap(([name, text]) => {
    const count = checks.filter((check) => check.class === name).length;
    return count === 0 ? [] : [ours`${count} ${text}`];
  });
}

function proved({ proof }: Report): Outgoing {
  switch (proof.kind) {
    case "proved":
      return ours`**${proof.tests.length}** ${proof.tests.length === 1 ? ours`test proves` : ours`tests prove`} the change.`;
    case "none":
      return ours`**No regression test proves this change.**`;
    case "unknown":
      return ours`Whether a test proves the change is not known.`;
  }
}

function lookFirst({ findings, draft, reasons, isDraft = true }: Judgement & { isDraft?: boolean }): Outgoing[] {
  const weakened = findings.filter(isTampering);
  const blocking = findings.filter(({ level }) => level === "block").length;
  return [
    ...(weakened.length === 0
      ? []
      : [
          ours`**⚠️ ${weakened.length} ${weakened.length === 1 ? ours`place` : ours`places`} where tests or checks became weaker, below.**`,
        ]),
    ...(blocking === 0
      ? []
      : [
          ours`**${blocking}** ${blocking === 1 ? ours`finding blocks` : ours`findings block`} until a maintainer accepts ${blocking === 1 ? ours`it` : ours`each`}.`,
        ]),
    ...(draft && !reasons.some(({ rule }) => rule === partialRule)
      ? [ours`${isDraft ? ours`A draft` : ours`It should be a draft`}, because a check regressed or did not run.`]
      : []),
  ];
}
