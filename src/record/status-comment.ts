import type { Comment } from "../github/github.ts";
import type { OriginRef } from "./origin.ts";
import { clipped, joined, type KnownSecrets, link, ours, type Outgoing, textUnitsMax, word } from "../text/outgoing.ts";

/** How far a request is, as people see it. Display only: nothing is ever decided from a comment. */
export type StatusState =
  | { kind: "queued" }
  | { kind: "running" }
  /** `info`: what was asked is answered by this very comment. */
  | {
      kind: "finished" | "refused" | "failed" | "info";
      headline: Outgoing;
      details: readonly Outgoing[];
      next: Outgoing;
    };

export interface Status {
  /** What was asked; null when that is not one thing. */
  verb: string | null;
  requester: string;
  /** What asked. */
  origin: OriginRef;
  run: { id: number; url: string } | null;
  state: StatusState;
}

/** Hidden text by which the comment of a request is found again. It carries an id and no state. */
export function statusMarker({ kind, id }: OriginRef): Outgoing {
  switch (kind) {
    case "comment":
      return ours`<!-- airlock:comment:${id} -->`;
    case "review":
      return ours`<!-- airlock:review:${id} -->`;
  }
}

/** The status comment of a request: the oldest with its marker that this App wrote. Anybody can write a marker, only we as our App. */
export function findStatusComment(comments: readonly Comment[], origin: OriginRef, appId: number): Comment | null {
  const marker = statusMarker(origin);
  return comments.find(({ appId: author, body }) => author === appId && body.startsWith(marker)) ?? null;
}

/** One comment per request, edited in place: what happens, for whom, where to look, what to do next. Never longer than GitHub takes. */
export function renderStatus(status: Status, known: KnownSecrets): Outgoing {
  const { state } = status;
  const ended = state.kind !== "queued" && state.kind !== "running";
  const above = [statusMarker(status.origin), headline(status)];
  const below = [...(ended && state.next !== "" ? [ours`**Next:** ${state.next}`] : []), footer(status, known)];
  const details = paragraphs(ended ? state.details : []);
  const room = textUnitsMax - paragraphs([...above, ...below]).length - 2 * gap.length;
  return paragraphs([...above, clipped(details, room), ...below]);
}

const gap = "\n\n";

function paragraphs(texts: readonly Outgoing[]): Outgoing {
  return joined(
    texts.filter((text) => text !== ""),
    gap,
  );
}

function headline({ state }: Status): Outgoing {
  switch (state.kind) {
    case "queued":
      return ours`⏳ **Queued.** The run has been asked for; this comment will show how it ends.`;
    case "running":
      return ours`⚙️ **Running.** Gate, solve, verify, publish: this comment will show how it ends.`;
    case "finished":
      return ours`✅ **Finished.** ${state.headline}`;
    case "refused":
      return ours`🚫 **Not done.** ${state.headline}`;
    case "failed":
      return ours`❌ **Failed.** ${state.headline}`;
    case "info":
      return ours`ℹ️ ${state.headline}`;
  }
}

function footer({ verb, requester, run }: Status, known: KnownSecrets): Outgoing {
  const what = verb === null ? ours`` : ours`${word(verb, known)}, `;
  const asked = ours`${what}asked by ${word(requester, known)}`;
  if (run === null) return ours`<sub>${asked}</sub>`;
  const home = run.url.split("/actions/runs/")[0] ?? "";
  return ours`<sub>${asked} · ${link(ours`run ${run.id}`, run.url, home)}</sub>`;
}
