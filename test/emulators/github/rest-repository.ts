import { accountOf, atLeast, roleOf } from "./accounts.ts";
import type { Answer } from "./answer.ts";
import { notFound, ok, page, Refusal } from "./answer.ts";
import {
  blob,
  commitAt,
  commitFacts,
  countCommits,
  itemAt,
  mergeBase,
  refAt,
  refsUnder,
  treeItems,
  commitsIn,
} from "./git-read.ts";
import type { TreeItem } from "./git-read.ts";
import { changedFiles } from "./git-diff.ts";
import { git } from "./git.ts";
import type { Ask, Route } from "./route.ts";
import { param, read, repositoryAsked } from "./route.ts";
import { showFullUser } from "./show-account.ts";
import type { Json } from "./show-account.ts";
import { showCommit, showFile } from "./show-commit.ts";
import { apiOf, htmlOf, showRepository } from "./show-repository.ts";
import type { Repository } from "./state.ts";

const repo = "/repos/{owner}/{repo}";
/** Larger files come only as raw bytes; GitHub's contents answer leaves their content empty. */
const contentBytesMax = 1_000_000;
const compareFilesMax = 300;

/** The repository itself and everything that reads its commits. */
export const repositoryRoutes: Route[] = [
  {
    method: "GET",
    path: repo,
    need: read("metadata"),
    run: (ask) => ok(showRepository(ask.state, repositoryAsked(ask))),
  },
  { method: "GET", path: `${repo}/collaborators/{username}/permission`, need: read("metadata"), run: permission },
  { method: "GET", path: `${repo}/branches`, need: read("contents"), run: listBranches },
  { method: "GET", path: `${repo}/branches/{branch}`, need: read("contents"), run: oneBranch },
  { method: "GET", path: `${repo}/commits`, need: read("contents"), run: listCommits },
  { method: "GET", path: `${repo}/commits/{ref}`, need: read("contents"), run: oneCommit },
  { method: "GET", path: `${repo}/compare/{basehead}`, need: read("contents"), run: compare },
  { method: "GET", path: `${repo}/contents/{path}`, need: read("contents"), run: contents },
];

function permission(ask: Ask): Answer {
  const account = accountOf(ask.state, param(ask, "username"));
  if (account === null) throw new Refusal(404, `${param(ask, "username")} is not a user`);
  const role = roleOf(repositoryAsked(ask), account);
  const legacy = { none: "none", read: "read", triage: "read", write: "write", maintain: "write", admin: "admin" }[
    role
  ];
  const may = { pull: atLeast(role, "read"), triage: atLeast(role, "triage"), push: atLeast(role, "write") };
  const permissions = { ...may, maintain: atLeast(role, "maintain"), admin: role === "admin" };
  const user = { ...showFullUser(ask.state, account), permissions, role_name: role };
  return ok({ permission: legacy, role_name: role, user });
}

function listBranches(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const show = ({ ref, sha }: { ref: string; sha: string }): Json => ({
    name: ref.slice("refs/heads/".length),
    commit: { sha, url: `${apiOf(ask.state, repository)}/commits/${sha}` },
    protected: false,
  });
  return page(refsUnder(repository.bare, "refs/heads"), { url: ask.url, show });
}

function oneBranch(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const name = param(ask, "branch");
  const sha = refAt(repository.bare, `refs/heads/${name}`);
  if (sha === null) throw new Refusal(404, "Branch not found");
  const url = `${apiOf(ask.state, repository)}/branches/${name}`;
  const checks = repository.protectedBy[name];
  return ok({
    name,
    commit: showCommit(ask.state, repository, commitFacts(repository.bare, sha)),
    _links: { self: url, html: `${htmlOf(ask.state, repository)}/tree/${name}` },
    protected: checks !== undefined,
    protection: {
      enabled: checks !== undefined,
      required_status_checks: {
        enforcement_level: checks === undefined ? "off" : "everyone",
        contexts: (checks ?? []).map(({ context }) => context),
        checks: (checks ?? []).map(({ context, appId }) => ({ context, app_id: appId })),
      },
    },
    protection_url: `${url}/protection`,
  });
}

function listCommits(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const sha = commitAsked(repository, ask.query.get("sha") ?? repository.defaultBranch);
  return page(commitsIn(repository.bare, sha, 1000), {
    url: ask.url,
    show: (one) => showCommit(ask.state, repository, one),
  });
}

function oneCommit(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const commit = commitFacts(repository.bare, commitAsked(repository, param(ask, "ref")));
  const files = changedFiles(repository.bare, commit.parents[0] ?? emptyTree(repository), commit.sha);
  const [additions, deletions] = [sum(files.map((file) => file.additions)), sum(files.map((file) => file.deletions))];
  return ok({
    ...showCommit(ask.state, repository, commit),
    stats: { additions, deletions, total: additions + deletions },
    files: files.map((file) => showFile(ask.state, repository, file, commit.sha)),
  });
}

function compare(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const [baseName = "", headName = ""] = param(ask, "basehead").split("...");
  const [base, head] = [commitAsked(repository, baseName), commitAsked(repository, headName)];
  const from = mergeBase(repository.bare, base, head);
  if (from === null) throw new Refusal(404, `No common ancestor between ${baseName} and ${headName}.`);
  if (ask.accept.includes("diff"))
    return { status: 200, text: git(repository.bare, ["diff", from, head]).toString("utf8") };
  const ahead = countCommits(repository.bare, `${base}..${head}`);
  const behind = countCommits(repository.bare, `${head}..${base}`);
  const status = ahead === 0 ? (behind === 0 ? "identical" : "behind") : behind === 0 ? "ahead" : "diverged";
  const html = `${htmlOf(ask.state, repository)}/compare/${baseName}...${headName}`;
  const files = changedFiles(repository.bare, from, head).slice(0, compareFilesMax);
  return ok({
    url: ask.url.href,
    html_url: html,
    permalink_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: showCommit(ask.state, repository, commitFacts(repository.bare, base)),
    merge_base_commit: showCommit(ask.state, repository, commitFacts(repository.bare, from)),
    status,
    ahead_by: ahead,
    behind_by: behind,
    total_commits: ahead,
    commits: commitsIn(repository.bare, `${base}..${head}`, Number(ask.query.get("per_page") ?? 250))
      .toReversed()
      .map((one) => showCommit(ask.state, repository, one)),
    files: files.map((file) => showFile(ask.state, repository, file, head)),
  });
}

function contents(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const commit = commitAt(repository.bare, ask.query.get("ref") ?? repository.defaultBranch);
  if (commit === null) throw new Refusal(404, `No commit found for the ref ${ask.query.get("ref") ?? ""}`);
  const path = param(ask, "path").replace(/^\/+|\/+$/g, "");
  const item = itemAt(repository.bare, commit, path);
  if (item === null) throw notFound();
  if (item.type === "tree") {
    const inside = treeItems(repository.bare, item.sha, false).map((one) => ({
      ...one,
      path: path === "" ? one.path : `${path}/${one.path}`,
    }));
    return ok(inside.map((one) => entry(ask, one, commit)));
  }
  if (item.type === "commit") return ok({ ...entry(ask, item, commit), submodule_git_url: null });
  const bytes = blob(repository.bare, item.sha);
  if (ask.accept.includes("raw")) return { status: 200, bytes };
  if (item.mode === "120000") return ok({ ...entry(ask, item, commit), target: bytes.toString("utf8") });
  const isSmall = bytes.byteLength <= contentBytesMax;
  return ok({
    ...entry(ask, item, commit),
    content: isSmall ? wrapped(bytes) : "",
    encoding: isSmall ? "base64" : "none",
  });
}

function entry(ask: Ask, item: TreeItem, commit: string): Json {
  const repository = repositoryAsked(ask);
  const path = item.path
    .split("/")
    .map((part) => encodeURIComponent(part))
    .join("/");
  const url = `${apiOf(ask.state, repository)}/contents/${path}?ref=${commit}`;
  const html = `${htmlOf(ask.state, repository)}/blob/${commit}/${path}`;
  const gitUrl = `${apiOf(ask.state, repository)}/git/${item.type}s/${item.sha}`;
  const type =
    item.type === "tree" ? "dir" : item.type === "commit" ? "submodule" : item.mode === "120000" ? "symlink" : "file";
  return {
    name: item.path.split("/").at(-1),
    path: item.path,
    sha: item.sha,
    size: item.size ?? 0,
    type,
    url,
    html_url: html,
    git_url: gitUrl,
    download_url: type === "file" ? `${htmlOf(ask.state, repository)}/raw/${commit}/${path}` : null,
    _links: { self: url, git: gitUrl, html },
  };
}

/** @throws Refusal 404 */
function commitAsked(repository: Repository, ref: string): string {
  const found = commitAt(repository.bare, ref);
  if (found === null) throw new Refusal(404, `No commit found for SHA: ${ref}`);
  return found;
}

function emptyTree(repository: Repository): string {
  return git(repository.bare, ["hash-object", "-t", "tree", "-w", "--stdin"], { input: "" }).toString("utf8").trim();
}

/** Base64 in lines, as GitHub sends it. */
export function wrapped(bytes: Buffer): string {
  return bytes.toString("base64").replace(/.{1,60}/g, "$&\n");
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
