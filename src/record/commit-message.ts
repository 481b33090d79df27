import { z } from "zod";
import { canonical } from "../handoff/canonical.ts";
import type { Person } from "../handoff/identity.ts";
import { sha256 } from "../handoff/seal.ts";
import type { Brief } from "../handoff/task.ts";
import { Judgement } from "../handoff/verdict.ts";
import { commitText, joined, type KnownSecrets, ours, type Outgoing, title, word } from "../text/outgoing.ts";
import type { ShownBump } from "./bump.ts";

/** Characters of a commit's first line; longer ones are folded by most tools. */
const subjectMax = 72;

export interface CommitFacts {
  brief: Brief;
  /** Of a bump that the change itself shows; null or absent: none. */
  bump?: ShownBump | null;
  requester: Person;
  run: { id: number; url: string };
  judgement: Judgement;
  known: KnownSecrets;
}

/**
 * The commit's message: the issue's title as subject, who asked and where it was made as body and trailers. Author and
 * committer are GitHub's business, because it signs only what it wrote itself.
 */
export function commitMessage({ brief, bump = null, requester, run, judgement, known }: CommitFacts): Outgoing {
  const subject = subjectOf(brief, known, bump);
  const about = aboutOf(brief);
  const marks = ours`Airlock-Run: ${run.id}\nAirlock-Judgement: ${word(judgementDigest(judgement), known)}`;
  return joined(
    [subject, ours`${about}\n${madeIn(run, known)}`, ours`${coAuthor(requester, known)}\n${marks}`],
    "\n\n",
  );
}

function aboutOf(brief: Brief): Outgoing {
  if (brief.kind === "local" || (brief.kind === "bump" && brief.number === null)) return ours`Task: typed by its owner`;
  if (brief.number === null) return ours`About: the default branch`;
  return brief.kind === "rollback" ? ours`Takes back: #${brief.number}` : ours`Issue: #${brief.number}`;
}

export interface RoundCommitFacts extends Omit<CommitFacts, "brief" | "judgement"> {
  /** Our own words before the subject. */
  opening: Outgoing;
  /** Model text; null: only our own words. */
  subject: string | null;
  /** The points of the review that it answers. */
  items: readonly string[];
  pull: number;
  /** Given for a round's last commit alone: it is the state that was judged. */
  judgement?: Judgement;
}

/** The message of one commit of a round of review. */
export function roundMessage({
  opening: start,
  subject,
  items,
  pull,
  requester,
  run,
  judgement,
  known,
}: RoundCommitFacts): Outgoing {
  const said = subject === null ? ours`` : oneLine(subject, subjectMax - start.length, known);
  const first = said === "" ? ours`${start}${counted(items.length)}` : ours`${start}${said}`;
  const about = ours`Pull request: #${pull}\n${madeIn(run, known)}`;
  const trailers = [
    ...items.map((id) => ours`Airlock-Item: ${word(id, known)}`),
    coAuthor(requester, known),
    ours`Airlock-Run: ${run.id}`,
    ...(judgement === undefined ? [] : [ours`Airlock-Judgement: ${word(judgementDigest(judgement), known)}`]),
  ];
  return joined([first, about, joined(trailers, "\n")], "\n\n");
}

function counted(points: number): Outgoing {
  if (points === 0) return ours`changes beside the points`;
  return points === 1 ? ours`one point` : ours`${points} points`;
}

function madeIn(run: CommitFacts["run"], known: KnownSecrets): Outgoing {
  return ours`Made by Airlock in run ${run.id}: ${addressOf(run.url, known)}`;
}

function coAuthor({ id, login: name }: Person, known: KnownSecrets): Outgoing {
  const login = word(name, known);
  return ours`Co-authored-by: ${login} <${id}+${login}@users.noreply.github.com>`;
}

/** Anybody's words as one plain line of at most so many characters. */
function oneLine(text: string, max: number, known: KnownSecrets): Outgoing {
  return title(cut(commitText(title(text, known), known), max), known);
}

/** The first line, also used as the pull request's title. Never empty. */
export function subjectOf(brief: Brief, known: KnownSecrets, bump: ShownBump | null = null): Outgoing {
  const text = titleOf(brief, bump);
  const line = oneLine(text, subjectMax, known);
  if (line !== "") return line;
  return brief.kind === "local" || brief.number === null ? ours`Change` : ours`Change for issue ${brief.number}`;
}

function titleOf(brief: Brief, bump: ShownBump | null): string {
  if (brief.kind === "local") return brief.text.split("\n")[0] ?? "";
  if (brief.kind === "rollback") return `Revert "${brief.title}"`;
  if (brief.kind !== "bump") return brief.title;
  if (bump === null) return `Bump ${brief.package}`;
  return `Bump ${bump.name}${bump.from === null ? "" : ` from ${bump.from}`} to ${bump.to}`;
}

/** The run that a commit says it comes from; null for any other commit. Whoever can push can write it: it finds, it proves nothing. */
export function runOfCommit(message: string): number | null {
  const id = trailerOf(message, "Airlock-Run", /^\d{1,15}$/);
  return id === null ? null : Number(id);
}

/**
 * The judgement a commit was published under. Only the publish job can push, so the other jobs of a run, which could replace
 * an artifact, cannot change it; people with write access could, and they could merge as well.
 */
export function judgementOfCommit(message: string): string | null {
  return trailerOf(message, "Airlock-Judgement", /^[0-9a-f]{64}$/);
}

/** SHA-256 over a judgement's canonical form. In: a Judgement, or a Verdict that carries one. */
export function judgementDigest(judgement: Judgement): string {
  return sha256(canonical(z.object(Judgement.shape).parse(judgement)));
}

function trailerOf(message: string, name: string, form: RegExp): string | null {
  const last = message.trimEnd().split(/\n\n/).at(-1) ?? "";
  const values = last
    .split("\n")
    .flatMap((line) => (line.startsWith(`${name}: `) ? [line.slice(name.length + 2)] : []));
  const [value] = values;
  return values.length === 1 && value !== undefined && form.test(value) ? value : null;
}

/** The run's address as it is: GitHub gave it, and a plain message has no links that could show another. */
function addressOf(url: string, known: KnownSecrets): Outgoing {
  const [, scheme, rest] = /^(https?):\/\/(.+)$/.exec(url) ?? [];
  if (scheme === undefined || rest === undefined) return word(url, known);
  return scheme === "https" ? ours`https://${word(rest, known)}` : ours`http://${word(rest, known)}`;
}

function cut(text: string, max: number): string {
  const characters = Array.from(text);
  return characters.length <= max
    ? text
    : `${characters
        .slice(0, max - 1)
        .join("")
        .trimEnd()}…`;
}
