import type { AppConnection } from "../github/app.ts";
import type { GitHub } from "../github/github.ts";
import { pullSubject } from "../record/subject.ts";
import { mayAsk } from "../request/authority.ts";
import { dispatchRun } from "./dispatch-run.ts";
import { installedOf, readEvent, ReviewSubmitted } from "./events.ts";
import type { InsistEffects } from "./insist.ts";
import type { StatusBoard } from "./status-board.ts";

export interface ReviewEffects extends InsistEffects {
  app: AppConnection;
  board: StatusBoard;
}

/**
 * Somebody submitted a review. One that requests changes on an open pull request of ours, by a person who may command, starts a run like
 * `/agent fix`; whether the repository wants that is asked in the gate, because the App reads no configuration. Any other review is
 * no request: nothing is shown and nothing is refused. Resolves and rejects like `onComment`.
 */
export async function onReview(payload: unknown, effects: ReviewEffects): Promise<void> {
  const event = readEvent(ReviewSubmitted, payload);
  if (event.review.state !== "changes_requested" || !byPerson(event)) return;
  const { review, repository, pull_request } = event;
  const about = { issue: pull_request.number, review: review.id, requester: review.user.id };
  const github = await effects.app.repository(installedOf(event), {
    issues: "write",
    actions: "write",
    pull_requests: "read",
    metadata: "read",
  });
  const why = await whyNoRequest(event, github);
  if (why !== null) return effects.log.info("review.no_request", { ...about, why });
  const origin = { kind: "review", id: review.id } as const;
  const on = pull_request.number;
  await dispatchRun({ github, repository, verb: "fix", on, origin, requester: review.user }, effects);
}

/** Bots and Apps (ourselves among them) never ask. */
function byPerson({ sender, review }: ReviewSubmitted): boolean {
  return sender.type === "User" && review.user.type === "User" && sender.id === review.user.id;
}

/** Everything is asked now; the role by the login, and believed only for the account that wrote the review. */
async function whyNoRequest(
  { review, pull_request, repository }: ReviewSubmitted,
  github: GitHub,
): Promise<string | null> {
  const pull = await github.pull(pull_request.number);
  if (pull === null) return "not-available";
  const subject = pullSubject(pull, repository.id).kind;
  if (subject !== "own-pull") return "not-available";
  const [{ role, user }, issue] = await Promise.all([
    github.role(review.user.login),
    github.issue(pull_request.number),
  ]);
  const answer = mayAsk({
    verb: "fix",
    role: user !== null && user.id === review.user.id ? role : "none",
    userType: review.user.type,
    appId: null,
    senderIsAuthor: true,
    commentEdited: false,
    subject,
    issueState: pull.state,
    labels: issue?.labels ?? [],
  });
  return answer.kind === "allowed" ? null : answer.code;
}
