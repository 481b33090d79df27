import type { Account, GitHub, Review } from "../github/github.ts";
import type { ReviewThread } from "../github/threads.ts";
import { type Brief, type FrozenText, itemsMax, type ReviewItem } from "../handoff/task.ts";
import { latestReviews } from "../policy/latest-reviews.ts";
import { answeredItems } from "../record/answered-items.ts";
import type { Origin } from "../record/origin.ts";
import { isActionsBot } from "../record/own-pull.ts";
import type { Subject } from "../record/subject.ts";
import { mayWrite } from "../request/authority.ts";
import { plainText } from "../text/incoming.ts";
import { changedSince, type Freezer, freezeComments, plainTitle, type Reader, textFreezer } from "./frozen-text.ts";
import { stop, type Stopped } from "./stop.ts";

export interface ReviewRequest {
  subject: Subject & { kind: "own-pull" };
  origin: Origin;
  /** The command's own words; empty when there are none. */
  words: string;
  /** Account id of our App's bot. */
  appBotId: number;
}

/**
 * The open feedback on a pull request of ours as it stood when it was asked to be worked on, as plain text: the command's words, what
 * people with write say in reviews that request changes and were not answered, and threads that are not resolved and in which one of
 * them had the last word against us. What others wrote is context. Bots are left out. Nothing to do ends the road.
 */
export async function freezeReview(
  request: ReviewRequest,
  github: GitHub,
  read: Reader = plainText,
): Promise<{ kind: "review"; brief: Brief & { kind: "review" } } | Stopped> {
  const { subject, origin } = request;
  const { issue, pull } = subject;
  const askedAt = Date.parse(origin.createdAt);
  const changed = changedSince("The pull request's title", issue.renamedAt, askedAt);
  if (changed !== null) return changed;
  const freezer = textFreezer(github, askedAt, read);
  const said = await wordsItem(request, freezer);
  const reviewed = await reviewItems(request, { github, freezer });
  if (reviewed.kind === "stop") return reviewed;
  const discussed = await threadItems(await github.reviewThreads(pull.number), request, freezer);
  if (discussed.kind === "stop") return discussed;
  const talk = await freezeComments(pull.number, origin, { github, freezer });
  if (talk.kind === "stop") return talk;
  const items = [...said, ...reviewed.items, ...discussed.items];
  if (items.length === 0) return nothingOpen(freezer.leftOut);
  return {
    kind: "review",
    brief: {
      kind: "review",
      number: pull.number,
      title: plainTitle(issue.title),
      items: items.slice(0, itemsMax),
      context: [...talk.comments.filter(({ role }) => !mayWrite(role)), ...discussed.context],
      waiting: Math.max(0, items.length - itemsMax),
      left_out: freezer.leftOut,
    },
  };
}

function nothingOpen(leftOut: number): Stopped {
  const late = leftOut === 0 ? "" : ` ${leftOut} texts that were written or edited after the request were not read.`;
  return stop(
    "no-change",
    `There is no open feedback on this pull request: no thread waits for an answer, and no review requests changes in words.${late}`,
    "Comment on a line, request changes in a review, or write behind `/agent fix` what should change; then ask again.",
  );
}

/** Words behind a command are a point of their own. */
async function wordsItem({ origin, words }: ReviewRequest, freezer: Freezer): Promise<ReviewItem[]> {
  if (origin.kind !== "comment" || words === "") return [];
  const whole = await freezer.opening(origin);
  const text: FrozenText = { ...whole, text: words };
  return [{ id: `comment-${origin.id}`, path: null, line: null, thread: null, texts: [text] }];
}

/** The latest opinion of each person counts, as on GitHub. A review that a commit names as answered is over, unless it is about that commit. */
async function reviewItems(
  { subject: { pull }, origin }: ReviewRequest,
  { github, freezer }: { github: GitHub; freezer: Freezer },
): Promise<{ kind: "items"; items: ReviewItem[] } | Stopped> {
  const [reviews, commits] = await Promise.all([github.reviews(pull.number), github.pullCommits(pull.number)]);
  const answered = new Set(commits.flatMap(({ message }) => answeredItems(message)));
  const isLate = ({ submittedAt }: Review) => Date.parse(submittedAt) > Date.parse(origin.createdAt);
  for (const review of reviews) if (review.state === "changes_requested" && isLate(review)) freezer.leaveOut();
  const items: ReviewItem[] = [];
  for (const { id, state, person, commit } of latestReviews(reviews.filter((review) => !isLate(review)))) {
    const name = `review-${id}`;
    const isOpen = commit === pull.head.sha || !answered.has(name);
    if (state !== "changes_requested" || person.type !== "User" || !isOpen) continue;
    const review = await github.review(pull.number, id);
    if (review === null || review.body.trim() === "") continue;
    const { body, editedAt, submittedAt } = review;
    const outcome = await freezer.freeze({ author: person, body, editedAt, createdAt: submittedAt }, "A review");
    if (outcome.kind === "stop") return outcome;
    const { text } = outcome;
    if (text !== null && text.text !== "" && mayWrite(text.role))
      items.push({ id: name, path: null, line: null, thread: null, texts: [text] });
  }
  return { kind: "items", items };
}

async function threadItems(
  threads: readonly ReviewThread[],
  { appBotId }: ReviewRequest,
  freezer: Freezer,
): Promise<{ kind: "items"; items: ReviewItem[]; context: FrozenText[] } | Stopped> {
  const isOurs = ({ id }: Account) => id === appBotId || isActionsBot(id);
  const items: ReviewItem[] = [];
  const context: FrozenText[] = [];
  for (const { id: thread, isResolved, path, line, comments } of threads) {
    const [first] = comments;
    if (isResolved || first === undefined) continue;
    const texts: FrozenText[] = [];
    let asks = false;
    for (const comment of comments) {
      if (isOurs(comment.author)) asks = false;
      if (comment.author.type === "Bot") continue;
      const outcome = await freezer.freeze(comment, "A comment of a review");
      if (outcome.kind === "stop") return outcome;
      const { text } = outcome;
      if (text === null) continue;
      if (!mayWrite(text.role)) context.push(text);
      else {
        texts.push(text);
        asks = true;
      }
    }
    if (asks) items.push({ id: `thread-${first.id}`, path, line, thread, texts });
  }
  return { kind: "items", items, context };
}
