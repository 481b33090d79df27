import type { Change } from "../change.ts";
import type { ItemEnding } from "../handoff/solution.ts";
import type { Task } from "../handoff/task.ts";
import type { Round } from "../handoff/verdict.ts";
import { code, joined, type KnownSecrets, link, ours, type Outgoing, word } from "../text/outgoing.ts";

/** One commit that a round adds to its pull request. */
export interface PlannedCommit {
  /** The points that it answers; empty for what was changed beside them. */
  items: readonly string[];
  /** Model text; null: there are only our own words. */
  subject: string | null;
  tree: string;
  /** From the tree before it. */
  change: Change;
}

export interface RoundPlan {
  /** One for each point, in the order of the brief. */
  items: readonly ItemEnding[];
  /** On top of the Task's start; empty when nothing was changed. */
  commits: readonly PlannedCommit[];
  /** Why the steps became one commit, as the rest of a sentence; null when they did not. */
  squashed: string | null;
}

/** What became of each point, with the commit that did it. In: the commits that were made for the plan, in its order. */
export function pointsOf({ items, commits }: RoundPlan, shas: readonly string[]): Round["points"] {
  return items.map(({ id, outcome }) => {
    const at = commits.findIndex((commit) => commit.items.includes(id));
    return { id, outcome, commit: shas[at] ?? null };
  });
}

/** How a round ended, in one sentence. Counted from data. */
export function roundSentence({ points, commits }: Pick<Round, "points" | "commits">): Outgoing {
  const count = (outcome: ItemEnding["outcome"]) => points.filter((point) => point.outcome === outcome).length;
  const made = commits === 0 ? ours`` : ours` in ${commits} ${commits === 1 ? ours`commit` : ours`commits`}`;
  const [declined, missed] = [count("declined"), count("not-reached")];
  const parts = [
    ours`${count("done")} of ${points.length} ${points.length === 1 ? ours`point` : ours`points`} addressed${made}`,
    ...(declined === 0 ? [] : [ours`${declined} declined`]),
    ...(missed === 0 ? [] : [ours`${missed} not reached`]),
  ];
  return ours`${joined(parts, ", ")}.`;
}

/** Why there are fewer commits than points that were worked on; empty when there are not. */
export function squashNote(squashed: string | null, known: KnownSecrets): Outgoing {
  return squashed === null ? ours`` : ours`All of it is one commit, because ${word(squashed, known)}.`;
}

/** The round in a pull request's body: a row for each point, from data alone. */
export function roundSection(
  { points, commits, squashed }: Pick<Round, "points" | "commits" | "squashed">,
  { brief, pull }: Pick<Task, "brief" | "pull">,
  { home, known }: { home: string; known: KnownSecrets },
): Outgoing {
  const items = brief.kind === "review" ? brief.items : [];
  const page = `${home}/pull/${pull?.number ?? 0}`;
  const rows = points.map(({ id, outcome, commit }) => {
    const item = items.find((one) => one.id === id);
    const place = item?.path == null ? "" : `${item.path}${item.line === null ? "" : `:${item.line}`}`;
    const made = commit === null ? ours`` : commitLink(commit, page, { home, known });
    return ours`| ${link(word(id, known), `${page}${anchorOf(id)}`, home)} | ${code(place, known)} | ${outcomeWords[outcome]} | ${made} |`;
  });
  return joined(
    [
      ours`### Review\n`,
      roundSentence({ points, commits }),
      ...(squashed === null ? [] : [squashNote(squashed, known)]),
      ours`\n| Point | Where | | Commit |`,
      ours`| :-- | :-- | :-- | :-- |`,
      ...rows,
    ],
    "\n",
  );
}

const outcomeWords: Record<ItemEnding["outcome"], Outgoing> = {
  done: ours`✅ done`,
  declined: ours`↩️ declined`,
  "not-reached": ours`⏳ not reached`,
};

/** A commit by its short name. In: the address of its pull request. */
export function commitLink(
  sha: string,
  page: string,
  { home, known }: { home: string; known: KnownSecrets },
): Outgoing {
  return link(code(sha.slice(0, 7), known), `${page}/commits/${sha}`, home);
}

/** Where on its pull request's page a point stands. */
export function anchorOf(id: string): string {
  const [kind, number] = [id.slice(0, id.indexOf("-")), id.slice(id.indexOf("-") + 1)];
  const names: Record<string, string> = {
    thread: "discussion_r",
    review: "pullrequestreview-",
    comment: "issuecomment-",
  };
  return `#${names[kind] ?? ""}${number}`;
}
