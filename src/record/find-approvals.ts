import type { ListedCheck } from "../github/github.ts";
import { type ApprovalRecord, readApprovalRecord } from "./approval.ts";

/** A record and the check run that holds it. */
export interface KeptApproval {
  record: ApprovalRecord;
  check: number;
}

/**
 * What the App remembers of plans. In: the commits on which they were made, and how the App's own check runs for plans on one are
 * listed. A check run that holds no readable record holds none.
 */
export async function findApprovals(
  commits: readonly string[],
  repositoryId: number,
  checksOn: (commit: string) => Promise<ListedCheck[]>,
): Promise<KeptApproval[]> {
  const found: KeptApproval[] = [];
  for (const commit of commits)
    for (const { id, text } of await checksOn(commit)) {
      const record = readApprovalRecord(text, repositoryId);
      if (record !== null) found.push({ record, check: id });
    }
  return found;
}
