import { parseArgs } from "node:util";
import { explanationLines, treeLines } from "../policy/explain.ts";
import { localConfig } from "../phases/local-task.ts";
import { judgeLocally } from "../phases/pipeline.ts";
import { localChange, resolveRevision } from "../workspace/local.ts";
import { openRepository } from "./repository.ts";
import { readRevisions } from "./revisions.ts";
import { printable } from "./table.ts";
import { exitCode, type Verb } from "./verb.ts";
import { readWhatIf, stillMissing, whatIfLines } from "./what-if.ts";

export const verb: Verb = {
  usage: "risk --base REV --head REV [--explain] [--what-if approvals=2,security=1,verified=yes] [-C DIR] [--json]",
  summary: "Judges the change between two commits by the base's policy. Checks are not run: see `airlock verify`.",
  async run(args, terminal) {
    const { explain, whatIf, rest } = ownOptions(args);
    const { base, head: headRevision, directory, json } = readRevisions(rest, terminal);
    await using local = await openRepository(directory);
    const start = await resolveRevision(local, base);
    const head = await resolveRevision(local, headRevision);
    const { config } = await localConfig(local, start);
    const change = await localChange(local, start.tree, head.tree);
    const judgement = await judgeLocally(local, { task: { config, base: start }, solution: { change }, report: null });
    const missing = whatIf === null ? {} : { missing: stillMissing(judgement, whatIf) };
    if (json) terminal.out(JSON.stringify({ ...judgement, ...missing }));
    else {
      const lines = [
        ...explanationLines(judgement, { checksRun: false }),
        ...(explain ? ["", "Every rule (✗ raised, ✓ looked and content, – not asked):", ...treeLines(judgement)] : []),
        ...(whatIf === null ? [] : ["", ...whatIfLines(judgement, whatIf)]),
      ];
      for (const line of lines.flatMap(printable)) terminal.out(line);
    }
    return judgement.kind === "publish" ? exitCode.done : exitCode.no;
  },
};

/** Takes what only `risk` knows out of the arguments. @throws UsageError for a `--what-if` that cannot be read. */
function ownOptions(args: string[]) {
  const options = { explain: { type: "boolean" }, "what-if": { type: "string" } } as const;
  const { values, tokens } = parseArgs({ args, options, strict: false, tokens: true });
  const mine = new Set(
    tokens.flatMap((token) => {
      if (token.kind !== "option" || !(token.name in options)) return [];
      return token.name === "what-if" && token.inlineValue === false ? [token.index, token.index + 1] : [token.index];
    }),
  );
  const text = values["what-if"];
  return {
    explain: values.explain === true,
    whatIf: text === undefined ? null : readWhatIf(String(text)),
    rest: args.filter((_, index) => !mine.has(index)),
  };
}
