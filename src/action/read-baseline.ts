import type { AuditLog } from "../audit/log.ts";
import { explain } from "../errors.ts";
import { BaselinePaper } from "../handoff/baseline.ts";
import { Digest } from "../handoff/identity.ts";
import type { VerifyRequest } from "../phases/verify.ts";
import { wantsBaselineJob } from "../phases/baseline-wanted.ts";
import { believeBaseline, type Belief, type Reading } from "../phases/believe-baseline.ts";
import type { InputsOf } from "./inputs.ts";
import { readPaper } from "./papers.ts";
import type { Shell } from "./shell.ts";

/**
 * What this job takes of the baseline job's paper. A paper that is missing, was changed on its way or does not fit is none, and is no
 * reason to stop: the base then runs here. Says and logs which it was. Out: that part of verify's request; empty when there is none.
 */
export async function readBaseline(
  inputs: InputsOf<"verify">,
  reading: Reading,
  { shell, audit }: { shell: Shell; audit: AuditLog },
): Promise<Pick<VerifyRequest, "baseline" | "baselineDigest">> {
  const { baseline: directory, "baseline-digest": announced } = inputs;
  const none = (digest: string, why: string) => {
    audit.append("baseline.read", { digest, used: false, why });
    shell.log(`the base runs here, without the paper of the baseline job: ${why}`);
    return {};
  };
  if (directory === undefined || announced === undefined)
    return wantsBaselineJob(reading.task.config) ? none("none", missing) : {};
  // Whatever else a job that was taken over announces is not repeated in a log.
  const digest = Digest.safeParse(announced).success ? announced : "none";
  const belief = await beliefIn({ directory, digest }, reading, shell);
  if (belief.kind === "none") return none(digest, belief.why);
  const { baseline, here } = belief;
  audit.append("baseline.read", { digest, used: true, here: here.map(({ check, why }) => `${check}: ${why}`) });
  shell.log(`base taken from the baseline job: ${[...baseline.runs.keys()].join(", ")}`);
  for (const { check, why } of here) shell.log(`${check} on base runs here: ${why}`);
  return { baseline: Promise.resolve(baseline), baselineDigest: digest };
}

const missing = "that job failed, or the workflow file is older than it";

async function beliefIn(
  { directory, digest }: { directory: string; digest: string },
  reading: Reading,
  { runner: { identity } }: Shell,
): Promise<Belief> {
  try {
    const paper = await readPaper(BaselinePaper, { directory, name: "baseline", digest, identity });
    return believeBaseline(paper, reading);
  } catch (thrown) {
    return { kind: "none", why: explain(thrown).message };
  }
}
