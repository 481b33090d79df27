import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openAudit } from "../../src/audit/log.ts";
import { temporaryDirectory } from "../workspace/repository.ts";
import { airlock, json } from "./airlock.ts";

/** A log of three entries in a directory of its own. */
function written(spoil: (text: string) => string = (text) => text) {
  const temporary = temporaryDirectory();
  const audit = openAudit("gate", () => 1_795_000_000_000);
  for (const event of ["request.allowed", "task.sealed", "agent.started"]) audit.append(event, { who: "mona" });
  writeFileSync(join(temporary.path, "audit.jsonl"), spoil(audit.text()));
  return { ...temporary, head: audit.head };
}

const withoutLast = (text: string) => `${text.split("\n").slice(0, -2).join("\n")}\n`;

describe("airlock audit verify", () => {
  test("an intact log is 0, with its length and head", async () => {
    using at = written();
    const expected = { code: 0, out: [`intact: 3 entries, head ${at.head}`], err: [] };
    expect(await airlock(["audit", "verify", "audit.jsonl"], { cwd: at.path })).toEqual(expected);
    expect(await airlock(["audit", "verify", join(at.path, "audit.jsonl"), "--expect", at.head])).toEqual(expected);
    const upper = ["audit", "verify", "audit.jsonl", "--expect", at.head.toUpperCase()];
    expect(await airlock(upper, { cwd: at.path })).toEqual(expected);
    expect(json(await airlock(["audit", "verify", "audit.jsonl", "--json"], { cwd: at.path }))).toEqual({
      kind: "intact",
      entries: 3,
      head: at.head,
    });
  });

  test.each<[string, (text: string) => string, string]>([
    [
      "a changed entry",
      (text) => text.replace("mona", "monb"),
      "broken at line 1: its content does not match its hash",
    ],
    [
      "a missing entry",
      (text) => text.replace(/^.*task\.sealed.*\n/m, ""),
      "broken at line 2: sequence number 2, expected 1",
    ],
    ["a cut line", (text) => text.slice(0, -5), "broken at line 3: the last line is cut off"],
    ["an empty log", () => "", "broken at line 1: the log is empty"],
    ["a line that is none", (text) => `${text}hello\n`, "broken at line 4: it is not JSON"],
    [
      "another spelling of the same",
      (text) => text.replace('"at":', '"at": '),
      "broken at line 1: the line is not in canonical form",
    ],
  ])("%s is 1, with the line", async (_title, spoil, says) => {
    using at = written(spoil);
    expect(await airlock(["audit", "verify", "audit.jsonl"], { cwd: at.path })).toEqual({
      code: 1,
      out: [says],
      err: [],
    });
  });

  test("a cut-off end shows only against the published head", async () => {
    using at = written(withoutLast);
    const verify = ["audit", "verify", "audit.jsonl"];
    expect(await airlock(verify, { cwd: at.path })).toMatchObject({ code: 0 });
    const ended = await airlock([...verify, "--expect", at.head, "--json"], { cwd: at.path });
    expect(ended.code).toBe(1);
    const head = expect.stringMatching(/^[0-9a-f]{64}$/) as unknown;
    expect(json(ended)).toEqual({ kind: "ends-elsewhere", entries: 2, head, expected: at.head });
    const { out } = await airlock([...verify, "--expect", at.head], { cwd: at.path });
    expect(out.join("\n")).toMatch(/^ends elsewhere: its 2 entries hold together, but the head is [0-9a-f]{64}, not /);
  });

  test("a file that is not there is wrong use, and says which file is meant", async () => {
    using at = written();
    expect(await airlock(["audit", "verify", "none.jsonl"], { cwd: at.path })).toEqual({
      code: 2,
      out: [],
      err: [`airlock: ${at.path}/none.jsonl cannot be read.`, "  fix: Name the audit.jsonl of a run's artifact."],
    });
  });

  test.each([
    ["no action", []],
    ["another action", ["report", "audit.jsonl"]],
    ["no file", ["verify"]],
    ["two files", ["verify", "a", "b"]],
    ["a head that is none", ["verify", "audit.jsonl", "--expect", "abc"]],
  ])("%s is wrong use", async (_title, args) => {
    const { code, err } = await airlock(["audit", ...args]);
    expect({ code, usage: err.at(-1) }).toEqual({
      code: 2,
      usage: "usage: airlock audit verify FILE [--expect HEAD] [--json]",
    });
  });
});
