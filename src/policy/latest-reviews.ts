export interface Reviewer {
  id: number;
  login: string;
  type: "User" | "Bot" | "Organization" | "Mannequin";
}

export interface Review {
  person: Reviewer;
  state: "approved" | "changes_requested" | "dismissed" | "commented" | "pending";
  /** The head that was reviewed; null when that commit is gone. */
  commit: string | null;
  submittedAt: string;
}

/**
 * Each person's latest opinion, in the order in which people first spoke. A comment is no opinion and takes none back, as on GitHub.
 * In: reviews, oldest first where two carry the same time.
 */
export function latestReviews<One extends Review>(reviews: readonly One[]): One[] {
  const latest = new Map<number, One>();
  for (const review of reviews) {
    if (review.state === "commented" || review.state === "pending") continue;
    const before = latest.get(review.person.id);
    if (before === undefined || Date.parse(review.submittedAt) >= Date.parse(before.submittedAt))
      latest.set(review.person.id, review);
  }
  return [...latest.values()];
}
