import type { Change } from "../change.ts";
import { patchText } from "../change/patch.ts";
import type { Files } from "../change/files.ts";
import type { GitHub, TreeEntry } from "../github/github.ts";
import { canonical } from "../handoff/canonical.ts";
import type { Report } from "../handoff/report.ts";
import type { Solution } from "../handoff/solution.ts";
import type { Task } from "../handoff/task.ts";
import type { Judgement } from "../handoff/verdict.ts";
import { manifestPaths, type TrustedManifest } from "../inspect/check-programs.ts";
import { approversOf } from "../policy/approvers.ts";
import type { AutoMergeFacts } from "../policy/auto-merge.ts";
import type { CodeOwners } from "../policy/codeowners.ts";
import { trustedOwners } from "./code-owners.ts";
import { judgeCaps, judgeChange } from "./judge-change.ts";
import { withEnding } from "./partial.ts";
import { contradiction } from "./still-asked.ts";

/** What every change of a run is judged against, as GitHub has it. */
export interface JudgeGround {
  base: Files;
  /** Of the trusted commit: its manifests and owners are asked, not the change's. */
  trusted: Files;
  codeowners: CodeOwners | null;
}

export async function readGround({ base, trusted }: Task, github: GitHub): Promise<JudgeGround> {
  const entries = await github.tree(base.tree);
  const listed = base.tree === trusted.tree ? entries : await github.tree(trusted.tree);
  const codeowners = await trustedOwners(listed, (sha) => github.blob(sha));
  return { base: byPath(entries), trusted: byPath(listed), codeowners };
}

interface Judged {
  task: Task;
  solution: Pick<Solution, "change" | "ending">;
  report: Report;
}

/**
 * A change as policy sees it: the very entries that would be written, against the base's blobs from GitHub. In: how the ground is read,
 * which is not done for a change over the caps. Out: also the patch, for people.
 * @throws AirlockError `bad-paper` where the change tells of another base than GitHub.
 */
export async function judgeAgain(
  { task, solution, report }: Judged,
  { merging, ground }: { merging?: AutoMergeFacts; ground: () => Promise<JudgeGround> },
  github: GitHub,
): Promise<{ judgement: Judgement; patch: string }> {
  const { change } = solution;
  const tooLarge = judgeCaps({ change, task, report });
  if (tooLarge !== null) return { judgement: tooLarge, patch: "" };
  const { base, trusted, codeowners } = await ground();
  const before = new Map<string, Buffer | null>();
  for (const entry of change) {
    const there = base.get(entry.path) ?? null;
    const found = there === null ? null : { mode: there.mode, sha: there.sha };
    if (canonical(found) !== canonical(entry.before)) {
      throw contradiction(`the base of ${entry.path}`, canonical(entry.before), canonical(found));
    }
    before.set(entry.path, there === null || there.mode === "160000" ? null : await github.blob(there.sha));
  }
  const manifests = await trustedManifests(change, trusted, github);
  const past = merging === undefined ? {} : { merging };
  const evidence = { change, before, basePaths: [...base.keys()], manifests, codeowners, ...past, task, report };
  const judgement = withEnding(await judgeChange(evidence), solution.ending);
  return { judgement: { ...judgement, approvers: approversOf(task.config) }, patch: patchText(change, before) };
}

export function byPath(entries: readonly TreeEntry[]): Files {
  return new Map(entries.map(({ path, mode, sha }) => [path, { mode, sha }]));
}

async function trustedManifests(change: Change, trusted: Files, github: GitHub): Promise<TrustedManifest[]> {
  const manifests: TrustedManifest[] = [];
  for (const path of manifestPaths(change.map((entry) => entry.path))) {
    const there = trusted.get(path);
    if (there === undefined || !there.mode.startsWith("100")) continue;
    manifests.push({ path, text: (await github.blob(there.sha)).toString("utf8") });
  }
  return manifests;
}
