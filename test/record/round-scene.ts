import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Change } from "../../src/change.ts";
import { Config } from "../../src/config.ts";
import { githubClient, noPatience } from "../../src/github/client.ts";
import type { GitHub } from "../../src/github/github.ts";
import type { BodyFacts } from "../../src/record/body.ts";
import type { RoundPlan } from "../../src/record/round.ts";
import { ours } from "../../src/text/outgoing.ts";
import { declined, done, point, reviewBrief } from "../agent/review-round.ts";
import { type Hub, type HubRepository, startHub } from "../emulators/github/hub.ts";
import { entry } from "../workspace/repository.ts";
import { digest, judgement, report, solution, task } from "./papers.ts";
import { written } from "./written.ts";

/** A pull request of a run of ours with a review of two people in four threads, and what a round made of it. */
export interface RoundScene extends AsyncDisposable {
  hub: Hub;
  repository: HubRepository;
  github: GitHub;
  pull: number;
  /** First comments of the threads, in the order of the points. */
  comments: number[];
  review: number;
  facts: BodyFacts;
  plan: RoundPlan;
}

export const branch = "airlock/12-1";

/** What the two steps of a round do; and all of it against the base, which has not the pull request's `src/tax.js`. */
export interface Made {
  steps: [Change, Change];
  whole: Change;
  subjects: [string, string];
}

export const made: Made = {
  steps: [
    [entry("src/sum.js", "a + b\n", "Number(a) + Number(b)\n")],
    [entry("src/tax.js", "19\n", null), entry("test/sum.test.js", null, "// a test\n")],
  ],
  whole: [entry("src/sum.js", "a - b\n", "Number(a) + Number(b)\n"), entry("test/sum.test.js", null, "// a test\n")],
  subjects: ["Take numbers only", "Test the sum"],
};

/** Mends one, declines one, mends another, and does not reach the fourth; the review's own text is declined. */
export async function roundScene({ steps, whole, subjects }: Made = made): Promise<RoundScene> {
  const dir = await mkdtemp(join(tmpdir(), "airlock-round-"));
  await mkdir(join(dir, "files/src"), { recursive: true });
  await writeFile(join(dir, "files/src/sum.js"), "a - b\n");
  const hub = await startHub({ dir: join(dir, "hub") });
  for (const login of ["mona", "hubert", "ben"]) hub.addUser(login);
  const repository = hub.createRepository({ owner: "octo", name: "demo", from: join(dir, "files") });
  for (const login of ["mona", "hubert", "ben"]) repository.setRole(login, "write");
  for (let number = 1; number <= 12; number += 1) repository.openIssue("mona", `issue ${number}`, "");
  const token = hub.jobToken(repository, { contents: "write", pull_requests: "write", issues: "read" });
  const github = githubClient({ token, apiUrl: hub.url, owner: "octo", repo: "demo", patience: noPatience });

  const main = (await github.branch("main")) ?? "";
  const base = { commit: main, tree: (await github.commit(main)).tree };
  const first = await written(github, base.tree, [
    entry("src/sum.js", "a - b\n", "a + b\n"),
    entry("src/tax.js", null, "19\n"),
  ]);
  const { sha } = await github.createCommit({ message: ours`Mend\n\nAirlock-Run: 70`, tree: first, parents: [main] });
  await github.createBranch(branch, sha);
  const opened = { title: ours`A title of people`, body: ours`old`, head: branch, base: "main", draft: false };
  const pull = await github.createPull(opened);
  await github.addLabels(pull.number, [
    { name: "risk:low", color: "2da44e", description: "" },
    { name: "needs-review:2", color: "57606a", description: "" },
    { name: "mine", color: "57606a", description: "" },
  ]);
  const at = (path: string) => ({ path, line: 1, body: "Please mend this." });
  const said = {
    event: "REQUEST_CHANGES" as const,
    body: "See below.",
    comments: [at("src/sum.js"), at("src/tax.js")],
  };
  const review = await repository.reviewWith("hubert", pull.number, said);
  await repository.reviewWith("ben", pull.number, { ...said, body: "" });
  const comments = repository.threadsOf(pull.number).map((thread) => thread.comments[0]?.id ?? 0);
  const [a = "", b = "", c = "", d = ""] = comments.map((id) => `thread-${id}`);
  const own = `review-${review}`;

  const middle = await written(github, first, steps[0]);
  const tree = await written(github, middle, steps[1]);
  const items = [
    done(a),
    declined(b),
    done(c),
    { id: d, outcome: "not-reached" as const, reply: "" },
    declined(own),
  ].map(({ id, outcome, reply }) => ({ id, outcome, reply }));
  const from = (id: string, author: string) => ({
    ...point(id),
    texts: point(id).texts.map((text) => ({ ...text, author })),
  });
  const brief = reviewBrief(from(a, "hubert"), from(b, "hubert"), from(c, "ben"), from(d, "ben"), from(own, "hubert"));
  const asked = task({
    brief: { ...brief, number: pull.number },
    trusted: base,
    base,
    start: { commit: sha, tree: first },
    pull: { number: pull.number, branch, target: "main" },
    config: Config.parse({}),
  });
  const told = [
    { items: [a], subject: subjects[0], tree: middle, change: steps[0] },
    { items: [c], subject: subjects[1], tree, change: steps[1] },
  ];
  return {
    hub,
    repository,
    github,
    pull: pull.number,
    comments,
    review,
    facts: {
      task: asked,
      solution: solution({ base, tree, change: whole, items, steps: told, reasons: [] }),
      report: report({ base, head_tree: tree }),
      judgement: judgement({ draft: false }),
      run: { id: 77, url: `${repository.htmlUrl}/actions/runs/77` },
      home: repository.htmlUrl,
      auditHead: digest("9"),
      known: [],
    },
    plan: { items, commits: told, squashed: null },
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      await rm(dir, { recursive: true, force: true });
      if (hub.violations.length > 0) throw new Error(hub.violations.join("\n"));
    },
  };
}
