import type { GitHub, Pull, Run } from "../github/github.ts";
import { isOurPull } from "../record/own-pull.ts";
import type { StatusState } from "../record/status-comment.ts";
import type { ControlVerb } from "../request/control.ts";
import { type RunName, workflowFile } from "../request/run-name.ts";
import { cell, joined, link, ours, type Outgoing, word } from "../text/outgoing.ts";
import { nameOfOurRun } from "./our-run.ts";

/** Days of runs that are looked at: GitHub ends a run that waited or worked longer. */
const lookBackDays = 7;
/** Runs that ended and are told. */
const endedShown = 3;

export interface ControlPlace {
  github: GitHub;
  /** Account id of the App's bot. */
  bot: number;
  repositoryId: number;
  defaultBranch: string;
  /** The repository's page. */
  home: string;
  /** Milliseconds since 1970. */
  now: number;
}

interface Named {
  run: Run;
  name: RunName;
}

/** Answers `stop` or `status` about an issue or pull request from GitHub's own list of runs. Out: what people are shown. */
export async function control(verb: ControlVerb, subject: number, place: ControlPlace): Promise<StatusState> {
  const since = new Date(place.now - lookBackDays * 24 * 60 * 60_000);
  const runs = (await place.github.runs(workflowFile, since))
    .flatMap((run): Named[] => {
      const name = nameOfOurRun(run, place);
      return name?.issue === subject ? [{ run, name }] : [];
    })
    .toSorted((a, b) => a.run.id - b.run.id);
  const open = runs.filter(({ run }) => run.status !== "completed");
  switch (verb) {
    case "stop":
      return await stopAll(open, place);
    case "status":
      return await tell(runs, open, { subject, place });
  }
}

async function stopAll(open: readonly Named[], { github, home }: ControlPlace): Promise<StatusState> {
  const stopped: Named[] = [];
  // The last in line first, so that none begins while the one before it ends.
  for (const one of open.toReversed()) if ((await github.cancelRun(one.run.id)) === "asked") stopped.unshift(one);
  if (stopped.length === 0)
    return {
      kind: "refused",
      headline: ours`There is no run to stop here.`,
      details: [],
      next: ours`\`/agent status\` tells what there is.`,
    };
  const list = joined(
    stopped.map((one) => shown(one, home)),
    ", ",
  );
  return {
    kind: "info",
    headline: ours`Stopping ${list}.`,
    details: [ours`Nothing more of it is published. What was finished by now stays in the run's artifacts.`],
    next: ours`write the command again when it should be done after all.`,
  };
}

async function tell(
  runs: readonly Named[],
  open: readonly Named[],
  { subject, place }: { subject: number; place: ControlPlace },
): Promise<StatusState> {
  const { home } = place;
  const lines = open.map((one, index) => ours`- ${shown(one, home)}: ${standing(one.run, index)}`);
  const ended = runs.filter(({ run }) => run.status === "completed").slice(-endedShown);
  const past = ended.map((one) => ours`- ${shown(one, home)}: ended, ${cell(one.run.conclusion ?? "unknown", [])}`);
  const pulls = (await pullsFor(subject, place)).map((pull) => ours`- ${pullLine(pull, home)}`);
  const nothing = lines.length + past.length + pulls.length === 0;
  return {
    kind: "info",
    headline:
      open.length > 0
        ? ours`${open.length === 1 ? ours`One run is` : ours`${open.length} runs are`} at work or waiting here.`
        : ours`No run is at work here.`,
    details: [joined([...lines, ...past, ...pulls], "\n")],
    next: nothing ? ours`\`/agent help\` tells what can be asked.` : ours``,
  };
}

function standing({ status }: Run, index: number): Outgoing {
  if (status === "in_progress") return ours`at work`;
  return index === 0 ? ours`next in line` : ours`number ${index + 1} in line`;
}

function shown({ run, name }: Named, home: string): Outgoing {
  return ours`${link(ours`run ${run.id}`, run.url, home)} (\`${word(name.verb, [])}\`)`;
}

/** Open pull requests of ours that answer the issue. */
async function pullsFor(issue: number, { github, repositoryId }: ControlPlace): Promise<Pull[]> {
  const open = await github.openPulls();
  return open.filter((pull) => isOurPull(pull, repositoryId) && new RegExp(`/${issue}-[1-9]\\d*$`).test(pull.head.ref));
}

function pullLine({ number, url, draft }: Pull, home: string): Outgoing {
  return ours`${link(ours`pull request #${number}`, url, home)} is open${draft ? ours` as a draft` : ours``}`;
}
