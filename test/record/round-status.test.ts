import { expect, test } from "vitest";
import type { Round } from "../../src/handoff/verdict.ts";
import { finalState } from "../../src/record/final-state.ts";
import { roundSentence } from "../../src/record/round.ts";
import { renderStatus } from "../../src/record/status-comment.ts";
import { published, report, run, runUrl, sha, solution, task, verdict } from "./papers.ts";

const points: Round["points"] = [
  { id: "thread-41", outcome: "done", commit: sha("e") },
  { id: "review-7", outcome: "done", commit: sha("e") },
  { id: "comment-9", outcome: "declined", commit: null },
  { id: "thread-44", outcome: "not-reached", commit: null },
];
const round: Round = { pull_request: 13, points, commits: 2, squashed: null, not_answered: [] };
const items = points.map(({ id, outcome }) => ({
  id,
  outcome,
  reply: outcome === "not-reached" ? "" : `About ${id}.`,
}));

function shown(more: Parameters<typeof verdict>[0]): string {
  const papers = { task: task(), solution: solution({ items }), report: report(), verdict: verdict(more) };
  const final = finalState(run, { ...papers, stop: null, confirmed: true, own: null }, []);
  const origin = { kind: "comment", id: 500 } as const;
  const status = { verb: "fix", requester: "mona", origin, run: { id: 77, url: runUrl }, state: final.state };
  return `${renderStatus(status, [])}\n[reaction ${final.reaction}]`;
}

test("a round says how many points became what, and answers those that have no thread", () => {
  expect(shown({ round, published })).toMatchInlineSnapshot(`
    "<!-- airlock:comment:500 -->

    ✅ **Finished.** 2 of 4 points addressed in 2 commits, 1 declined, 1 not reached. They stand in [pull request #13](https://github.com/octo/demo/pull/13/commits).

    [review-7](https://github.com/octo/demo/pull/13#pullrequestreview-7): done in [\`eeeeeee\`](https://github.com/octo/demo/pull/13/commits/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee).

    > About review-7.

    [comment-9](https://github.com/octo/demo/pull/13#issuecomment-9): declined.

    > About comment-9.

    Risk 🟡 medium. Required: 1 approving review.

    Checks: types pass · lint pre-existing · tests fixed · build not configured · audit not run.

    Cost: 4 turns, 12900 tokens, 0.03 USD.

    **Next:** review it there. Its workflows start when a person allows them.

    <sub>fix, asked by mona · [run 77](https://github.com/octo/demo/actions/runs/77)</sub>
    [reaction rocket]"
  `);
});

test("a round of which everything was declined is an answer, though policy would hold what stands there", () => {
  const declined = points.map(({ id }) => ({ id, outcome: "declined" as const, commit: null }));
  const only = { ...round, points: declined, commits: 0 };
  expect(shown({ round: only, published: null, kind: "hold" })).toMatchInlineSnapshot(`
    "<!-- airlock:comment:500 -->

    ✅ **Finished.** 0 of 4 points addressed, 4 declined. Nothing was pushed to [pull request #13](https://github.com/octo/demo/pull/13/commits).

    [review-7](https://github.com/octo/demo/pull/13#pullrequestreview-7): declined.

    > About review-7.

    [comment-9](https://github.com/octo/demo/pull/13#issuecomment-9): declined.

    > About comment-9.

    Checks: types pass · lint pre-existing · tests fixed · build not configured · audit not run.

    Cost: 4 turns, 12900 tokens, 0.03 USD.

    **Next:** read the answers; where one does not convince you, say so in its thread and comment \`/agent fix\` again.

    <sub>fix, asked by mona · [run 77](https://github.com/octo/demo/actions/runs/77)</sub>
    [reaction rocket]"
  `);
});

test("the twin: a round that claims commits and published nothing is shown as what policy says", () => {
  expect(shown({ round, published: null, kind: "hold" })).toContain("Policy holds this change");
});

test("a round that became one commit says why, and what GitHub did not take is told", () => {
  const text = shown({
    round: { ...round, commits: 1, squashed: "policy would hold a step of it alone", not_answered: ["No *thread*."] },
    published,
  });
  expect(text).toContain("All of it is one commit, because policy would hold a step of it alone.");
  expect(text).toContain(String.raw`Not answered in their threads:
- No \*thread\*.`);
});

test.each<[string, [done: number, declined: number, missed: number], number, string]>([
  ["all of one point", [1, 0, 0], 1, "1 of 1 point addressed in 1 commit."],
  ["some", [3, 1, 0], 3, "3 of 4 points addressed in 3 commits, 1 declined."],
  ["none", [0, 2, 1], 0, "0 of 3 points addressed, 2 declined, 1 not reached."],
])("the sentence counts %s", (_title, [done, declined, missed], commits, sentence) => {
  const of = (outcome: Round["points"][number]["outcome"], count: number) =>
    Array.from({ length: count }, (_, index) => ({ id: `thread-${index + 1}`, outcome, commit: null }));
  const all = [...of("done", done), ...of("declined", declined), ...of("not-reached", missed)];
  expect(roundSentence({ points: all, commits })).toBe(sentence);
});
