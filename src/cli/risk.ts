import { parseArgs } from "node:util";
import { explanationLines } from "../policy/explain.ts";
import { localConfig } from "../phases/local-task.ts";
import { judgeLocally } from "../phases/pipeline.ts";
import { localChange, openLocal, resolveRevision } from "../workspace/local.ts";
import { exitCode, UsageError, type Verb } from "./verb.ts";

export const verb: Verb = {
  usage: "risk --base REV --head REV [-C DIR] [--json]",
  summary: "Judges the change between two commits by the base's policy. Checks are not run: see `airlock verify`.",
  async run(args, terminal) {
    const { values } = parseArgs({
      args,
      options: {
        base: { type: "string" },
        head: { type: "string" },
        directory: { type: "string", short: "C", default: terminal.cwd },
        json: { type: "boolean" },
      },
    });
    if (values.base === undefined || values.head === undefined) throw new UsageError("name both --base and --head");
    await using local = await openLocal(values.directory);
    const start = await resolveRevision(local, values.base);
    const head = await resolveRevision(local, values.head);
    const { config } = await localConfig(local, start);
    const change = await localChange(local, start.tree, head.tree);
    const judgement = await judgeLocally(local, { task: { config, start }, solution: { change }, report: null });
    if (values.json === true) terminal.out(JSON.stringify(judgement));
    else for (const line of explanationLines(judgement)) terminal.out(line);
    return judgement.kind === "publish" ? exitCode.done : exitCode.no;
  },
};
