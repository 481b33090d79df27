import type { Change, ChangeEntry } from "../change.ts";
import { differences, type Files, filesAfter } from "../change/files.ts";
import type { GitHub } from "../github/github.ts";
import { canonical } from "../handoff/canonical.ts";
import type { ItemEnding, Step } from "../handoff/solution.ts";
import type { Judgement } from "../handoff/verdict.ts";
import type { BodyFacts } from "../record/body.ts";
import type { PlannedCommit, RoundPlan } from "../record/round.ts";
import { holdsSecret } from "./holds-secret.ts";
import { byPath, judgeAgain, type JudgeGround } from "./judge-again.ts";
import { contradiction } from "./still-asked.ts";

/**
 * The commits of a round, and what they answer. Every tree that would be shown is judged like the whole; a step that alone would not be
 * allowed, or that blocks where the whole does not, makes all of them one commit (promise 7).
 * @throws AirlockError `bad-paper` when the steps tell another story than the Task, the whole change or GitHub.
 */
export async function planRound(
  facts: BodyFacts,
  ground: () => Promise<JudgeGround>,
  github: GitHub,
): Promise<RoundPlan> {
  const { task, solution, judgement } = facts;
  const items = itemsOf(facts);
  const steps = stepsOf(facts, items);
  if (steps !== null && steps.length === 0) return { items, commits: [], squashed: null };
  const { base } = await ground();
  const start = byPath(await github.tree(task.start.tree));
  const whole = after(base, solution.change);
  const content = await contentsFor(differences(start, whole), facts, github);
  const trees = steps === null ? [whole] : walked(start, steps);
  expectSame("the last step", listing(differences(base, trees.at(-1) ?? start)), listing(differences(base, whole)));
  const one: PlannedCommit = {
    items: items.filter(({ outcome }) => outcome === "done").map(({ id }) => id),
    subject: null,
    tree: solution.tree,
    change: withContent(differences(start, whole), content),
  };
  if (steps === null) return { items, commits: [one], squashed: null };
  const why = await whySquash({ steps, trees, judgement }, async (files) => {
    const change = withContent(differences(base, files), await contentsFor(differences(base, files), facts, github));
    return (await judgeAgain({ ...facts, solution: { ...solution, change } }, { ground }, github)).judgement;
  });
  if (why !== null) return { items, commits: [one], squashed: why };
  const commits = steps.map(({ subject, ...step }) => ({ ...step, subject: subject.trim() === "" ? null : subject }));
  return { items, commits, squashed: null };
}

/** One ending for each point that was asked for, in the order of the brief. */
function itemsOf({ task: { brief }, solution }: BodyFacts): ItemEnding[] {
  const asked = brief.kind === "review" ? brief.items.map(({ id }) => id) : [];
  const items = solution.items ?? [];
  expectSame("the points", canonical(items.map(({ id }) => id)), canonical(asked));
  return items;
}

/** null: there are none, and one commit holds everything. */
function stepsOf({ task, solution: { steps, tree } }: BodyFacts, items: readonly ItemEnding[]): readonly Step[] | null {
  if (steps === undefined && tree !== task.start.tree) return null;
  const told = steps ?? [];
  expectSame("the last step's tree", told.at(-1)?.tree ?? task.start.tree, tree);
  const answered = told.flatMap((step) => step.items);
  const done = new Set(items.filter(({ outcome }) => outcome === "done").map(({ id }) => id));
  const odd = answered.filter((id, index) => !done.has(id) || answered.indexOf(id) !== index);
  expectSame("the points of the steps", canonical(odd), canonical([]));
  expectSame("empty steps", String(told.filter(({ change }) => change.length === 0).length), "0");
  return told;
}

/** The files after each step. */
function walked(start: Files, steps: readonly Step[]): Files[] {
  const trees: Files[] = [];
  for (const { change } of steps) trees.push(after(trees.at(-1) ?? start, change));
  return trees;
}

function after(files: Files, change: Change): Files {
  const result = filesAfter(files, change);
  if (result.kind === "mismatch")
    throw contradiction(`the base of ${result.path}`, "another file", "the one before it");
  return result.files;
}

async function whySquash(
  { steps, trees, judgement }: { steps: readonly Step[]; trees: readonly Files[]; judgement: Judgement },
  judgeTree: (files: Files) => Promise<Judgement>,
): Promise<string | null> {
  for (const { subject } of steps)
    if (await holdsSecret(subject)) return "the message of a commit would hold what looks like a secret";
  const known = new Set(judgement.findings.filter(({ level }) => level === "block").map(({ id }) => id));
  // The last tree is the whole, which is judged already.
  for (const files of trees.slice(0, -1)) {
    const { kind, findings } = await judgeTree(files);
    if (kind === "hold") return "policy would hold a step of it alone";
    if (kind === "refuse") return "policy would refuse a step of it alone";
    if (findings.some(({ id, level }) => level === "block" && !known.has(id)))
      return "a step of it alone has a finding that blocks, which the whole has not";
  }
  return null;
}

type Bare = ReturnType<typeof differences>;

/** New contents by blob: those of the papers, and GitHub's for what an earlier round or the pull request itself brought. */
async function contentsFor(
  entries: Bare,
  { solution: { change, steps } }: BodyFacts,
  github: GitHub,
): Promise<Map<string, string>> {
  const contents = new Map<string, string>();
  for (const { after: now } of [...change, ...(steps ?? []).flatMap((step) => step.change)])
    if (now !== null) contents.set(now.sha, now.content);
  for (const { after: now } of entries)
    if (now !== null && now.mode !== "160000" && !contents.has(now.sha))
      contents.set(now.sha, (await github.blob(now.sha)).toString("base64"));
  return contents;
}

function withContent(entries: Bare, contents: ReadonlyMap<string, string>): Change {
  return entries.map(({ after: now, ...entry }): ChangeEntry => ({
    ...entry,
    after: now === null ? null : { ...now, content: contents.get(now.sha) ?? "" },
  }));
}

function listing(entries: Bare): string {
  return canonical(entries);
}

function expectSame(what: string, found: string, wanted: string): void {
  if (found !== wanted) throw contradiction(what, found, wanted);
}
