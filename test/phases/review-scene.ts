import { type Outgoing, ours } from "../../src/text/outgoing.ts";
import { type Scene, scene } from "./scene.ts";

export interface ReviewScene extends Scene {
  /** A pull request of ours, whose `src/sum.js` has lines 1 to 3. */
  pull: number;
  branch: string;
  /** A commit onto its branch, with a message. */
  commit: (message: Outgoing) => Promise<string>;
  /** A person submits a review. Out: its id, and the first comment of each thread that it began. */
  review: (as: string, said: Said) => Promise<{ id: number; threads: number[] }>;
}

export interface Said {
  event?: "APPROVE" | "REQUEST_CHANGES" | "COMMENT";
  body?: string;
  /** One thread for each, on the line of this number. */
  lines?: [line: number, body: string][];
}

/** A scene in which a run of ours opened a pull request for the issue. */
export async function reviewScene(files: Record<string, string> = {}): Promise<ReviewScene> {
  const stage = await scene(files);
  const { repository, writing, issue } = stage;
  const branch = `airlock/${issue}-1`;
  stage.push({ "src/sum.js": "a + b\nb + c\nc + d\n" }, branch);
  const opened = { title: ours`Sum`, body: ours`Sums.`, head: branch, base: "main", draft: false };
  const { number: pull } = await writing.createPull(opened);
  stage.pass(30);
  return {
    ...stage,
    pull,
    branch,
    async commit(message) {
      const head = (await writing.branch(branch)) ?? "";
      const { tree } = await writing.commit(head);
      const made = await writing.createCommit({ message, tree, parents: [head] });
      await writing.moveBranch(branch, made.sha);
      return made.sha;
    },
    async review(as, { event = "REQUEST_CHANGES", body = "", lines = [] }) {
      const before = repository.threadsOf(pull).length;
      const comments = lines.map(([line, text]) => ({ path: "src/sum.js", line, body: text }));
      const id = await repository.reviewWith(as, pull, { event, body, comments });
      return {
        id,
        threads: repository
          .threadsOf(pull)
          .slice(before)
          .map(({ comments: [first] }) => first?.id ?? 0),
      };
    },
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  };
}
