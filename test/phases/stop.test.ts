import { expect, test } from "vitest";
import { Stop } from "../../src/handoff/stop.ts";
import { stop, stopPaper } from "../../src/phases/stop.ts";
import { digest } from "../record/papers.ts";

test("a Stop on paper carries whose it is, where it ended, why, what to do, and the head of the log", () => {
  const identity = { repository: { id: 1, owner: "octo", name: "demo" }, run: { id: 77, attempt: 2 } };
  const paper = stopPaper("verify", identity, stop("failed", "It broke.", "Mend it."), digest("9"));
  expect(paper).toEqual({
    version: 1,
    ...identity,
    phase: "verify",
    kind: "failed",
    message: "It broke.",
    next: "Mend it.",
    audit_head: digest("9"),
  });
  expect(Stop.safeParse(paper).success).toBe(true);
});
