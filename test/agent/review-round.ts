import type { Brief, ReviewItem } from "../../src/handoff/task.ts";

/** One point of a review. */
export const point = (id: string, more: Partial<ReviewItem> = {}): ReviewItem => ({
  id,
  path: "src/cart.ts",
  line: 3,
  thread: null,
  texts: [
    { author: "hubert", role: "write", created_at: "2026-11-21T08:00:00Z", text: "Please mend this.", hidden: 0 },
  ],
  ...more,
});

/** A round of review with these points. */
export const reviewBrief = (...items: ReviewItem[]): Extract<Brief, { kind: "review" }> => ({
  kind: "review",
  number: 13,
  title: "sum(1, 2) returns -1",
  items,
  context: [],
  waiting: 0,
  left_out: 0,
});

/** What the agent says of a point. */
export const done = (id: string, subject = `Mend ${id}`) => ({
  id,
  outcome: "done" as const,
  subject,
  reply: `Changed for ${id}.`,
});
export const declined = (id: string) => ({
  id,
  outcome: "declined" as const,
  subject: "",
  reply: `Not changed for ${id}: it is right as it is.`,
});
