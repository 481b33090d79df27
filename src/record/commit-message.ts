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
  const login = word(requester.login, known);
  const subject = subjectOf(brief, known, bump);
  const issue = brief.kind === "issue" || brief.kind === "bump" ? brief.number : null;
  const about = issue === null ? ours`Task: typed by its owner` : ours`Issue: #${issue}`;
  const made = ours`Made by Airlock in run ${run.id}: ${addressOf(run.url, known)}`;
  const coAuthor = ours`Co-authored-by: ${login} <${requester.id}+${login}@users.noreply.github.com>`;
  const marks = ours`Airlock-Run: ${run.id}\nAirlock-Judgement: ${word(judgementDigest(judgement), known)}`;
  return joined([subject, ours`${about}\n${made}`, ours`${coAuthor}\n${marks}`], "\n\n");
}

/** The first line, also used as the pull request's title. Never empty. */
export function subjectOf(brief: Brief, known: KnownSecrets, bump: ShownBump | null = null): Outgoing {
  const line = title(cut(commitText(title(textOf(brief, bump), known), known)), known);
  if (line !== "") return line;
  return brief.kind === "local" || brief.kind === "bump" ? ours`Change` : ours`Change for issue ${brief.number}`;
}

function textOf(brief: Brief, bump: ShownBump | null): string {
  if (brief.kind === "local") return brief.text.split("\n")[0] ?? "";
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

function cut(text: string): string {
  const characters = Array.from(text);
  return characters.length <= subjectMax
    ? text
    : `${characters
        .slice(0, subjectMax - 1)
        .join("")
        .trimEnd()}…`;
}
