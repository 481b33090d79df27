import { expect, test } from "vitest";
import { analysisTool } from "../../src/tools/analysis.ts";

const said = {
  cause: "`total` ignores `quantity`.",
  evidence: [
    { file: "src/cart.ts", line: 8, excerpt: "  sum + item.cents\n  0" },
    { file: "log", line: null, excerpt: "not ok 1 - `two` pieces" },
  ],
  verdict: "broken" as const,
  fix: "Multiply.",
};

test("an analysis is given in its parts, and as people read it", () => {
  const { answer, ...finish } = analysisTool.ends?.({ outcome: "done", ...said }) ?? {};
  expect(finish).toEqual({ outcome: "done", summary: "", notes: "", reasons: [], look_at: [], analysis: said });
  expect(answer).toMatchInlineSnapshot(`
    "\`total\` ignores \`quantity\`.

    **Evidence**

    - \`src/cart.ts:8\`
      \`sum + item.cents\`
      \`0\`
    - \`log\`
      \`not ok 1 - 'two' pieces\`

    **Fix:** Multiply.

    **Verdict of the model:** broken."
  `);
});

test("without evidence and a fix there is no empty heading", () => {
  const bare = { ...said, evidence: [], fix: " ", verdict: "unknown" as const };
  expect(analysisTool.ends?.({ outcome: "done", ...bare })?.answer).toBe(
    "`total` ignores `quantity`.\n\n**Verdict of the model:** unknown.",
  );
});

test("who gave up has no analysis", () => {
  expect(analysisTool.ends?.({ outcome: "gave_up", ...said })).toEqual({
    outcome: "gave_up",
    summary: said.cause,
    notes: "",
    reasons: [],
    look_at: [],
  });
});
