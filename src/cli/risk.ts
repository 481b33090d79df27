import { explanationLines } from "../policy/explain.ts";
import { localConfig } from "../phases/local-task.ts";
import { judgeLocally } from "../phases/pipeline.ts";
import { localChange, resolveRevision } from "../workspace/local.ts";
import { openRepository } from "./repository.ts";
import { readRevisions } from "./revisions.ts";
import { exitCode, type Verb } from "./verb.ts";

export const verb: Verb = {
  usage: "risk --base REV --head REV [-C DIR] [--json]",
  summary: "Judges the change between two commits by the base's policy. Checks are not run: see `airlock verify`.",
  async run(args, terminal) {
    const { base, head: headRevision, directory, json } = readRevisions(args, terminal);
    await using local = await openRepository(directory);
    const start = await resolveRevision(local, base);
    const head = await resolveRevision(local, headRevision);
    const { config } = await localConfig(local, start);
    const change = await localChange(local, start.tree, head.tree);
    const judgement = await judgeLocally(local, { task: { config, start }, solution: { change }, report: null });
    if (json) terminal.out(JSON.stringify(judgement));
    else for (const line of explanationLines(judgement, { checksRun: false })) terminal.out(line);
    return judgement.kind === "publish" ? exitCode.done : exitCode.no;
  },
};
