import type { Account, Comment, GitHub } from "../github/github.ts";
import type { Role } from "../handoff/identity.ts";
import type { Conversation, FrozenText } from "../handoff/task.ts";
import { mayWrite } from "../request/authority.ts";
import { plainText } from "../text/incoming.ts";
import { stripInvisible } from "../text/invisible.ts";
import { stop, type Stopped } from "./stop.ts";

/** Text edited less than this long before the command makes us ask again: the requester may not have read it (design §5). */
const freshEditMinutes = 5;

/** Markdown to plain text. */
type Reader = (markdown: string) => { text: string; hidden: number };
/** UTF-16 code units of comments by people who may not write, in all: they must not be able to fill a run with text. */
const othersUnitsMax = 200_000;

/**
 * An issue or pull request and its conversation as they stood when the command was written, as plain text.
 * In: its number and the comment that holds the command. Later comments, comments edited later and texts that cannot be
 * read as Markdown are left out and counted; bots are left out; an issue whose own text changed later cannot be rebuilt and
 * stops the road.
 */
export async function freezeConversation(
  number: number,
  request: Comment,
  github: GitHub,
  read: Reader = plainText,
): Promise<{ kind: "conversation"; conversation: Conversation } | Stopped> {
  const issue = await github.issue(number);
  if (issue === null) return stop("issue-closed", "The issue is gone.", "");
  const askedAt = Date.parse(request.createdAt);
  for (const [what, changedAt] of [
    ["body", issue.editedAt],
    ["title", issue.renamedAt],
  ] as const) {
    const moment = momentOf(changedAt, askedAt);
    if (moment === "later")
      return stop(
        "edited",
        `The issue's ${what} was edited after the command was written.`,
        "Read it again, then write the command once more.",
      );
    if (moment === "fresh")
      return recently(`The issue's ${what} was edited less than ${freshEditMinutes} minutes before the command.`);
  }
  const roles = roleCache(github);
  const comments: FrozenText[] = [];
  let leftOut = 0;
  let othersUnits = 0;
  for (const comment of await github.comments(number)) {
    if (comment.id === request.id || comment.author.type === "Bot") continue;
    const moment = momentOf(comment.updatedAt === comment.createdAt ? null : comment.updatedAt, askedAt);
    // GitHub's times are whole seconds; ids grow, so they tell what came later within one.
    if (moment === "later" || Date.parse(comment.createdAt) > askedAt || comment.id > request.id) {
      leftOut += 1;
      continue;
    }
    if (moment === "fresh")
      return recently(
        `A comment by ${comment.author.login} was edited less than ${freshEditMinutes} minutes before the command.`,
      );
    const role = await roles(comment.author);
    const units = mayWrite(role) ? 0 : comment.body.length;
    const plain = othersUnits + units > othersUnitsMax ? null : tried(read, comment.body);
    if (plain === null) leftOut += 1;
    else {
      othersUnits += units;
      comments.push(await freeze(comment, plain, roles));
    }
  }
  const plain = tried(read, issue.body);
  if (plain === null) leftOut += 1;
  const body = await freeze(issue, plain ?? { text: "", hidden: issue.body.length }, roles);
  // A title is no Markdown: only what nobody can see is taken out of it.
  const title = stripInvisible(issue.title).text.replaceAll(/\s+/g, " ").trim();
  return { kind: "conversation", conversation: { number, title, body, comments, left_out: leftOut } };
}

function recently(message: string): Stopped {
  return stop("recently-edited", message, "Read the text as it stands now, then write the command again.");
}

/** Where an edit lies relative to the command: `before` is harmless, `fresh` may not have been seen, `later` was not. */
function momentOf(editedAt: string | null, askedAt: number): "before" | "fresh" | "later" {
  if (editedAt === null) return "before";
  const edited = Date.parse(editedAt);
  if (!(edited <= askedAt)) return "later";
  return edited > askedAt - freshEditMinutes * 60_000 ? "fresh" : "before";
}

async function freeze(
  { author, createdAt }: { author: Account; createdAt: string },
  plain: ReturnType<Reader>,
  roles: (author: Account) => Promise<Role>,
): Promise<FrozenText> {
  return { author: author.login, role: await roles(author), created_at: new Date(createdAt).toISOString(), ...plain };
}

/** Out: null when the text cannot be read. It was written by anybody, and one such text must not stop a maintainer's request. */
function tried(read: Reader, markdown: string): ReturnType<Reader> | null {
  try {
    return read(markdown);
  } catch {
    return null;
  }
}

/** The role of an account, asked once. A login that belongs to somebody else by now gives none. */
function roleCache(github: GitHub): (author: Account) => Promise<Role> {
  const known = new Map<number, Promise<Role>>();
  return ({ id, login }) => {
    const role =
      known.get(id) ?? github.role(login).then((answer) => (answer.user?.id === id ? answer.role : ("none" as const)));
    known.set(id, role);
    return role;
  };
}
