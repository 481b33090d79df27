import type { Change } from "../change.ts";
import type { Report } from "../handoff/report.ts";
import type { Ending, Solution, Usage } from "../handoff/solution.ts";
import type { Task } from "../handoff/task.ts";
import type { Judgement, Round } from "../handoff/verdict.ts";
import * as out from "../text/outgoing.ts";
import { cell, code, joined, type KnownSecrets, link, ours, type Outgoing, quote, word } from "../text/outgoing.ts";
import { assemble, type Section } from "./assemble.ts";
import { bumpOf, bumpSection } from "./bump.ts";
import { decision } from "./decision.ts";
import { networkSection } from "./network.ts";
import { packagesSection } from "./packages.ts";
import { proofSection } from "./proof.ts";
import { roundSection } from "./round.ts";
import { issueOf } from "./answered-issue.ts";
import { findingLine, levelMark, requirementPhrases } from "./requirements.ts";
import { isTampering, tamperingSection } from "./tampering.ts";
import { redOutputs, verificationTable } from "./verification-table.ts";

/** Characters of model text in each slot, and rows of each list. The whole body stays below `textUnitsMax`. */
const summaryMax = 4_000;
const notesMax = 8_000;
const reasonMax = 300;
const listMax = 30;
const filesMax = 50;
/** Code units, escaping included, of a list that must be read; the rest of it is counted. Three of them and the table fit one body. */
const listUnitsMax = 9_000;
const nameMax = 100;
/** Hexadecimal digits of a plan's hash. */
const planUnits = 16;

export interface BodyFacts {
  task: Task;
  solution: Solution;
  report: Report;
  judgement: Judgement;
  /** The run's page; the repository's page, under which alone links may point. */
  run: { id: number; url: string };
  home: string;
  /** Head of the audit log when the body is written. */
  auditHead: string;
  known: KnownSecrets;
  /** The round of review after which a pull request that is there is shown anew. Absent: it is opened now. */
  round?: Pick<Round, "points" | "commits" | "squashed"> & { isDraft: boolean };
}

/**
 * The pull request's body. Tables, level and checklist are made from the papers' data; the model's words stand only in block
 * quotes and in the reason cells, neutralised (promises 11 and 14). At most `textUnitsMax` code units; what must be read
 * (table, risk, checklist, provenance) is never cut for what the model wrote.
 */
export function pullBody(facts: BodyFacts): Outgoing {
  const { report, known } = facts;
  const sections: Section[] = [
    { must: true, text: opening(facts) },
    { must: true, text: bumpSection(bumpOf(facts), facts.task.created_at, known) },
    { must: true, text: decision(report, { ...facts.judgement, isDraft: facts.round?.isDraft ?? true }, known) },
    {
      must: true,
      text:
        facts.round === undefined || facts.round.points.length === 0
          ? ours``
          : roundSection(facts.round, facts.task, facts),
    },
    { must: true, text: tamperingSection(facts.judgement, known) },
    { must: true, text: ours`### Verification\n\n${verificationTable(report, known)}` },
    ...redOutputs(report, known).map((text) => ({ must: false, whole: true, text })),
    { must: true, text: proofSection(report, known) },
    { must: true, text: risk(facts) },
    { must: true, text: packagesSection(report, known) },
    { must: true, text: networkSection(facts) },
    { must: false, text: changes(facts) },
    { must: false, text: whereToLook(facts) },
    { must: false, text: notes(facts) },
    { must: true, text: checklist(facts) },
    { must: true, text: provenance(facts) },
  ];
  return assemble(sections, out.textUnitsMax);
}

/** Whether the agent was stopped before it said that the change is done. Such a change closes nothing and opens as a draft. */
export function isPartial({ ending }: Pick<Solution, "ending">): boolean {
  return ending.kind !== "finished";
}

function opening({ task, solution, known }: BodyFacts): Outgoing {
  const { brief, requester, config, plan } = task;
  const asked =
    plan === undefined
      ? ours`${whatIsAsked(brief)}asked by ${word(requester.login, known)}`
      : ours`by the plan ${code(plan.hash.slice(0, planUnits), known)} that ${word(plan.asked_by.login, known)} asked for and ${word(requester.login, known)} approved`;
  const isRevert = brief.kind === "rollback" && task.pull === null;
  if (isRevert) return ours`Takes back #${brief.number}, which answered #${brief.issue}; ${asked}.`;
  const closes = config.pull_request.closes_issue && !isPartial(solution);
  const issue = issueOf(task);
  const forWhat =
    issue === null
      ? ours`A task ${asked}.`
      : closes
        ? ours`Fixes #${issue}, ${asked}.`
        : ours`For #${issue}, ${asked}.`;
  return isPartial(solution) ? ours`${forWhat}\n\n${partialNote(solution.ending, known)}` : forWhat;
}

function whatIsAsked({ kind }: Task["brief"]): Outgoing {
  if (kind === "review") return ours`this round of review `;
  return kind === "rollback" ? ours`this rollback ` : ours``;
}

function partialNote(ending: Ending, known: KnownSecrets): Outgoing {
  const why =
    ending.kind === "limit"
      ? ours`it reached the limit ${code(ending.limit.slice(0, nameMax), known)}`
      : ours`its work ended as ${code(ending.kind, known)}`;
  return ours`⚠️ **Partial work.** The agent did not finish: ${why}. What is here was checked as it stands; something may be missing.`;
}

const unseen = ours`Policy lets GitHub merge this very commit without a person once the rules of the branch hold. Where they do not require the check \`airlock\`, nobody asks GitHub for it, because a further push would be merged as well.`;

function risk({ judgement, known }: BodyFacts): Outgoing {
  const reasons = judgement.reasons.map(
    ({ level, message, saw }) =>
      ours`- **${word(level, known)}**: ${cell(message.slice(0, reasonMax), known)}${saw === "" ? ours`` : ours` (${code(saw.slice(0, reasonMax), known)})`}`,
  );
  const others = judgement.findings.filter((finding) => !isTampering(finding));
  const findings = others.map((finding) => ours`- ${findingLine(finding, known)}`);
  const lower = judgement.lower.map((sentence) => ours`- ${cell(sentence.slice(0, reasonMax), known)}`);
  return joined(
    [
      ours`### Risk: ${levelMark[judgement.level]}`,
      ...(judgement.auto_merge.kind === "allowed" ? [unseen] : []),
      some(reasons),
      ...(findings.length === 0 ? [] : [ours`**Findings**\n\n${some(findings)}`]),
      ...(lower.length === 0 ? [] : [ours`**What would lower the level**\n\n${some(lower)}`]),
    ],
    "\n\n",
  );
}

function changes({ task, solution, round, known }: BodyFacts): Outgoing {
  // Nobody gave reasons for what a package manager wrote.
  const isMade = task.brief.kind === "bump";
  const said = quote(solution.summary.slice(0, summaryMax), known);
  const reasonOf = new Map(solution.reasons.map(({ path, reason }) => [path, reason]));
  const unexplained = round === undefined ? ours`no reason given` : ours`no reason given in this round`;
  const rows = solution.change.slice(0, filesMax).map((entry) => {
    const reason = reasonOf.get(entry.path);
    const said = reason === undefined ? unexplained : cell(reason.slice(0, reasonMax), known);
    return ours`| ${code(entry.path, known)} | ${kindOf(entry)} |${isMade ? ours`` : ours` ${said} |`}`;
  });
  const more = solution.change.length - rows.length;
  return joined(
    [
      ours`### Changes\n`,
      ...(solution.summary.trim() === "" ? [] : [said, ours``]),
      ...(isMade
        ? [ours`| File | |\n| :-- | :-- |`]
        : [ours`| File | | Reason (the agent's words) |\n| :-- | :-- | :-- |`]),
      ...rows,
      ...(more > 0 ? [ours`| and ${more} more | |${isMade ? ours`` : ours` |`}`] : []),
    ],
    "\n",
  );
}

function kindOf({ before, after }: Change[number]): Outgoing {
  if (before === null) return ours`added`;
  return after === null ? ours`deleted` : ours`modified`;
}

function whereToLook({ solution: { look_at }, known }: BodyFacts): Outgoing {
  if (look_at.length === 0) return ours``;
  const lines = look_at.slice(0, listMax).map((place) => `- ${place.slice(0, reasonMax).replaceAll("\n", " ")}`);
  return ours`### Where to look\n\nThe agent suggests:\n\n${quote(lines.join("\n"), known)}`;
}

function checklist({ task, solution, judgement, known }: BodyFacts): Outgoing {
  const issue = issueOf(task);
  const items = [
    ...(issue === null ? [] : [ours`The change does what #${issue} asks, and nothing else`]),
    ours`The repository's own workflows were allowed to run after reading the change, and are green`,
    ...(isPartial(solution) ? [ours`What the agent left undone is known, and done or not needed`] : []),
    ...(judgement.draft ? [ours`Every check above that regressed or did not run is explained`] : []),
    ...requirementPhrases(judgement.requirements, known).map((phrase) => ours`There is ${phrase}`),
  ];
  return ours`### Before merging\n\n${joined(
    items.map((item) => ours`- [ ] ${item}`),
    "\n",
  )}`;
}

function notes({ solution, known }: BodyFacts): Outgoing {
  if (solution.notes.trim() === "") return ours``;
  return ours`### Notes of the agent\n\n${quote(solution.notes.slice(0, notesMax), known)}`;
}

function provenance({ task, solution, report, run, home, auditHead, known }: BodyFacts): Outgoing {
  const runLink = link(ours`run ${run.id}`, run.url, home);
  const stopped = solution.violations.length;
  return joined(
    [
      ours`### Provenance\n`,
      ours`| What | Value |`,
      ours`| :-- | :-- |`,
      ours`| Run | ${runLink}, attempt ${task.run.attempt} |`,
      ours`| Base | ${code(report.base.commit, known)} |`,
      ours`| Verified tree | ${code(report.head_tree, known)} |`,
      ours`| Model | ${code(solution.model.slice(0, nameMax), known)}, ${code(task.sandbox_mode, known)}, approvals ${code(task.approval_policy, known)} |`,
      ours`| Cost | ${costOf(solution.usage)} |`,
      ...(stopped === 0
        ? []
        : [
            ours`| Stopped or hidden | ${stopped} ${stopped === 1 ? ours`thing` : ours`things`}, named in the run's papers |`,
          ]),
      ours`| Audit head | ${code(auditHead, known)} |`,
    ],
    "\n",
  );
}

/** Tokens and dollars; an unknown price is said, never shown as zero. */
export function costOf({ turns, input_tokens, output_tokens, cost_usd }: Usage): Outgoing {
  const spent = `${turns} turns, ${input_tokens + output_tokens} tokens`;
  const price = cost_usd === null ? "price unknown" : `${cost_usd.toFixed(2)} USD`;
  return cell(`${spent}, ${price}`, []);
}

/** List items as long as they fit; how many are left out is said. */
function some(items: readonly Outgoing[]): Outgoing {
  let room = listUnitsMax;
  const shown = items.slice(0, listMax).filter((item) => {
    room -= item.length + 1;
    return room >= 0;
  });
  const more = items.length - shown.length;
  return joined([...shown, ...(more > 0 ? [ours`- and ${more} more, in the run's papers`] : [])], "\n");
}
