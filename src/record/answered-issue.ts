import type { Task } from "../handoff/task.ts";
import { answeredIssue } from "./subject.ts";

/** The issue that a Task's pull request answers; null where it answers none. */
export function issueOf({ brief, pull }: Pick<Task, "brief" | "pull">): number | null {
  switch (brief.kind) {
    case "bump":
    case "issue":
      return brief.number;
    case "rollback":
      return brief.issue;
    case "review":
      return pull === null ? null : answeredIssue(pull.branch);
    case "question":
    case "ci-failure":
    case "verify":
    case "local":
      return null;
  }
}
