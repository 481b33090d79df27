import { describe, expect, test } from "vitest";
import { jobDirectory, onPaper, paperDirectory, plain } from "../../src/action/shell.ts";
import { openAudit, verifyAudit } from "../../src/audit/log.ts";
import { AirlockError } from "../../src/errors.ts";
import { Stop } from "../../src/handoff/stop.ts";
import { stop } from "../../src/phases/stop.ts";
import { identity, recordingShell } from "./recording-shell.ts";

const begin = async () => ({ audit: openAudit("solve", () => 1_795_000_000_000), papers: null });
const mendable = new AirlockError({ code: "bad-input", message: "It *broke*.", fix: "Mend `it`." });

describe("whatever happens, the end of a phase is on paper", () => {
  test("a phase that wrote its own paper leaves no Stop", async () => {
    using on = recordingShell();
    await onPaper("solve", on.shell, { begin, work: async () => null });
    expect(() => on.papers()).toThrow("ENOENT");
    expect(on.told.outputs.size).toBe(0);
  });

  test("a refusal becomes a Stop with its log, and the job succeeds", async () => {
    using on = recordingShell();
    await onPaper("gate", on.shell, {
      begin,
      work: async (audit) => {
        audit.append("request.refused", { kind: "expired" });
        return stop("expired", "The request is *old*.", "Comment again.");
      },
    });
    expect(on.papers()).toEqual(["audit.jsonl", "stop.json"]);
    const paper = Stop.parse(on.json("stop.json"));
    expect(paper).toEqual({
      version: 1,
      ...identity,
      phase: "gate",
      kind: "expired",
      message: "The request is *old*.",
      next: "Comment again.",
      audit_head: paper.audit_head,
    });
    expect(verifyAudit(on.read("audit.jsonl"), paper.audit_head)).toMatchObject({
      kind: "intact",
      entries: [{ event: "request.refused" }],
    });
    expect([...on.told.outputs]).toEqual([["paper", paperDirectory(on.shell)]]);
    expect(on.told.summary).toBe("### Airlock gate: expired\n\nThe request is \\*old\\*.\n\nComment again.\n");
    expect(on.told.log).toEqual(["The road ends here: The request is *old*. Comment again."]);
  });

  test("an error becomes a Stop of kind failed with what to change, and the job fails with that very error", async () => {
    using on = recordingShell();
    await expect(onPaper("verify", on.shell, { begin, work: () => Promise.reject(mendable) })).rejects.toBe(mendable);
    const paper = Stop.parse(on.json("stop.json"));
    expect(paper).toMatchObject({ phase: "verify", kind: "failed", message: "It *broke*.", next: "Mend `it`." });
    expect(verifyAudit(on.read("audit.jsonl"), paper.audit_head)).toMatchObject({
      kind: "intact",
      entries: [{ event: "phase.failed", data: { code: "bad-input", message: "It *broke*." } }],
    });
    expect([...on.told.outputs.keys()]).toEqual(["paper"]);
    expect(on.told.summary).toBe("### Airlock verify: failed\n\nIt \\*broke\\*.\n\nMend \\`it\\`.\n");
  });

  test("an error that nobody foresaw is a defect of ours, and says so", async () => {
    using on = recordingShell();
    await expect(
      onPaper("solve", on.shell, { begin, work: () => Promise.reject(new TypeError("x is not a function")) }),
    ).rejects.toThrow(TypeError);
    expect(on.json("stop.json")).toMatchObject({ kind: "failed", next: expect.stringContaining("defect of Airlock") });
  });

  test("a log that cannot be continued is an error on paper as well, under a log that begins anew", async () => {
    using on = recordingShell();
    await expect(
      onPaper("publish", on.shell, { begin: () => Promise.reject(mendable), work: async () => null }),
    ).rejects.toBe(mendable);
    expect(on.json("stop.json")).toMatchObject({ phase: "publish", kind: "failed" });
    expect(verifyAudit(on.read("audit.jsonl"))).toMatchObject({ entries: [{ seq: 0, phase: "publish" }] });
  });
});

describe("a value that the job holds stands in nothing that leaves it", () => {
  const key = "gateway-7f3k2m9q8wzz41";
  const echo = new AirlockError({
    code: "model-misconfigured",
    message: `The model endpoint does not accept the key: Incorrect API key provided: ${key}`,
    fix: `Replace ${key}.`,
  });
  const everything = (on: ReturnType<typeof recordingShell>) =>
    [...on.papers().map((name) => on.read(name)), on.told.summary, ...on.told.outputs.values()].join("\n");

  test("an endpoint that repeats the key in its error", async () => {
    using on = recordingShell();
    on.shell.mask(key);
    await expect(onPaper("solve", on.shell, { begin, work: () => Promise.reject(echo) })).rejects.toBe(echo);
    expect(on.json("stop.json")).toMatchObject({
      message: "The model endpoint does not accept the key: Incorrect API key provided: [redacted]",
      next: "Replace [redacted].",
    });
    expect(everything(on)).not.toContain(key);
  });

  test("an agent that says it", async () => {
    using on = recordingShell();
    on.shell.mask(key);
    const work = async () => stop("gave-up", "The agent gave up.", "", `The key is ${key}.`);
    await onPaper("solve", on.shell, { begin, work });
    expect(on.json("stop.json")).toMatchObject({ said: "The key is [redacted]." });
    expect(everything(on)).not.toContain(key);
  });

  test("the twin: what was not registered is not known", async () => {
    using on = recordingShell();
    await expect(onPaper("solve", on.shell, { begin, work: () => Promise.reject(echo) })).rejects.toBe(echo);
    expect(everything(on)).toContain(key);
  });
});

test("everything of ours lies below the runner's temporary directory, the papers apart from the rest", () => {
  using on = recordingShell();
  expect([jobDirectory(on.shell), paperDirectory(on.shell)]).toEqual([
    `${on.path}/airlock`,
    `${on.path}/airlock-paper`,
  ]);
});

describe("in a summary our sentences are text", () => {
  test.each([
    ["a *b* _c_ `d`", String.raw`a \*b\* \_c\_ \`d\``],
    ["[x](http://a.test) ![y](z)", String.raw`\[x\](http://a.test) \!\[y\](z)`],
    ["<script>&amp;", String.raw`\<script\>\&amp;`],
    ["@mona #12 | x", String.raw`\@mona \#12 \| x`],
    [String.raw`a\*b`, String.raw`a\\\*b`],
    ["# one\n\n- two\r\n\tthree", String.raw`\# one - two three`],
    ["{a}", String.raw`\{a\}`],
  ])("%j becomes %j", (text, expected) => {
    expect(plain(text)).toBe(expected);
  });
});
