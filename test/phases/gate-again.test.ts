import { describe, expect, test } from "vitest";
import { ours } from "../../src/text/outgoing.ts";
import { gitText } from "../emulators/github/git.ts";
import { setRef, writeCommit, writeTree } from "../emulators/github/git-write.ts";
import { ask, dispatch, gateOf, laterJob, type Scene, scene } from "./scene.ts";

describe("a second run for one comment is a duplicate, whatever has become of the comment since", () => {
  test.each<[string, (stage: Scene, comment: number) => unknown]>([
    ["nothing", () => {}],
    ["it is too old for a new request", (stage) => stage.pass(45)],
    ["it is older than a day", (stage) => stage.pass(26 * 60)],
    ["it is older than a week", (stage) => stage.pass(8 * 24 * 60)],
    ["it was edited", (stage, comment) => stage.repository.editComment("mona", comment, "/agent fix more")],
    ["its author lost the role", (stage) => stage.repository.setRole("mona", "read")],
    ["the issue was closed", (stage) => stage.repository.closeIssue("ben", stage.issue)],
  ])("%s", async (_title, meanwhile) => {
    await using stage = await scene();
    const first = await ask(stage);
    await meanwhile(stage, first.comment);
    expect(await gateOf(laterJob(stage), dispatch(stage, first.inputs))).toMatchObject({
      kind: "stop",
      stop: { kind: "duplicate", message: `Run ${first.identity.run.id} already works on this comment.` },
    });
  });
});

test("a role counts for the account that wrote the comment, not for who has its login now", async () => {
  await using stage = await scene();
  const request = await ask(stage);
  const user = { id: stage.accountId("max"), login: "mona", type: "User" };
  const body = { permission: "admin", role_name: "admin", user };
  const end = stage.hub.fault({ method: "GET", path: /\/collaborators\/mona\/permission$/, status: 200, body });
  expect(await gateOf(stage, request)).toMatchObject({
    kind: "stop",
    stop: { kind: "not-allowed", message: expect.stringContaining("yours is none") },
  });
  end();
  expect(await gateOf(stage, request)).toMatchObject({ kind: "task" });
});

test("a run on a commit that the default branch does not hold is not believed", async () => {
  await using stage = await scene();
  const request = await ask(stage);
  const run = stage.repository.record.runs.find(({ id }) => id === request.identity.run.id);
  if (run === undefined) throw new Error("there is no such run");
  const real = run.sha;
  run.sha = stage.push({ "a.txt": "a" }, "topic");
  expect(await gateOf(stage, request)).toMatchObject({
    kind: "stop",
    stop: { kind: "not-dispatched-by-us", message: expect.stringContaining("no commit of the default branch") },
  });
  run.sha = real;
  stage.push({ "later.txt": "pushed since" });
  expect(await gateOf(stage, request)).toMatchObject({ kind: "task" });
});

describe("a run that is run again after its pull request was closed", () => {
  /** A closed pull request of our bot whose commit says which run made it. */
  async function answered(stage: Scene, run: number): Promise<number> {
    const head = await stage.writing.branch("main");
    const { tree } = await stage.writing.commit(head ?? "");
    const message = ours`Fix\n\nAirlock-Run: ${run}`;
    const { sha } = await stage.writing.createCommit({ message, tree, parents: [head ?? ""] });
    await stage.writing.createBranch(`airlock/${stage.issue}-1`, sha);
    const title = { title: ours`An answer`, body: ours`text`, head: `airlock/${stage.issue}-1`, base: "main" };
    const { number } = await stage.writing.createPull({ ...title, draft: false });
    stage.repository.closeIssue("mona", number);
    return number;
  }

  test("ends there, and names it; another run goes on", async () => {
    await using stage = await scene();
    const request = await ask(stage);
    const number = await answered(stage, request.identity.run.id);
    const { audit, ...outcome } = await gateOf(stage, request);
    expect(outcome).toEqual({
      kind: "stop",
      stop: {
        kind: "already-done",
        message: `This run was answered by pull request #${number} already, which is closed.`,
        next: "Comment `/agent fix` again for a new one.",
        pull_request: number,
      },
    });
    expect(audit.entries.at(-1)?.event).toBe("request.refused");
    expect(await gateOf(stage, await ask(stage))).toMatchObject({ kind: "task" });
  });
});

describe("what the default branch holds is read from the complete list of its files", () => {
  const config = ".github/airlock.toml";

  test("a link in the configuration's place is no configuration, and no default either", async () => {
    await using stage = await scene({ "other.toml": "[limits]\nturns = 500\n" });
    const { bare } = stage.repository;
    const target = gitText(bare, ["hash-object", "-w", "--stdin"], { input: "../other.toml" });
    const tree = writeTree(bare, gitText(bare, ["rev-parse", "main^{tree}"]), [
      { path: config, mode: "120000", sha: target },
    ]);
    const person = { name: "Somebody", email: "somebody@example.com", at: 1_760_000_000 };
    const parents = [gitText(bare, ["rev-parse", "main"])];
    setRef(
      bare,
      "refs/heads/main",
      writeCommit(bare, { tree, parents, message: "x", author: person, committer: person }),
    );
    expect(await gateOf(stage, await ask(stage))).toMatchObject({
      kind: "stop",
      stop: { kind: "failed", message: `${config} is no plain file.` },
    });
  });

  test("a file that GitHub calls missing though it is listed is no reason for the defaults", async () => {
    await using stage = await scene({ [config]: "[limits]\nturns = 7\n" });
    const request = await ask(stage);
    const end = stage.hub.fault({ method: "GET", path: /\/(?:git\/blobs|contents)\//, status: 404 });
    await expect(gateOf(stage, request)).rejects.toMatchObject({ code: "github-failed" });
    end();
    expect(await gateOf(stage, request)).toMatchObject({ kind: "task", task: { config: { limits: { turns: 7 } } } });
  });

  test("an instruction file that is too large is left out, and the log says so", async () => {
    await using stage = await scene({ "AGENTS.md": "top\n", "docs/AGENTS.md": "x".repeat(64 * 1024 + 1) });
    const { audit } = await gateOf(stage, await ask(stage));
    expect(audit.entries.find(({ event }) => event === "instructions.left_out")?.data).toEqual({
      paths: ["docs/AGENTS.md"],
    });
  });
});
