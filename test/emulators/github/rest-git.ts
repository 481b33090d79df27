import type { Answer } from "./answer.ts";
import { created, empty, notFound, ok, page, Refusal } from "./answer.ts";
import { blob, commitFacts, refAt, refsUnder, treeItems, typeOf } from "./git-read.ts";
import type { Person, TreeItem } from "./git-read.ts";
import { changedFiles } from "./git-diff.ts";
import { writeBlob, writeCommit, writeTree } from "./git-write.ts";
import type { TreeEntry } from "./git-write.ts";
import { createRef, moveRef, removeRef, workflowRefusal } from "./refs.ts";
import { wrapped } from "./rest-repository.ts";
import type { Ask, Route } from "./route.ts";
import { bodyAs, actor, param, read, repositoryAsked, write } from "./route.ts";
import { nodeId } from "./show-account.ts";
import type { Json } from "./show-account.ts";
import { noreply, showGitCommit } from "./show-commit.ts";
import { apiOf } from "./show-repository.ts";
import type { Permissions, Repository } from "./state.ts";
import { permissionsOn } from "./tokens.ts";

const repo = "/repos/{owner}/{repo}";
const treeEntriesMax = 100_000;
const web: Omit<Person, "at"> = { name: "GitHub", email: "noreply@github.com" };

/** The git database: objects and refs. */
export const gitRoutes: Route[] = [
  { method: "POST", path: `${repo}/git/blobs`, need: write("contents"), run: createBlob },
  { method: "GET", path: `${repo}/git/blobs/{file_sha}`, need: read("contents"), run: oneBlob },
  { method: "POST", path: `${repo}/git/trees`, need: write("contents"), run: createTree },
  { method: "GET", path: `${repo}/git/trees/{tree_sha}`, need: read("contents"), run: oneTree },
  { method: "POST", path: `${repo}/git/commits`, need: write("contents"), run: createCommit },
  { method: "GET", path: `${repo}/git/commits/{commit_sha}`, need: read("contents"), run: oneCommit },
  { method: "GET", path: `${repo}/git/ref/{ref}`, need: read("contents"), run: oneRef },
  { method: "GET", path: `${repo}/git/matching-refs/{ref}`, need: read("contents"), run: matchingRefs },
  { method: "POST", path: `${repo}/git/refs`, need: write("contents"), run: newRef },
  { method: "PATCH", path: `${repo}/git/refs/{ref}`, need: write("contents"), run: updateRef },
  { method: "DELETE", path: `${repo}/git/refs/{ref}`, need: write("contents"), run: deleteRef },
];

function createBlob(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const { content, encoding = "utf-8" } = bodyAs<{ content: string; encoding?: string }>(ask);
  const sha = writeBlob(repository.bare, Buffer.from(content, encoding === "base64" ? "base64" : "utf8"));
  return created({ sha, url: `${apiOf(ask.state, repository)}/git/blobs/${sha}` });
}

function oneBlob(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const sha = param(ask, "file_sha");
  if (typeOf(repository.bare, sha) !== "blob") throw notFound();
  const bytes = blob(repository.bare, sha);
  if (ask.accept.includes("raw")) return { status: 200, bytes };
  const url = `${apiOf(ask.state, repository)}/git/blobs/${sha}`;
  return ok({
    sha,
    node_id: nodeId("Blob", sha),
    size: bytes.byteLength,
    url,
    content: wrapped(bytes),
    encoding: "base64",
  });
}

function createTree(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const asked = bodyAs<{
    base_tree?: string;
    tree: { path?: string; mode?: string; sha?: string | null; content?: string }[];
  }>(ask);
  const base = asked.base_tree ?? null;
  if (base !== null && !["tree", "commit"].includes(typeOf(repository.bare, base) ?? "")) {
    throw new Refusal(422, `base_tree ${base} is not a valid tree`);
  }
  const entries: TreeEntry[] = asked.tree.map(({ path, mode, sha, content }) => {
    if (path === undefined) throw new Refusal(422, "tree.path is missing");
    const written = content === undefined ? sha : writeBlob(repository.bare, Buffer.from(content, "utf8"));
    if (written === undefined) throw new Refusal(422, `Must supply either tree.sha or tree.content for ${path}`);
    return { path, mode: mode ?? "100644", sha: written };
  });
  const sha = writeTree(repository.bare, base, entries);
  return created(showTree(ask, repository, { sha, recursive: false }));
}

function oneTree(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const sha = param(ask, "tree_sha");
  const type = typeOf(repository.bare, sha);
  const tree = type === "commit" ? commitFacts(repository.bare, sha).tree : sha;
  const found = type === null ? refAt(repository.bare, `refs/heads/${sha}`) : tree;
  if (found === null || type === "blob") throw notFound();
  const root = type === null ? commitFacts(repository.bare, found).tree : tree;
  return ok(showTree(ask, repository, { sha: root, recursive: ask.query.has("recursive") }));
}

function showTree(ask: Ask, repository: Repository, { sha, recursive }: { sha: string; recursive: boolean }): Json {
  const api = apiOf(ask.state, repository);
  const items = treeItems(repository.bare, sha, recursive);
  const show = (item: TreeItem): Json => ({
    path: item.path,
    mode: item.mode,
    type: item.type,
    sha: item.sha,
    ...(item.size === null ? {} : { size: item.size }),
    ...(item.type === "commit" ? {} : { url: `${api}/git/${item.type}s/${item.sha}` }),
  });
  const shown = items.slice(0, treeEntriesMax).map(show);
  return { sha, url: `${api}/git/trees/${sha}`, tree: shown, truncated: items.length > treeEntriesMax };
}

/**
 * GitHub signs a commit only when an App's token made it and neither author nor committer was named;
 * then the author is the App's bot and the committer is GitHub.
 */
function createCommit(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  type Named = { name?: string; email?: string; date?: string };
  const asked = bodyAs<{ message: string; tree: string; parents?: string[]; author?: Named; committer?: Named }>(ask);
  if (typeOf(repository.bare, asked.tree) !== "tree") throw new Refusal(422, "Tree SHA does not exist");
  const parents = asked.parents ?? [];
  for (const parent of parents) {
    if (typeOf(repository.bare, parent) !== "commit")
      throw new Refusal(422, "Parent SHA does not exist or is not a commit object");
  }
  const { account, app } = actor(ask);
  const now = Math.floor(ask.state.now() / 1000);
  const self: Person = { name: account.login, email: noreply(account), at: now };
  const named = (who: Named): Person => ({
    name: who.name ?? self.name,
    email: who.email ?? self.email,
    at: who.date === undefined ? now : Math.floor(Date.parse(who.date) / 1000),
  });
  const isSigned = app !== null && asked.author === undefined && asked.committer === undefined;
  const author = asked.author === undefined ? self : named(asked.author);
  const committer = isSigned ? { ...web, at: now } : asked.committer === undefined ? author : named(asked.committer);
  checkWorkflows(repository, granted(ask), { tree: asked.tree, parent: parents[0] });
  const sha = writeCommit(repository.bare, { tree: asked.tree, parents, message: asked.message, author, committer });
  if (isSigned) repository.signed.add(sha);
  return created(showGitCommit(ask.state, repository, commitFacts(repository.bare, sha)));
}

/** @throws Refusal 403 when the tree adds or changes a workflow file and the token may not. */
function checkWorkflows(
  repository: Repository,
  permissions: Permissions,
  { tree, parent }: { tree: string; parent: string | undefined },
): void {
  if (permissions["workflows"] === "write" || parent === undefined) return;
  const changed = changedFiles(repository.bare, parent, tree);
  const workflow = changed.find((file) => file.status !== "removed" && file.path.startsWith(".github/workflows/"));
  if (workflow) throw new Refusal(403, workflowRefusal(workflow.path));
}

function oneCommit(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  if (typeOf(repository.bare, param(ask, "commit_sha")) !== "commit") throw notFound();
  return ok(showGitCommit(ask.state, repository, commitFacts(repository.bare, param(ask, "commit_sha"))));
}

function oneRef(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const ref = `refs/${param(ask, "ref")}`;
  const sha = refAt(repository.bare, ref);
  if (sha === null) throw notFound();
  return ok(showRef(ask, repository, { ref, sha }));
}

function matchingRefs(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const prefix = `refs/${param(ask, "ref")}`;
  const found = refsUnder(repository.bare, "refs/").filter(({ ref }) => ref.startsWith(prefix));
  return page(found, {
    url: new URL(`${ask.url.href.split("?")[0]}?per_page=100`),
    show: (one) => showRef(ask, repository, one),
  });
}

function newRef(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const asked = bodyAs<{ ref: string; sha: string }>(ask);
  createRef(ask.state, repository, { account: actor(ask).account, permissions: granted(ask) }, asked);
  return created(showRef(ask, repository, asked));
}

function updateRef(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const { sha, force = false } = bodyAs<{ sha: string; force?: boolean }>(ask);
  const ref = `refs/${param(ask, "ref")}`;
  moveRef(ask.state, repository, { account: actor(ask).account, permissions: granted(ask) }, { ref, sha, force });
  return ok(showRef(ask, repository, { ref, sha }));
}

function deleteRef(ask: Ask): Answer {
  removeRef(ask.state, repositoryAsked(ask), actor(ask).account, `refs/${param(ask, "ref")}`);
  return empty();
}

function granted(ask: Ask): Permissions {
  return ask.identity.kind === "token" ? permissionsOn(ask.identity.token, repositoryAsked(ask)) : {};
}

function showRef({ state }: Ask, repository: Repository, { ref, sha }: { ref: string; sha: string }): Json {
  const api = apiOf(state, repository);
  return {
    ref,
    node_id: nodeId("Ref", ref),
    url: `${api}/git/${ref}`,
    object: { type: "commit", sha, url: `${api}/git/commits/${sha}` },
  };
}
