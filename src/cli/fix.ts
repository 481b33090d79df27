import { applyToWorkTree } from "../workspace/worktree.ts";
import { openLocal } from "../workspace/local.ts";
import { runTask } from "./task.ts";
import { exitCode, type Verb } from "./verb.ts";

export const verb: Verb = {
  usage: 'fix [-m MODEL] [-C DIR] [-o DIR] [--yes] "TASK"',
  summary: "Like exec, then asks whether to write the change into your working copy (--yes answers for you).",
  async run(args, terminal) {
    const yes = args.includes("--yes");
    const ended = await runTask(
      args.filter((arg) => arg !== "--yes"),
      terminal,
    );
    if (ended.result?.kind !== "judged") return ended.code;
    const { solution, judgement } = ended.result;
    if (judgement.kind === "refuse") return exitCode.no;
    const answer = yes
      ? "y"
      : await terminal.ask(`Write these ${solution.change.length} files into your working copy? [y/N]`);
    if (answer === null || !/^y(es)?$/i.test(answer.trim())) {
      terminal.err("Nothing was written. The patch is in the folder named above.");
      return exitCode.no;
    }
    await using local = await openLocal(ended.directory);
    const applied = await applyToWorkTree(local, solution.change);
    if (applied.kind === "applied") {
      terminal.err(`Written: ${solution.change.map(({ path }) => path).join(", ")}`);
      return exitCode.done;
    }
    terminal.err(
      `Nothing was written: you have changed ${applied.paths.join(", ")} since the commit the work began from.`,
    );
    return exitCode.no;
  },
};
