import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { expect, test } from "vitest";
import { verifyAudit } from "../../src/audit/log.ts";
import { tcpPortOf } from "../github/ports.ts";
import type { World } from "../world.ts";
import { ask, expectSound, goodFix, papersOf, startStory, statusOf, expectJobs } from "./road.ts";

test("a maintainer's /agent fix ends in a pull request that shows what was verified", async () => {
  await using world = await startStory(goodFix);
  const { issue, comment } = await ask(world);
  const { repository } = world;

  const [run] = repository.runs();
  expect(run?.log.filter(({ text }) => text.startsWith("##[error]"))).toEqual([]);
  expect(run).toMatchObject({ conclusion: "success", actor: "airlock[bot]" });
  expectJobs(run, ["gate", "solve", "verify", "publish"]);

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

test("a run that is run again after its pull request was closed opens no other, and says so", async () => {
  await using world = await startStory(goodFix);
  const { issue } = await ask(world);
  const [pull] = world.repository.pulls();
  world.repository.closeIssue("mona", pull?.number ?? 0);
  world.repository.rerun("ben", world.repository.runs()[0]?.id ?? 0);
  await world.settled();
  expect(world.repository.pulls()).toMatchObject([{ number: pull?.number, state: "closed" }]);
  expect(statusOf(world, issue)).toContain("This run was answered by [pull request");
  expectSound(world);
});

test("a run that is run again while its pull request is open stays finished", async () => {
  await using world = await startStory(goodFix);
  const { issue } = await ask(world);
  world.repository.rerun("ben", world.repository.runs()[0]?.id ?? 0);
  await world.settled();
  expect(world.repository.pulls()).toHaveLength(1);
  expect(statusOf(world, issue)).toContain("✅ **Finished.** The change stands in [pull request");
  expectSound(world);
});

test("an endpoint that repeats the model's key in its refusal brings it neither into a paper nor into the comment", async () => {
  const key = "gateway-7f3k2m9q8wzz41";
  const gateway = createServer((request, response) => {
    request.resume();
    response.writeHead(401, { "content-type": "application/json" });
    const message = `Incorrect API key provided: ${request.headers.authorization?.slice("Bearer ".length)}`;
    response.end(JSON.stringify({ error: { message, type: "invalid_request_error", code: "invalid_api_key" } }));
  });
  gateway.listen(0, "127.0.0.1");
  await once(gateway, "listening");
  try {
    const baseUrl = `http://127.0.0.1:${tcpPortOf(gateway)}/v1`;
    await using world = await startStory([], { model: { kind: "endpoint", baseUrl, key } });
    const { issue } = await ask(world);
    const [run] = world.repository.runs();
    const status = statusOf(world, issue);
    expect(status).toContain("does not accept the key");
    expect(status).toContain("[redacted]".replaceAll(/[[\]]/g, (bracket) => `\\${bracket}`));
    const log = run?.log.map(({ text }) => text).join("\n") ?? "";
    expect(`${papersOf(world, run?.id ?? 0).everything}\n${log}\n${status}`).not.toContain(key);
  } finally {
    gateway.close();
  }
});

test.each([
  ["the secret OPENAI_API_KEY", (world: World) => delete world.repository.record.secrets["OPENAI_API_KEY"]],
  ["the variable AIRLOCK_BOT_ID", (world: World) => delete world.repository.record.vars["AIRLOCK_BOT_ID"]],
])("a repository without %s is told where to set it", async (what, forget) => {
  await using world = await startStory([]);
  forget(world);
  const { issue } = await ask(world);
  const status = statusOf(world, issue).replaceAll("\\", "");
  expect(status).toContain(`${what} is not set`);
  expect(status).toContain("Settings → Secrets and variables → Actions");
  expectSound(world);
});

function gitIn(directory: string, ...argv: string[]): string {
  return execFileSync("git", ["--git-dir", directory, ...argv], { encoding: "utf8" }).trim();
}
