import type { Account, GitHub } from "../github/github.ts";
import type { Role } from "../handoff/identity.ts";
import type { FrozenText } from "../handoff/task.ts";
import type { Origin } from "../record/origin.ts";
import { mayWrite } from "../request/authority.ts";
import { stripInvisible } from "../text/invisible.ts";
import { stop, type Stopped } from "./stop.ts";

/** Text edited less than this long before the request makes us ask again: the requester may not have read it (design §5). */
const freshEditMinutes = 5;
/** UTF-16 code units of texts by people who may not write, in all: they must not be able to fill a run with text. */
const othersUnitsMax = 200_000;

/** Markdown to plain text. */
export type Reader = (markdown: string) => { text: string; hidden: number };

/** What somebody wrote. */
export interface Said {
  author: Account;
  body: string;
  createdAt: string;
  /** null if it never was. */
  editedAt: string | null;
}

/** Texts as they stood when something was asked, under one rule for all of a run. */
export interface Freezer {
  /** null: it is left out and counted. In: what the text is, as the subject of a sentence. */
  freeze(said: Said, what: string): Promise<{ kind: "text"; text: FrozenText | null } | Stopped>;
  /** The same for the text that the request stands below, whose time of change was looked at before. An unreadable one is empty. */
  opening(said: Omit<Said, "editedAt">): Promise<FrozenText>;
  /** Counts a text that is left out for another reason. */
  leaveOut(): void;
  readonly leftOut: number;
}

/**
 * Later texts, texts edited later, texts that cannot be read as Markdown and those that are too many are left out; one edited shortly
 * before ends the road. Roles are asked now, each once. In: the moment of asking, in milliseconds.
 */
export function textFreezer(github: GitHub, askedAt: number, read: Reader): Freezer {
  const roles = roleCache(github);
  let leftOut = 0;
  let othersUnits = 0;
  const frozen = async (said: Omit<Said, "editedAt">, plain: ReturnType<Reader>): Promise<FrozenText> => {
    const { author, createdAt } = said;
    return { author: author.login, role: await roles(author), created_at: new Date(createdAt).toISOString(), ...plain };
  };
  return {
    async freeze(said, what) {
      const moment = momentOf(said.editedAt, askedAt);
      if (moment === "fresh")
        return recently(`${what} by ${said.author.login} was edited less than ${freshEditMinutes} minutes before`);
      const isLate = moment === "later" || Date.parse(said.createdAt) > askedAt;
      const units = isLate || mayWrite(await roles(said.author)) ? 0 : said.body.length;
      const plain = isLate || othersUnits + units > othersUnitsMax ? null : tried(read, said.body);
      if (plain === null) leftOut += 1;
      else othersUnits += units;
      return { kind: "text", text: plain === null ? null : await frozen(said, plain) };
    },
    async opening(said) {
      const plain = tried(read, said.body);
      if (plain === null) leftOut += 1;
      return await frozen(said, plain ?? { text: "", hidden: said.body.length });
    },
    leaveOut: () => void (leftOut += 1),
    get leftOut() {
      return leftOut;
    },
  };
}

/** Why a text that everything stands below, which cannot be left out, ends the road; null when it does not. */
export function changedSince(what: string, editedAt: string | null, askedAt: number): Stopped | null {
  switch (momentOf(editedAt, askedAt)) {
    case "before":
      return null;
    case "fresh":
      return recently(`${what} was edited less than ${freshEditMinutes} minutes before`);
    case "later": {
      const again = "Read it again, then write the command once more.";
      return stop("edited", `${what} was edited after the command was written.`, again);
    }
  }
}

/** The conversation without bots and without the request itself. */
export async function freezeComments(
  number: number,
  origin: Pick<Origin, "kind" | "id">,
  { github, freezer }: { github: GitHub; freezer: Freezer },
): Promise<{ kind: "comments"; comments: FrozenText[] } | Stopped> {
  const comments: FrozenText[] = [];
  for (const comment of await github.comments(number)) {
    const { id, author, updatedAt, createdAt } = comment;
    if (author.type === "Bot" || (origin.kind === "comment" && id === origin.id)) continue;
    // GitHub's times are whole seconds; ids grow, so they tell what came later within one.
    if (origin.kind === "comment" && id > origin.id) {
      freezer.leaveOut();
      continue;
    }
    const editedAt = updatedAt === createdAt ? null : updatedAt;
    const outcome = await freezer.freeze({ ...comment, editedAt }, "A comment");
    if (outcome.kind === "stop") return outcome;
    if (outcome.text !== null) comments.push(outcome.text);
  }
  return { kind: "comments", comments };
}

/** A title is no Markdown: only what nobody can see is taken out of it. */
export function plainTitle(title: string): string {
  return stripInvisible(title).text.replaceAll(/\s+/g, " ").trim();
}

function recently(what: string): Stopped {
  const again = "Read the text as it stands now, then write the command again.";
  return stop("recently-edited", `${what} the command.`, again);
}

/** Where an edit lies relative to the command: `before` is harmless, `fresh` may not have been seen, `later` was not. */
function momentOf(editedAt: string | null, askedAt: number): "before" | "fresh" | "later" {
  if (editedAt === null) return "before";
  const edited = Date.parse(editedAt);
  if (!(edited <= askedAt)) return "later";
  return edited > askedAt - freshEditMinutes * 60_000 ? "fresh" : "before";
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
