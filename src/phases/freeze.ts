import type { GitHub } from "../github/github.ts";
import type { Conversation } from "../handoff/task.ts";
import type { Origin } from "../record/origin.ts";
import { plainText } from "../text/incoming.ts";
import { changedSince, freezeComments, plainTitle, type Reader, textFreezer } from "./frozen-text.ts";
import { stop, type Stopped } from "./stop.ts";

/**
 * An issue or pull request and its conversation as they stood when the command was written, as plain text.
 * In: its number and what asked. Later comments, comments edited later and texts that cannot be read as Markdown are left out and
 * counted; bots are left out; an issue whose own text changed later cannot be rebuilt and stops the road.
 */
export async function freezeConversation(
  number: number,
  origin: Pick<Origin, "kind" | "id" | "createdAt">,
  github: GitHub,
  read: Reader = plainText,
): Promise<{ kind: "conversation"; conversation: Conversation } | Stopped> {
  const issue = await github.issue(number);
  if (issue === null) return stop("issue-closed", "The issue is gone.", "");
  const askedAt = Date.parse(origin.createdAt);
  const changed =
    changedSince("The issue's body", issue.editedAt, askedAt) ??
    changedSince("The issue's title", issue.renamedAt, askedAt);
  if (changed !== null) return changed;
  const freezer = textFreezer(github, askedAt, read);
  const frozen = await freezeComments(number, origin, { github, freezer });
  if (frozen.kind === "stop") return frozen;
  const body = await freezer.opening(issue);
  const title = plainTitle(issue.title);
  const { comments } = frozen;
  return { kind: "conversation", conversation: { number, title, body, comments, left_out: freezer.leftOut } };
}
