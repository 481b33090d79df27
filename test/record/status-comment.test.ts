import { expect, test } from "vitest";
import type { Comment } from "../../src/github/github.ts";
import { findStatusComment, renderStatus, statusMarker, type StatusState } from "../../src/record/status-comment.ts";
import { joined, ours, textUnitsMax } from "../../src/text/outgoing.ts";
import { runUrl } from "./papers.ts";

const run = { id: 77, url: runUrl };
const shown = (state: StatusState, more: object = {}) =>
  renderStatus({ verb: "fix", requester: "mona", origin: { kind: "comment", id: 500 }, run, state, ...more }, []);

test("queued", () => {
  expect(shown({ kind: "queued" })).toMatchInlineSnapshot(`
    "<!-- airlock:comment:500 -->

    ⏳ **Queued.** The run has been asked for; this comment will show how it ends.

    <sub>fix, asked by mona · [run 77](https://github.com/octo/demo/actions/runs/77)</sub>"
  `);
});

test("running", () => {
  expect(shown({ kind: "running" })).toMatchInlineSnapshot(`
    "<!-- airlock:comment:500 -->

    ⚙️ **Running.** Gate, solve, verify, publish: this comment will show how it ends.

    <sub>fix, asked by mona · [run 77](https://github.com/octo/demo/actions/runs/77)</sub>"
  `);
});

test("finished", () => {
  const state = {
    kind: "finished" as const,
    headline: ours`It stands.`,
    details: [ours`Risk low.`],
    next: ours`review it.`,
  };
  expect(shown(state)).toMatchInlineSnapshot(`
    "<!-- airlock:comment:500 -->

    ✅ **Finished.** It stands.

    Risk low.

    **Next:** review it.

    <sub>fix, asked by mona · [run 77](https://github.com/octo/demo/actions/runs/77)</sub>"
  `);
});

test("refused without a run and without a next step", () => {
  const state = { kind: "refused" as const, headline: ours`No.`, details: [], next: ours`` };
  expect(shown(state, { run: null })).toMatchInlineSnapshot(`
    "<!-- airlock:comment:500 -->

    🚫 **Not done.** No.

    <sub>fix, asked by mona</sub>"
  `);
});

test("a run elsewhere is named, not linked", () => {
  expect(shown({ kind: "queued" }, { run: { id: 77, url: "https://evil.test/x" } })).not.toContain("evil.test");
});

test("an answer that is no refusal, to something that is not one verb", () => {
  const state = { kind: "info" as const, headline: ours`It helps.`, details: [], next: ours`comment.` };
  expect(shown(state, { run: null, verb: null })).toMatchInlineSnapshot(`
    "<!-- airlock:comment:500 -->

    ℹ️ It helps.

    **Next:** comment.

    <sub>asked by mona</sub>"
  `);
});

test("much detail is cut, the frame is not", () => {
  const details = [
    ours`short`,
    joined(
      Array.from({ length: 9_000 }, () => ours`a line\n`),
      "",
    ),
  ];
  const text = shown({ kind: "refused", headline: ours`No.`, details: [...details, ...details], next: ours`go on.` });
  expect(text.length).toBeLessThanOrEqual(textUnitsMax);
  expect(text).toMatch(/^<!-- airlock:comment:500 -->\n\n🚫 \*\*Not done\.\*\* No\.\n\nshort\n/);
  expect(text).toMatch(/cut here.*\*\*Next:\*\* go on\.\n\n<sub>fix, asked by mona · \[run 77\]\(.*\)<\/sub>$/s);
});

const asked = (id: number) => ({ kind: "comment" as const, id });
const comment = (id: number, more: Partial<Comment>): Comment => ({
  id,
  issue: 12,
  body: `${statusMarker(asked(500))}\n\nx`,
  author: { id: 9, login: "airlock[bot]", type: "Bot" },
  appId: 7,
  createdAt: "",
  updatedAt: "",
  url: "",
  ...more,
});

test("the status comment is the one that our App wrote for this very request", () => {
  const forged = comment(1, { appId: null, author: { id: 5, login: "mona", type: "User" } });
  const otherApp = comment(2, { appId: 8 });
  const otherRequest = comment(3, { body: statusMarker(asked(501)) });
  const quoting = comment(4, { body: `> ${statusMarker(asked(500))}` });
  const longer = comment(5, { body: statusMarker(asked(5001)) });
  const ours_ = comment(6, {});
  const review = comment(7, { body: statusMarker({ kind: "review", id: 500 }) });
  const all = [forged, otherApp, otherRequest, quoting, longer, review];
  expect(findStatusComment(all, asked(500), 7)).toBeNull();
  expect(findStatusComment(all, { kind: "review", id: 500 }, 7)).toBe(review);
  expect(findStatusComment([...all, ours_, comment(8, {})], asked(500), 7)).toBe(ours_);
});
