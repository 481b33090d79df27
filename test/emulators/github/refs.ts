import { Refusal } from "./answer.ts";
import { workflowFilesPushed } from "./git-diff.ts";
import { commitsIn, isAncestor, refAt, refsUnder, typeOf } from "./git-read.ts";
import { deleteRef, isRefName, setRef } from "./git-write.ts";
import { changeIssue } from "./issues.ts";
import { isPull } from "./show-pull.ts";
import type { Account, Permissions, Repository, State } from "./state.ts";

export interface RefAsker {
  account: Account;
  permissions: Permissions;
}

const noSha = "0".repeat(40);

/** GitHub's sentence, the same for a push and for the API. */
export function workflowRefusal(path: string): string {
  return `refusing to allow a GitHub App to create or update workflow \`${path}\` without \`workflows\` permission`;
}

/** @throws Refusal 422 for a bad name, an unknown commit or a name that is taken; 403 for workflow files without the permission. */
export function createRef(
  state: State,
  repository: Repository,
  by: RefAsker,
  { ref, sha }: { ref: string; sha: string },
): void {
  if (!/^refs\/[^/]+\/./.test(ref) || !isRefName(repository.bare, ref))
    throw new Refusal(422, `${ref} is not a valid ref name.`);
  if (typeOf(repository.bare, sha) !== "commit") throw new Refusal(422, "Object does not exist");
  if (refAt(repository.bare, ref) !== null) throw new Refusal(422, "Reference already exists");
  checkWorkflows(repository, by, sha);
  setRef(repository.bare, ref, sha);
  announce(state, repository, by.account, { ref, before: noSha, after: sha });
}

/** @throws Refusal 422 when the ref is not there or the move is no fast-forward and `force` is off. */
export function moveRef(
  state: State,
  repository: Repository,
  by: RefAsker,
  { ref, sha, force }: { ref: string; sha: string; force: boolean },
): void {
  const before = refAt(repository.bare, ref);
  if (before === null) throw new Refusal(422, "Reference does not exist");
  if (typeOf(repository.bare, sha) !== "commit") throw new Refusal(422, "Object does not exist");
  if (!force && !isAncestor(repository.bare, before, sha)) throw new Refusal(422, "Update is not a fast forward");
  checkWorkflows(repository, by, sha);
  setRef(repository.bare, ref, sha);
  announce(state, repository, by.account, { ref, before, after: sha });
}

export function removeRef(state: State, repository: Repository, by: Account, ref: string): void {
  const before = refAt(repository.bare, ref);
  if (before === null) throw new Refusal(422, "Reference does not exist");
  deleteRef(repository.bare, ref);
  announce(state, repository, by, { ref, before, after: noSha });
}

/** Refs by name, to find out what a git push did. */
export function refMap(repository: Repository): Map<string, string> {
  return new Map(refsUnder(repository.bare, "refs/").map(({ ref, sha }) => [ref, sha]));
}

/** Tells about everything that differs between two moments of the refs. */
export function announceChanges(state: State, repository: Repository, by: Account, before: Map<string, string>): void {
  const after = refMap(repository);
  for (const ref of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(ref) ?? noSha, after.get(ref) ?? noSha];
    if (was !== is) announce(state, repository, by, { ref, before: was, after: is });
  }
}

/** A moved branch moves its pull requests; a deleted one closes them. */
function announce(
  state: State,
  repository: Repository,
  by: Account,
  moved: { ref: string; before: string; after: string },
): void {
  repository.pushedAt = state.now();
  const commits =
    moved.after === noSha
      ? []
      : commitsIn(repository.bare, moved.before === noSha ? moved.after : `${moved.before}..${moved.after}`, 20);
  state.emit({ action: null, repository, sender: by, subject: { name: "push", ...moved, commits } });
  if (!moved.ref.startsWith("refs/heads/")) return;
  const branch = moved.ref.slice("refs/heads/".length);
  for (const issue of repository.issues.filter(isPull)) {
    if (issue.state !== "open") continue;
    if (issue.pull.base === branch && moved.after !== noSha) issue.pull.baseSha = moved.after;
    if (issue.pull.head !== branch) continue;
    if (moved.after === noSha) {
      changeIssue(state, repository, issue, { state: "closed", by });
      continue;
    }
    issue.pull.headSha = moved.after;
    issue.updatedAt = state.now();
    const subject = { name: "pull_request", issue, moved: { before: moved.before, after: moved.after } } as const;
    state.emit({ action: "synchronize", repository, sender: by, subject });
  }
}

function checkWorkflows(repository: Repository, by: RefAsker, sha: string): void {
  if (by.permissions["workflows"] === "write") return;
  const [path] = workflowFilesPushed(repository.bare, sha);
  if (path !== undefined) throw new Refusal(403, workflowRefusal(path));
}
