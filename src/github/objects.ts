import { Buffer } from "node:buffer";
import { z } from "zod";
import { blobSha, Sha } from "../change.ts";
import { AirlockError } from "../errors.ts";
import { CommitAnswer, TreeAnswer } from "./answers.ts";
import type { Api } from "./api.ts";
import { httpFailure, statusOf, unreadable } from "./failure.ts";
import type { GitHub } from "./github.ts";

/** Git objects and branches over the API: what is there, and what we add. No clone is involved. */
export function objects(api: Api): ReadObjects & WriteObjects {
  return { ...readObjects(api), ...writeObjects(api) };
}

type ReadObjects = Pick<GitHub, "branch" | "branches" | "commit" | "isAncestor" | "mergeBase" | "tree" | "blob">;
type WriteObjects = Pick<GitHub, "createBlob" | "createTree" | "createCommit" | "createBranch" | "moveBranch">;

function readObjects(api: Api): ReadObjects {
  return {
    async branch(name) {
      const found = await api.find(Reference, "GET /git/ref/{ref}", { ref: `heads/${name}` });
      return found?.object.sha ?? null;
    },
    async branches(prefix) {
      const found = await api.call(z.array(NamedReference), "GET /git/matching-refs/{ref}", { ref: `heads/${prefix}` });
      return found.map(({ ref, object }) => ({ name: ref.slice("refs/heads/".length), head: object.sha }));
    },
    async commit(sha) {
      const { tree, parents, message, ...commit } = await api.call(CommitAnswer, "GET /git/commits/{commit_sha}", {
        commit_sha: sha,
      });
      return { sha: commit.sha, tree: tree.sha, parents: parents.map((parent) => parent.sha), message };
    },
    async isAncestor(ancestor, descendant) {
      const basehead = `${ancestor}...${descendant}`;
      const compared = await api.find(Comparison, "GET /compare/{basehead}", { basehead, per_page: 1 });
      return compared !== null && (compared.status === "ahead" || compared.status === "identical");
    },
    async mergeBase(one, other) {
      const { merge_base_commit } = await api.call(MergeBase, "GET /compare/{basehead}", {
        basehead: `${one}...${other}`,
        per_page: 1,
      });
      return merge_base_commit.sha;
    },
    async tree(sha) {
      const route = "GET /git/trees/{tree_sha}";
      const { tree, truncated } = await api.call(TreeAnswer, route, { tree_sha: sha, recursive: "1" });
      if (truncated) throw unreadable(route, `GitHub cut the list of tree ${sha} after ${tree.length} entries`);
      return tree.flatMap((entry) =>
        entry.type === "tree" ? [] : [{ path: entry.path, mode: entry.mode, sha: entry.sha }],
      );
    },
    blob: (sha) => readBlob(api, sha),
  };
}

async function readBlob(api: Api, sha: string): Promise<Buffer> {
  const route = "GET /git/blobs/{file_sha}";
  const { content } = await api.call(Blob, route, { file_sha: sha });
  const bytes = Buffer.from(content, "base64");
  if (blobSha(bytes) !== sha) throw unreadable(route, `the bytes do not hash to ${sha}`);
  return bytes;
}

function writeObjects(api: Api): WriteObjects {
  return {
    async createBlob(bytes) {
      const content = Buffer.from(bytes).toString("base64");
      const { sha } = await api.call(Created, "POST /git/blobs", { content, encoding: "base64" });
      if (sha !== blobSha(bytes)) throw unreadable("POST /git/blobs", `the blob became ${sha}, not ${blobSha(bytes)}`);
      return sha;
    },
    async createTree(baseTree, entries) {
      const tree = entries.map((entry) => ({ ...entry, type: entry.mode === "160000" ? "commit" : "blob" }));
      const { sha } = await api.call(Created, "POST /git/trees", { base_tree: baseTree, tree });
      return sha;
    },
    async createCommit({ message, tree, parents }) {
      const commit = await api.call(CommitAnswer, "POST /git/commits", { message, tree, parents });
      return { sha: commit.sha, verified: commit.verification?.verified ?? false };
    },
    async createBranch(name, sha) {
      try {
        await api.call(Reference, "POST /git/refs", { ref: `refs/heads/${name}`, sha });
        return "created";
      } catch (thrown) {
        if (refused(thrown, /already exists/i)) return "exists";
        throw thrown;
      }
    },
    async moveBranch(name, sha) {
      try {
        await api.call(Reference, "PATCH /git/refs/{ref}", { ref: `heads/${name}`, sha, force: false });
        return "moved";
      } catch (thrown) {
        if (refused(thrown, /not a fast.forward/i)) return "not-fast-forward";
        throw thrown;
      }
    },
  };
}

/** Whether GitHub refused these values in such words. */
function refused(thrown: unknown, words: RegExp): boolean {
  return thrown instanceof AirlockError && statusOf(thrown) === 422 && words.test(httpFailure(thrown).message);
}

const Reference = z.object({ object: z.object({ type: z.literal("commit"), sha: Sha }) });
const NamedReference = Reference.extend({ ref: z.string().startsWith("refs/heads/") });
const Comparison = z.object({ status: z.enum(["ahead", "behind", "identical", "diverged"]) });
const MergeBase = z.object({ merge_base_commit: z.object({ sha: Sha }) });
const Blob = z.object({ content: z.string(), encoding: z.literal("base64") });
const Created = z.object({ sha: Sha });
