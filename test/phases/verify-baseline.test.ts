import { describe, expect, test } from "vitest";
import { BaselinePaper } from "../../src/handoff/baseline.ts";
import { Report } from "../../src/handoff/report.ts";
import { seal } from "../../src/handoff/seal.ts";
import { baselineJob } from "../../src/phases/baseline-job.ts";
import { environmentOf, ranOf } from "../../src/phases/baseline-paper.ts";
import { believeBaseline } from "../../src/phases/believe-baseline.ts";
import type { Prepared } from "../../src/phases/prepare.ts";
import { verify, type VerifyRequest } from "../../src/phases/verify.ts";
import { planDigest } from "../../src/checks/baseline.ts";
import { realSandbox } from "../checks/sandbox.ts";
import { requestFor } from "./change-request.ts";
import { cartFiles, type LocalScene, localScene, noRegistry } from "./local-scene.ts";

const real = realSandbox();
const files = { ...cartFiles(), ".github/airlock.toml": "[verify]\nbaseline_job = true\n" };
const source = cartFiles()["src/cart.ts"] ?? "";
const right = source.replace("item.cents,", "item.cents * item.quantity,");
const wrong = source.replace("item.cents,", "item.cents + 1,");
const tests = cartFiles()["test/cart.test.ts"] ?? "";
const fewer = tests.slice(0, tests.lastIndexOf("\ntest("));

const prepared: Prepared = {
  installed: { kind: "none", key: "none" },
  programs: {},
  registry: noRegistry.href,
  network: [],
};
const image = "ubuntu24 1";

/** What the baseline job of this scene writes; `forge` is what somebody makes of it who can seal it as well. */
async function paperOf(on: LocalScene, request: VerifyRequest, forge = (honest: BaselinePaper) => honest) {
  const { task, digests } = request;
  const { ground, audit } = on;
  const job = { task, taskDigest: digests.task, source: on.repository.root, prepared, image };
  const paper = forge(await baselineJob(job, { ground, audit }));
  return { paper, digest: seal(BaselinePaper, paper).digest };
}

/** Verifies with what is believed of a paper. */
async function verifiedWith(on: LocalScene, request: VerifyRequest, made: { paper: BaselinePaper; digest: string }) {
  const environment = environmentOf(prepared, real.sandbox, image);
  const { task, digests, solution } = request;
  const belief = believeBaseline(made.paper, { task, taskDigest: digests.task, environment, change: solution.change });
  const given =
    belief.kind === "none" ? {} : { baseline: Promise.resolve(belief.baseline), baselineDigest: made.digest };
  return verified(on, { ...request, ...given });
}

async function verified(on: LocalScene, request: VerifyRequest) {
  on.said.length = 0;
  const { sandbox } = real;
  const { ground, audit } = on;
  const report = await verify(request, {
    sandbox,
    ground,
    audit,
    onProgress: ground.onProgress,
    signal: ground.signal,
  });
  const ranOnBase = on.said.flatMap((line) => /^(\w+) on base: started/.exec(line)?.[1] ?? []).toSorted();
  const classes = Object.fromEntries(report.checks.map((check) => [check.name, check.class]));
  return { report: Report.parse(report), ranOnBase, classes };
}

test("what the baseline job saw stands for the base, and Report and log say so", async () => {
  await using on = await localScene(real.sandbox, files);
  const request = await requestFor(on, { "src/cart.ts": right });
  const made = await paperOf(on, request);
  const { report, ranOnBase, classes } = await verifiedWith(on, request, made);
  expect(ranOnBase).toEqual([]);
  expect(classes).toMatchObject({ lint: "pass", tests: "pass", build: "pass" });
  expect(report.baseline).toEqual({ digest: made.digest, checks: ["lint", "tests", "build"] });
  expect(on.audit.entries.at(-1)?.data).toMatchObject({ base: "baseline job: lint, tests, build" });

  const twin = await verified(on, request);
  expect(twin.ranOnBase).toEqual(["build", "lint", "tests"]);
  expect([twin.classes, twin.report.baseline]).toEqual([classes, undefined]);
  expect(on.audit.entries.at(-1)?.data).toMatchObject({ base: "here" });
});

test("a paper of another plan is not used, and the log says that the base ran here", async () => {
  await using on = await localScene(real.sandbox, files);
  const request = await requestFor(on, { "src/cart.ts": right });
  const made = await paperOf(on, request, (paper) => ({
    ...paper,
    plan: paper.plan.map((check) => ({ ...check, env: { ...check.env, MORE: "1" } })),
  }));
  const { report, ranOnBase } = await verifiedWith(on, request, made);
  expect([report.baseline, ranOnBase]).toEqual([undefined, ["build", "lint", "tests"]]);
  expect(on.said).toContain("the paper of the baseline job is of another tree or plan: the base ran here");
});

describe("whoever can seal a forged paper cannot make a change look better", () => {
  test("a base that is said to be red hides no regression: it runs here", async () => {
    await using on = await localScene(real.sandbox, files);
    const request = await requestFor(on, { "src/cart.ts": wrong });
    const made = await paperOf(on, request, (paper) => ({
      ...paper,
      runs: paper.runs.map((run) => ({
        ...run,
        outcome: { kind: "failed", ms: 1, exit_code: 1, evidence: "old trouble" },
      })),
    }));
    const { report, ranOnBase, classes } = await verifiedWith(on, request, made);
    expect([classes["tests"], report.baseline, ranOnBase]).toEqual([
      "regressed",
      undefined,
      ["build", "lint", "tests"],
    ]);
  });

  test("fewer tests on the base hide no removed test: where the change reaches tests they run here", async () => {
    await using on = await localScene(real.sandbox, files);
    const request = await requestFor(on, { "src/cart.ts": right, "test/cart.test.ts": fewer });
    const counts = { passed: 1, failed: 0, skipped: 0 };
    const made = await paperOf(on, request, (paper) => ({
      ...paper,
      runs: paper.runs.map((run) =>
        run.tests === undefined
          ? run
          : { ...run, counts, tests: { ...run.tests, counts, printed: counts, tests: run.tests.tests.slice(0, 1) } },
      ),
    }));
    const { report, ranOnBase, classes } = await verifiedWith(on, request, made);
    expect([classes["tests"], report.baseline?.checks, ranOnBase]).toEqual(["regressed", ["lint", "build"], ["tests"]]);

    const { plan, base, runs } = made.paper;
    const baseline = {
      tree: base.tree,
      plan: planDigest({ checks: plan }),
      checks: plan,
      runs: new Map(runs.map((run) => [run.check, ranOf(run)])),
    };
    const twin = await verified(on, { ...request, baseline: Promise.resolve(baseline) });
    expect(twin.classes["tests"], "believed as it stands, the paper hides it").toBe("pass");
  });

  test("a base that is said to be green makes an old failure look new, which is worse for the change", async () => {
    const broken = { ...files, "lint.ts": 'console.error("old trouble");\nprocess.exit(1);\n' };
    await using on = await localScene(real.sandbox, broken);
    const request = await requestFor(on, { "src/cart.ts": right });
    const made = await paperOf(on, request, (paper) => ({
      ...paper,
      runs: paper.runs.map((run) => ({ ...run, outcome: { kind: "passed", ms: 1, evidence: "" } })),
    }));
    expect((await verifiedWith(on, request, made)).classes["lint"]).toBe("regressed");
    expect((await verified(on, request)).classes["lint"]).toBe("pre-existing");
  });
});
