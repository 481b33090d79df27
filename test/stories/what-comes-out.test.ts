import { zipSync, unzipSync } from "fflate";
import { access, chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { call, type Step } from "../emulators/model/step.ts";
import { jobPath } from "../world.ts";
import { ask, expectSound, finish, goodFix, papersOf, patch, startStory, statusOf } from "./road.ts";

const ghp = `ghp_${"a1B2".repeat(9)}`;
const random = "hK8sQ2vR9tLm4XzP7wNc";

test("an agent that changes nothing opens no pull request, and says so", async () => {
  await using world = await startStory([finish("It works as documented.", "no_change")]);
  const { issue } = await ask(world);
  expect(world.repository.pulls()).toEqual([]);
  expect(statusOf(world, issue)).toContain("No file was changed");
  expectSound(world);
});

test("a change that breaks a test becomes a draft that says regressed first", async () => {
  await using world = await startStory([
    patch(
      "*** Update File: src/cart.ts",
      "@@",
      "-  return items.reduce((sum, item) => sum + item.cents, 0);",
      "+  return items.reduce((sum, item) => sum + item.cents * (item.quantity - 1), 0);",
    ),
    finish("All tests pass and the risk is low."),
  ]);
  await ask(world);
  const [pull] = world.repository.pulls();
  expect(pull).toMatchObject({ draft: true, labels: expect.arrayContaining(["risk:high"]) });
  expect(pull?.body).toMatch(/\| tests \| ✅ passed[^|]*\| ❌ failed[^|]*\| \*\*regressed\*\*/);
  expectSound(world);
});

/** Who would see a value: it stands in files, in names, in what commands print and in what the agent says. */
const secretStories: [string, string, Step[]][] = [
  [
    "in a format that everybody knows",
    ghp,
    [patch("*** Add File: src/settings.ts", `+export const token = "${ghp}";`), finish(`I used ${ghp}.`)],
  ],
  [
    "that only its name and its randomness give away",
    random,
    [
      patch("*** Add File: a.ts", `+const password = "${random}";`),
      call("shell", {
        command: ["sh", "-c", `grep -o '"${random}"' a.ts; mkdir -p 'x-${random}/.git'`],
        workdir: null,
        timeout_s: null,
      }),
      finish(`I used ${random}.`),
    ],
  ],
];

test.each(secretStories)(
  "a change that adds a secret %s is refused, and its value is nowhere",
  async (_title, secret, steps) => {
    await using world = await startStory(steps);
    const { issue } = await ask(world);
    const [run] = world.repository.runs();
    expect(world.repository.pulls()).toEqual([]);
    expect(statusOf(world, issue)).toContain("refused");
    const { everything, files } = papersOf(world, run?.id ?? 0);
    const shown = [
      everything,
      ...files.keys(),
      ...world.repository.issueComments(issue).map(({ body }) => body),
      ...(run?.log ?? []).map(({ text }) => text),
      ...(run?.jobs ?? []).map(({ summary }) => summary),
    ].join("\n");
    expect(shown).not.toContain(secret);
    expect(shown).not.toContain(secret.slice(4));
    expect(everything).toContain('"kind":"refused"');
    expect([...files.keys()].filter((name) => name.endsWith("session.jsonl"))).toEqual([]);
    expectSound(world);
  },
);

test("the twin: a run whose work holds no secret keeps its session", async () => {
  await using world = await startStory([finish("It works as documented.", "no_change")]);
  await ask(world);
  const { files } = papersOf(world, world.repository.runs()[0]?.id ?? 0);
  expect(files.get("airlock-solve-1/session.jsonl")).toContain("It works as documented.");
});

test("a change to a workflow is held: nothing is pushed and the patch is kept", async () => {
  await using world = await startStory([
    patch("*** Add File: .github/workflows/nightly.yml", "+on: push", "+jobs: {}"),
    finish("A nightly build."),
  ]);
  const { issue } = await ask(world);
  const [run] = world.repository.runs();
  expect(world.repository.pulls()).toEqual([]);
  expect(world.repository.file(".github/workflows/nightly.yml", "main")).toBe(null);
  const { files } = papersOf(world, run?.id ?? 0);
  expect(files.get("airlock-publish-1/change.patch")).toContain("+++ b/.github/workflows/nightly.yml");
  expect(JSON.parse(files.get("airlock-publish-1/verdict.json") ?? "{}")).toMatchObject({
    kind: "hold",
    level: "critical",
    published: null,
  });
  expect(statusOf(world, issue)).toContain("Policy holds this change; nothing was pushed.");
  expectSound(world);
});

test("without a sandbox nothing runs, the model is not asked, and the comment names the mending", async () => {
  const programs = await mkdtemp(path.join(tmpdir(), "airlock-story-"));
  await chmod(programs, 0o755);
  // What bwrap says on a machine whose AppArmor forbids user namespaces.
  const script = `#!/bin/sh
case "$1" in --version | --help) exec ${await programOnPath("bwrap")} "$1" ;; esac
echo "bwrap: setting up uid map: Permission denied" >&2
exit 1
`;
  await writeFile(path.join(programs, "bwrap"), script, { mode: 0o755 });
  try {
    await using world = await startStory([], { jobPath: `${programs}:${jobPath()}` });
    const { issue } = await ask(world);
    expect(world.repository.runs()).toMatchObject([{ conclusion: "failure" }]);
    expect(world.modelRequests()).toBe(0);
    expect(statusOf(world, issue)).toMatch(/In phase prepare: .*user namespace/i);
    expect(statusOf(world, issue)).toContain("Next:");
    expectSound(world);
  } finally {
    await rm(programs, { recursive: true });
  }
});

async function programOnPath(name: string): Promise<string> {
  for (const directory of (process.env["PATH"] ?? "").split(":")) {
    const file = path.join(directory, name);
    if (
      await access(file).then(
        () => true,
        () => false,
      )
    )
      return file;
  }
  throw new Error(`${name} is not on PATH`);
}

test("a paper that is changed between the jobs is refused by the job that reads it", async () => {
  await using world = await startStory(goodFix, {
    between: async (job) => {
      if (job !== "solve") return;
      const artifact = world.repository.record.artifacts.find(({ name }) => name === "airlock-solve-1");
      if (artifact === undefined) throw new Error("there is no Solution");
      const files = unzipSync(artifact.zip);
      const solution = Buffer.from(files["solution.json"] ?? [])
        .toString("utf8")
        .replace("multiplies", "multiplied");
      artifact.zip = Buffer.from(zipSync({ ...files, "solution.json": Buffer.from(solution) }));
    },
  });
  const { issue } = await ask(world);
  const [run] = world.repository.runs();
  expect(run?.jobs.map(({ id, conclusion }) => [id, conclusion])).toEqual([
    ["gate", "success"],
    ["solve", "success"],
    ["baseline", "skipped"],
    ["verify", "failure"],
    ["publish", "skipped"],
  ]);
  expect(world.repository.pulls()).toEqual([]);
  expect(statusOf(world, issue)).toContain("digest");
  expectSound(world);
});

test("a run that is run again after publishing makes no second pull request", async () => {
  await using world = await startStory(goodFix);
  await ask(world);
  const [run] = world.repository.runs();
  world.repository.rerun("mona", run?.id ?? 0);
  await world.settled();
  expect(world.repository.runs()).toMatchObject([{ attempt: 2, conclusion: "success" }]);
  expect(world.repository.pulls()).toHaveLength(1);
  expectSound(world);
});
