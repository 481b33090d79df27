import { call, type Step } from "./emulators/model/step.ts";
import type { World } from "./world.ts";

/** What the demo can walk. `fix` is the beginning of the others. */
export const roads = ["fix", "ask", "review", "rollback"] as const;
export type Road = (typeof roads)[number];

/** Says one line of the story; prints a text as it is. */
export interface Teller {
  say: (text: string) => void;
  print: (text: string) => void;
}

/** What the recorded model does after the fix, in the order of the road. */
export function stepsAfterFix(road: Road): Step[] {
  switch (road) {
    case "fix":
      return [];
    case "ask":
      return [look, answer];
    case "review":
    case "rollback":
      return round;
  }
}

/** Goes on with the pull request that the fix opened. */
export async function walkOn(road: Road, world: World, teller: Teller): Promise<void> {
  switch (road) {
    case "fix":
      return;
    case "ask":
      return await question(world, teller);
    case "review":
      return await review(world, teller);
    case "rollback":
      await review(world, teller);
      return await takeBack(world, teller);
  }
}

const look = call("shell", { command: ["grep", "-n", "minutes", "src/duration.ts"], workdir: null, timeout_s: null });
const answer = call("finish", {
  outcome: "done",
  answer:
    "Yes. `parseDuration` adds numbers and rounds nowhere (`src/duration.ts`, the table `minutes` and the sum below it), so `45s` is 0.75.",
  notes: "",
});

/** Answers the n-th point that the prompt lists, from 0. */
const settle = (n: number, said: { outcome: "done" | "declined"; subject: string; reply: string }): Step =>
  call("answer_item", ({ input }) => {
    const ids = [...JSON.stringify(input).matchAll(/## ((?:thread|review|comment)-\d+)/g)].map(([, id]) => id ?? "");
    return { id: ids[n] ?? "", ...said };
  });
const note = [
  "*** Begin Patch",
  "*** Update File: README.md",
  "@@",
  ' Reads and writes durations as people type them: `parseDuration("1h30m")` is 90.',
  '+Seconds are parts of a minute: `parseDuration("90s")` is 1.5.',
  "*** End Patch",
].join("\n");
const round: Step[] = [
  settle(0, {
    outcome: "declined",
    subject: "",
    reply: "`formatDuration` promises whole minutes, and its callers count on it. That is a change of its own.",
  }),
  call("apply_patch", { patch: note }),
  settle(1, { outcome: "done", subject: "Say what seconds become", reply: "The README says it now." }),
  call("finish", { outcome: "done", summary: "Wrote down what seconds become.", reasons: [], notes: "", look_at: [] }),
];

const pullOf = ({ repository }: World) => repository.pulls()[0];

async function question(world: World, { say, print }: Teller): Promise<void> {
  const pull = pullOf(world)?.number ?? 0;
  const comment = "/agent ask Are seconds exact now, or rounded?";
  say(`mona comments on pull request #${pull}: ${comment}`);
  await world.repository.comment("mona", pull, comment);
  await world.settled();
  print(`\nThe answer on #${pull}:\n\n${newestAnswer(world, pull)}\n`);
}

async function review(world: World, { say, print }: Teller): Promise<void> {
  const { repository } = world;
  const pull = pullOf(world);
  const number = pull?.number ?? 0;
  const text = repository.file("src/duration.ts", pull?.head.sha ?? "") ?? "";
  const line = text.split("\n").findIndex((one) => one.includes("1 / 60")) + 1;
  say(`ben requests changes on #${number}: one point at src/duration.ts:${line}, one for the whole`);
  await repository.reviewWith("ben", number, {
    event: "REQUEST_CHANGES",
    body: "Should formatDuration show seconds as well?",
    comments: [{ path: "src/duration.ts", line, body: "Please say in the README what seconds become." }],
  });
  await world.settled();
  say("the commits of the pull request now:");
  for (const { sha, message } of repository.log(pull?.head.ref ?? "").slice(0, 2))
    print(`           ${sha.slice(0, 7)} ${message.split("\n")[0]}`);
  for (const { comments } of repository.threadsOf(number))
    for (const { author, body } of comments) print(`\n${author.login}:\n${body}`);
  print(`\nThe status of the round on #${number}:\n\n${newestAnswer(world, number)}\n`);
}

async function takeBack(world: World, { say, print }: Teller): Promise<void> {
  const { repository } = world;
  const pull = pullOf(world);
  const number = pull?.number ?? 0;
  say(`mona comments on #${number}: /agent rollback`);
  await repository.comment("mona", number, "/agent rollback");
  await world.settled();
  for (const { sha, message } of repository.log(pull?.head.ref ?? "").slice(0, 3))
    print(`           ${sha.slice(0, 7)} ${message.split("\n")[0]}`);
  print(`\nThe end of the rollback on #${number}:\n\n${newestAnswer(world, number)}\n`);
}

function newestAnswer({ repository }: World, issue: number): string {
  return repository.issueComments(issue).findLast(({ author }) => author === "airlock[bot]")?.body ?? "(none)";
}
