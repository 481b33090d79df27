import { applyToWorkTree } from "../workspace/worktree.ts";
import { openRepository } from "./repository.ts";
import { runTask } from "./task.ts";
import { exitCode, type Terminal, type Verb } from "./verb.ts";

export const verb: Verb = {
  usage: 'fix [-m MODEL] [-C DIR] [-o DIR] [--yes] "TASK"',
  summary:
    "Like exec, then asks whether to write the change into your working copy (--yes answers for you, except for a held change).",
  async run(args, terminal) {
    const yes = args.includes("--yes");
    const ended = await runTask(
      args.filter((arg) => arg !== "--yes"),
      terminal,
    );
    if (ended.result?.kind !== "judged") return ended.code;
    const { solution, judgement } = ended.result;
    if (judgement.kind === "refuse") return exitCode.no;
    if (!(await mayWrite({ kind: judgement.kind, files: solution.change.length, yes }, terminal))) {
      terminal.err("Nothing was written. The patch is in the folder named above.");
      return exitCode.no;
    }
    await using local = await openRepository(ended.directory);
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

/**
 * Whether the change goes into the working copy. `--yes` answers for a change that may be published; one that is held needs a person at
 * the terminal who was told so, and with nobody there the answer is no.
 */
export async function mayWrite(
  { kind, files, yes }: { kind: "publish" | "hold"; files: number; yes: boolean },
  terminal: Pick<Terminal, "ask" | "err">,
): Promise<boolean> {
  if (kind === "publish" && yes) return true;
  const question = `Write ${files === 1 ? "this file" : `these ${files} files`} into your working copy? [y/N]`;
  const held = "This change is held: a maintainer would have to approve it before anything is pushed (reasons above).";
  const answer = await terminal.ask(kind === "hold" ? `${held} ${question}` : question);
  if (answer === null && kind === "hold") terminal.err(`${held} Only a person at a terminal can say yes to it.`);
  return answer !== null && /^y(es)?$/i.test(answer.trim());
}
