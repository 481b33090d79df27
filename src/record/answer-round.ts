import { explain } from "../errors.ts";
import { outcomeUnknown } from "../github/failure.ts";
import type { GitHub } from "../github/github.ts";
import type { ReviewThread } from "../github/threads.ts";
import type { Round } from "../handoff/verdict.ts";
import { joined, link, ours, type Outgoing, quote, word } from "../text/outgoing.ts";
import type { BodyFacts } from "./body.ts";
import { checksLine } from "./checks-line.ts";
import { isActionsBot } from "./own-pull.ts";
import { commitLink, pointsOf, type RoundPlan } from "./round.ts";

/** Characters of model text in one answer. */
const replyMax = 4_000;

/**
 * Answers each point of a round in its thread, once: an answer of ours is found again by its hidden mark, which counts only in a comment of
 * ours. Points that have no thread are answered where the App shows the round. Out: what became of the points; an answer that GitHub did
 * not take is told there and undoes nothing.
 * @throws what the GitHub port throws when the threads cannot be read.
 */
export async function answerRound(
  github: GitHub,
  facts: BodyFacts,
  { plan, commits, pull }: { plan: RoundPlan; commits: readonly string[]; pull: number },
): Promise<Round> {
  const points = pointsOf(plan, commits);
  const toAnswer = points.filter(({ id, outcome }) => outcome !== "not-reached" && firstComment(id) !== null);
  const threads = toAnswer.length === 0 ? [] : await github.reviewThreads(pull);
  const not_answered: string[] = [];
  for (const point of toAnswer) {
    const reply = plan.items.find(({ id }) => id === point.id)?.reply ?? "";
    const problem = await answerPoint(github, { facts, pull, point, reply, threads });
    if (problem !== null) not_answered.push(problem);
  }
  return { pull_request: pull, points, commits: commits.length, squashed: plan.squashed, not_answered };
}

interface Answering {
  facts: BodyFacts;
  pull: number;
  point: Round["points"][number];
  reply: string;
  threads: readonly ReviewThread[];
}

/** Out: null when the answer stands in the thread, else one sentence. */
async function answerPoint(github: GitHub, answering: Answering): Promise<string | null> {
  const { facts, pull, point, threads } = answering;
  const first = firstComment(point.id) ?? 0;
  const mark = itemMark(point.id, facts.run.id);
  const thread = threads.find(({ comments }) => comments[0]?.id === first);
  if (thread === undefined) return `The thread of ${point.id} is gone.`;
  try {
    if (!isAnswered(thread, mark)) await reply(github, { pull, first, body: answerText(mark, answering) }, mark);
    return await resolved(github, thread, answering);
  } catch (thrown) {
    return `${point.id} was not answered in its thread: ${explain(thrown).message}`;
  }
}

/**
 * When GitHub's answer was lost, the reply is looked for, and written once more where it is not there: a connection that lay idle can end in
 * the moment of the request, and nobody asks a second time for a round that ended well.
 */
async function reply(
  github: GitHub,
  { pull, first, body }: { pull: number; first: number; body: Outgoing },
  mark: Outgoing,
): Promise<void> {
  try {
    await github.replyInThread(pull, first, body);
  } catch (thrown) {
    if (!outcomeUnknown(thrown)) throw thrown;
    const threads = await github.reviewThreads(pull);
    const isThere = threads.some((thread) => thread.comments[0]?.id === first && isAnswered(thread, mark));
    if (!isThere) await github.replyInThread(pull, first, body);
  }
}

async function resolved(
  github: GitHub,
  { id, isResolved }: ReviewThread,
  { facts, point }: Pick<Answering, "facts" | "point">,
): Promise<string | null> {
  if (!facts.task.config.review.resolve_threads || point.outcome !== "done" || isResolved) return null;
  const why = await github.resolveThread(id);
  return why === null ? null : `The thread of ${point.id} was not resolved: ${why}`;
}

function isAnswered({ comments }: ReviewThread, mark: Outgoing): boolean {
  return comments.some(({ author, body }) => isActionsBot(author.id) && body.startsWith(mark));
}

/** Hidden text by which a run's answer to a point is found again. Anybody can write it, only a workflow as its own bot. */
function itemMark(id: string, run: number): Outgoing {
  return ours`<!-- airlock:item:${word(id, [])}:${run} -->`;
}

/** The first comment of the thread that a point is; null for a point without a thread. */
function firstComment(id: string): number | null {
  const [, number] = /^thread-([1-9]\d*)$/.exec(id) ?? [];
  return number === undefined ? null : Number(number);
}

function answerText(mark: Outgoing, { facts, pull, point, reply: said }: Answering): Outgoing {
  const { home, known, report, run } = facts;
  const page = `${home}/pull/${pull}`;
  const runLink = link(ours`run ${run.id}`, run.url, home);
  const quoted = quote(said.slice(0, replyMax), known);
  const text =
    point.outcome === "declined"
      ? [
          ours`↩️ **Declined.** Nothing was changed for this point. The agent's reason:`,
          quoted,
          ours`<sub>${runLink}</sub>`,
        ]
      : [
          ours`✅ **Done**${point.commit === null ? ours`` : ours` in ${commitLink(point.commit, page, { home, known })}`}. The agent says:`,
          quoted,
          ours`<sub>${checksLine(report.checks, known)} They are those of the whole pull request, ${runLink}.</sub>`,
        ];
  return joined([mark, ...text], "\n\n");
}
