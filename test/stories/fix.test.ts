import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { verifyAudit } from "../../src/audit/log.ts";
import { ask, expectSound, goodFix, papersOf, startStory, statusOf } from "./road.ts";

test("a maintainer's /agent fix ends in a pull request that shows what was verified", async () => {
  await using world = await startStory(goodFix);
  const { issue, comment } = await ask(world);
  const { repository } = world;

  const [run] = repository.runs();
  expect(run?.log.filter(({ text }) => text.startsWith("##[error]"))).toEqual([]);
  expect(run).toMatchObject({ conclusion: "success", actor: "airlock[bot]" });
  expect(run?.jobs.map(({ id, conclusion }) => [id, conclusion])).toEqual([
    ["gate", "success"],
    ["solve", "success"],
    ["verify", "success"],
    ["publish", "success"],
  ]);

  const [pull, ...others] = repository.pulls();
  expect(others).toEqual([]);
  expect(pull).toMatchObject({
    state: "open",
    author: "github-actions[bot]",
    head: { ref: `airlock/${issue}-1` },
    base: { ref: "main" },
  });
  expect(pull?.body).toContain("| tests | ✅ passed");
  expect(pull?.body).toContain(`Fixes #${issue}`);
  expect(pull?.labels).toEqual(expect.arrayContaining([expect.stringMatching(/^risk:/)]));

  const { files } = papersOf(world, run?.id ?? 0);
  const report = JSON.parse(files.get("airlock-verify-1/report.json") ?? "{}");
  const [commit] = repository.log(`airlock/${issue}-1`);
  expect(commit).toMatchObject({
    sha: pull?.head.sha,
    verified: true,
    author: expect.stringContaining("github-actions[bot]"),
  });
  expect(commit?.message).toContain("Co-authored-by: mona");
  expect(gitIn(repository.bare, "rev-parse", `${pull?.head.sha}^{tree}`)).toBe(report.head_tree);
  expect(repository.file("src/cart.ts", `airlock/${issue}-1`)).toContain("item.cents * item.quantity");

  const audit = files.get("airlock-publish-1/audit.jsonl") ?? "";
  const head = /Audit head \| `([0-9a-f]{64})`/.exec(pull?.body ?? "")?.[1] ?? "";
  expect(verifyAudit(audit, head)).toMatchObject({ kind: "intact" });

  expect(statusOf(world, issue)).toContain(`pull request #${pull?.number}`);
  expect(repository.reactionsOf(comment).map(({ content }) => content)).toEqual(["eyes", "rocket"]);
  expect(repository.checks(pull?.head.sha ?? "")).toMatchObject([{ name: "airlock", status: "completed" }]);
  expectSound(world);
});

function gitIn(directory: string, ...argv: string[]): string {
  return execFileSync("git", ["--git-dir", directory, ...argv], { encoding: "utf8" }).trim();
}
