import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { canaryFrom } from "../../src/text/canary.ts";
import { altered, arrived, fix, nothing, publishOf, shown, side, treeOf, type Papers } from "./publish-papers.ts";
import { scene } from "./scene.ts";

const canary = canaryFrom(randomBytes(30)).value;

describe("papers that show the planted credential are not published", () => {
  const ways: [string, (papers: Papers, value: string) => Partial<Papers>][] = [
    ["in the agent's summary", ({ solution }, value) => ({ solution: { ...solution, summary: `See ${value}.` } })],
    [
      "encoded in what a check printed",
      ({ report }, value) => {
        const evidence = Buffer.from(`T=${value}`).toString("base64");
        const [first, ...rest] = report.checks;
        if (first === undefined) throw new Error("there are checks");
        return { report: { ...report, checks: [{ ...first, head: { kind: "passed", ms: 1, evidence } }, ...rest] } };
      },
    ],
  ];

  const published = async (change: (papers: Papers, value: string) => Partial<Papers>, value: string) => {
    await using stage = await scene();
    const request = await arrived(stage);
    const planted = { ...request, solution: { ...request.solution, canary } };
    const outcome = await publishOf(stage, altered(stage, planted, change(planted, value)));
    return { outcome, shown: shown(stage), log: outcome.audit.text() };
  };

  test.each(ways)("%s", async (_title, change) => {
    const { outcome, shown: stands, log } = await published(change, canary);
    expect(outcome).toMatchObject({
      kind: "stop",
      stop: {
        kind: "refused",
        message: expect.stringContaining("the sandbox was left"),
        next: expect.stringContaining("Replace"),
      },
    });
    expect(stands).toEqual(nothing);
    expect(log).not.toContain(canary);
  });

  test.each(ways)("the twin: another random value goes through %s", async (_title, change) => {
    const { outcome, shown: stands } = await published(change, "qX7-another-random-value-of-nobody-42");
    expect(outcome).toMatchObject({ kind: "verdict", verdict: { kind: "publish" } });
    expect(stands.pulls).toBe(1);
  });

  test("in a new file", async () => {
    await using stage = await scene();
    const request = await arrived(stage);
    const change = [...fix, { path: "notes.txt", before: null, after: side(Array.from(canary).toReversed().join("")) }];
    const tree = await treeOf(stage, request.task, change);
    const solution = { ...request.solution, canary, change, tree };
    const report = { ...request.report, head_tree: tree };
    const outcome = await publishOf(stage, altered(stage, request, { solution, report }));
    expect(outcome).toMatchObject({ kind: "stop", stop: { kind: "refused" } });
    expect(shown(stage)).toEqual(nothing);
  });
});
