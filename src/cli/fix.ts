import type { Change } from "../change.ts";
import type { Judgement } from "../handoff/verdict.ts";
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
    const { change } = solution;
    const order = {
      judgement,
      change,
      directory: ended.directory,
      yes,
      kept: "The patch is in the folder named above.",
    };
    return await writeDown(order, terminal);
  },
};

/**
 * Asks, and writes a judged change into the working copy it was made for. In: what is said of the change where it is not written.
 * Out: the exit code.
 */
export async function writeDown(
  order: { judgement: Pick<Judgement, "kind">; change: Change; directory: string; yes: boolean; kept: string },
  terminal: Pick<Terminal, "ask" | "err">,
): Promise<number> {
  const { judgement, change, directory, yes, kept } = order;
  if (judgement.kind === "refuse") return exitCode.no;
  if (!(await mayWrite({ kind: judgement.kind, files: change.length, yes }, terminal))) {
    terminal.err(`Nothing was written. ${kept}`.trim());
    return exitCode.no;
  }
  await using local = await openRepository(directory);
  const applied = await applyToWorkTree(local, change);
  if (applied.kind === "applied") {
    terminal.err(`Written: ${change.map(({ path }) => path).join(", ")}`);
    return exitCode.done;
  }
  terminal.err(
    `Nothing was written: you have changed ${applied.paths.join(", ")} since the commit the work began from.`,
  );
  return exitCode.no;
}

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
