import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { continueAudit, readPaper, writePapers } from "../../src/action/papers.ts";
import { openAudit } from "../../src/audit/log.ts";
import { paperBytesMax, seal } from "../../src/handoff/seal.ts";
import { Solution } from "../../src/handoff/solution.ts";
import { Task } from "../../src/handoff/task.ts";
import { digest, task } from "../record/papers.ts";
import { temporaryDirectory } from "../workspace/repository.ts";
import { identity } from "./recording-shell.ts";

const now = () => 1_795_000_000_000;

/** A directory as an artifact is unpacked: a Task and the log that ends where the Task says. */
async function written() {
  const temporary = temporaryDirectory();
  const audit = openAudit("gate", now);
  audit.append("request.allowed", { requester: "mona" });
  audit.append("task.sealed");
  const paper = task({ audit_head: audit.head });
  const sealed = seal(Task, paper);
  const directory = join(temporary.path, "papers/task");
  await writePapers(directory, { name: "task", sealed, audit, files: { "change.patch": "+a\n" } });
  const from = { directory, name: "task" as const, digest: sealed.digest, identity };
  return { ...temporary, directory, paper, audit, sealed, from };
}

test("what one job writes the next reads, and the log goes on where it ended", async () => {
  using at = await written();
  expect(await readPaper(Task, at.from)).toEqual(at.paper);
  const log = await continueAudit("solve", { directory: at.directory, head: at.audit.head, through: [] }, now);
  log.append("agent.started");
  expect(log.entries.map(({ seq, phase, event }) => [seq, phase, event])).toEqual([
    [0, "gate", "request.allowed"],
    [1, "gate", "task.sealed"],
    [2, "solve", "agent.started"],
  ]);
  expect(log.text().startsWith(at.audit.text())).toBe(true);
});

describe("a paper that is not the announced one is refused", () => {
  test("when it is missing", async () => {
    using at = await written();
    await expect(readPaper(Solution, { ...at.from, name: "solution" })).rejects.toMatchObject({
      code: "bad-paper",
      message: `The paper ${join(at.directory, "solution.json")} cannot be read.`,
      fix: "The artifact is missing or expired. Comment again to start a new run.",
    });
  });

  test("when one byte is another", async () => {
    using at = await written();
    writeFileSync(join(at.directory, "task.json"), at.sealed.bytes.toString("utf8").replace("mona", "monb"));
    await expect(readPaper(Task, at.from)).rejects.toMatchObject({ code: "paper-digest-mismatch" });
  });

  test("when another digest was announced", async () => {
    using at = await written();
    await expect(readPaper(Task, { ...at.from, digest: digest("e") })).rejects.toMatchObject({
      code: "paper-digest-mismatch",
    });
  });

  test.each([
    ["run", { ...identity, run: { id: 78, attempt: 1 } }],
    ["attempt", { ...identity, run: { id: 77, attempt: 2 } }],
    ["repository", { ...identity, repository: { ...identity.repository, id: 2 } }],
  ])("when it is of another %s", async (_what, other) => {
    using at = await written();
    await expect(readPaper(Task, { ...at.from, identity: other })).rejects.toMatchObject({ code: "paper-wrong-run" });
  });

  test("when it is another kind of paper", async () => {
    using at = await written();
    await expect(readPaper(Solution, at.from)).rejects.toMatchObject({ code: "bad-paper" });
  });

  test("when it is larger than a paper may be, before its bytes are looked at", async () => {
    using at = await written();
    truncateSync(join(at.directory, "task.json"), paperBytesMax + 1);
    await expect(readPaper(Task, at.from)).rejects.toMatchObject({ code: "paper-too-large" });
  });
});

describe("a log that is not the one the paper names is refused", () => {
  const spoilt: [string, (text: string) => string, RegExp][] = [
    ["an entry is another", (text) => text.replace("mona", "monb"), /broken at line 1: its content does not match/],
    ["the end is cut off", (text) => `${text.split("\n")[0]}\n`, /ends in [0-9a-f]{64}, the paper says/],
    ["a line is cut off", (text) => text.slice(0, -10), /broken at line 2: the last line is cut off/],
    ["an entry is gone", (text) => `${text.split("\n")[1]}\n`, /broken at line 1: sequence number 1, expected 0/],
    ["it is empty", () => "", /broken at line 1: the log is empty/],
  ];
  test.each(spoilt)("%s", async (_title, spoil, says) => {
    using at = await written();
    writeFileSync(join(at.directory, "audit.jsonl"), spoil(at.audit.text()));
    await expect(
      continueAudit("solve", { directory: at.directory, head: at.audit.head, through: [] }, now),
    ).rejects.toMatchObject({
      code: "audit-broken",
      message: expect.stringMatching(says),
    });
  });

  test("it is missing", async () => {
    using at = await written();
    await expect(
      continueAudit("solve", { directory: join(at.directory, "none"), head: at.audit.head, through: [] }, now),
    ).rejects.toMatchObject({ code: "bad-paper" });
  });

  /** Two jobs after the gate: each continues the log that it was given, or writes a history of its own. */
  async function after(...events: string[]) {
    const at = await written();
    const honest = openAudit("solve", now, at.audit.entries);
    for (const event of events) honest.append(event);
    const invented = openAudit("gate", now);
    invented.append("request.allowed", { requester: "torvalds" });
    for (const event of events) invented.append(event);
    const read = async (log: typeof honest, through: string[]) => {
      writeFileSync(join(at.directory, "audit.jsonl"), log.text());
      return continueAudit("publish", { directory: at.directory, head: log.head, through }, now);
    };
    return { ...at, honest, invented, read };
  }

  test("a whole log that does not hold the history of the jobs before is refused, the true one is continued", async () => {
    using at = await after("agent.started", "agent.ended");
    const solved = at.honest.entries[2]?.hash ?? "";
    await expect(at.read(at.invented, [at.audit.head])).rejects.toMatchObject({
      code: "audit-broken",
      message: expect.stringContaining(
        `does not continue the log of the paper before it, which ends in ${at.audit.head}`,
      ),
    });
    await expect(at.read(at.honest, [solved, at.audit.head])).rejects.toMatchObject({ code: "audit-broken" });
    expect((await at.read(at.honest, [at.audit.head, solved])).entries).toHaveLength(4);
  });
});
