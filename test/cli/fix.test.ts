import { expect, test } from "vitest";
import { mayWrite } from "../../src/cli/fix.ts";

type Row = { kind: "publish" | "hold"; yes: boolean; answer: string | null; writes: boolean };

test.each<Row>([
  { kind: "publish", yes: true, answer: null, writes: true },
  { kind: "publish", yes: false, answer: "y", writes: true },
  { kind: "publish", yes: false, answer: " Yes ", writes: true },
  { kind: "publish", yes: false, answer: "", writes: false },
  { kind: "publish", yes: false, answer: "yeah", writes: false },
  { kind: "publish", yes: false, answer: null, writes: false },
  // A held change: --yes is no answer, a person is.
  { kind: "hold", yes: true, answer: null, writes: false },
  { kind: "hold", yes: true, answer: "n", writes: false },
  { kind: "hold", yes: true, answer: "y", writes: true },
  { kind: "hold", yes: false, answer: "y", writes: true },
])("$kind, --yes $yes, a person says $answer: written $writes", async ({ kind, yes, answer, writes }) => {
  const terminal = { ask: async () => answer, err: () => undefined };
  expect(await mayWrite({ kind, files: 2, yes }, terminal)).toBe(writes);
});

test("whoever is asked about a held change is told that it is held, and so is a log with nobody there", async () => {
  const asked: string[] = [];
  const said: string[] = [];
  const terminal = {
    ask: async (question: string) => {
      asked.push(question);
      return null;
    },
    err: (line: string) => void said.push(line),
  };
  await mayWrite({ kind: "hold", files: 2, yes: true }, terminal);
  await mayWrite({ kind: "publish", files: 2, yes: false }, terminal);
  expect([asked, said]).toEqual([
    [
      "This change is held: a maintainer would have to approve it before anything is pushed (reasons above). Write these 2 files into your working copy? [y/N]",
      "Write these 2 files into your working copy? [y/N]",
    ],
    [
      "This change is held: a maintainer would have to approve it before anything is pushed (reasons above). Only a person at a terminal can say yes to it.",
    ],
  ]);
});
