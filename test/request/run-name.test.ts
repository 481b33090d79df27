import { expect, it } from "vitest";
import { earlierRun, parseRunName, renderRunName } from "../../src/request/run-name.ts";

const run = { verb: "fix", issue: 12, trigger: "comment", id: 3_456_789_012, requester: 583_231 } as const;

it("a run's name says verb, issue, comment and requester, and reads back the same", () => {
  expect(renderRunName(run)).toBe("airlock fix #12 comment 3456789012 by 583231");
  expect(parseRunName(renderRunName(run))).toEqual(run);
});

it("a review is named like a comment, and is another thing", () => {
  const review = { ...run, trigger: "review" } as const;
  expect(renderRunName(review)).toBe("airlock fix #12 review 3456789012 by 583231");
  expect(parseRunName(renderRunName(review))).toEqual(review);
  const [comment, other] = [run, review].map((one, at) => ({
    id: at + 1,
    title: renderRunName(one),
    actor: { id: 7 },
  }));
  expect(earlierRun([comment!, other!], other!, 7)).toBeNull();
  expect(earlierRun([{ ...other!, id: 1 }], other!, 7)?.id).toBe(1);
});

it("0 is the default branch, about which only a failed run asks", () => {
  const failed = { verb: "ci", issue: 0, trigger: "run", id: 3_456_789_012, requester: 7 } as const;
  expect(parseRunName(renderRunName(failed))).toEqual(failed);
});

it.each([
  "airlock ci #12 run 3 by 4",
  "airlock ci #0 comment 3 by 4",
  "airlock ci #00 run 3 by 4",
  "",
  "airlock",
  "Airlock fix #12 comment 3 by 4",
  "airlock fix #12 comment 3 by 4 ",
  " airlock fix #12 comment 3 by 4",
  "airlock fix #12 comment 3 by 4\n",
  "airlock fix #12  comment 3 by 4",
  "airlock fix 12 comment 3 by 4",
  "airlock fix #012 comment 3 by 4",
  "airlock fix #0 comment 3 by 4",
  "airlock fix #-1 comment 3 by 4",
  "airlock fix #1.5 comment 3 by 4",
  "airlock fix #１ comment 3 by 4",
  "airlock fix #12 comment 99999999999999999 by 4",
  "airlock fix #12 comment 9999999999999999 by 4",
  "airlock FIX #12 comment 3 by 4",
  "airlock frobnicate #12 comment 3 by 4",
  "airlock constructor #12 comment 3 by 4",
  "airlock fix #12 constructor 3 by 4",
  "airlock fix #12 Comment 3 by 4",
  "airlock fix #12 comment 3 by 4; airlock fix #13 comment 3 by 4",
])("%j is no name of ours", (title) => {
  expect(parseRunName(title)).toBeNull();
});
