import { expect, it } from "vitest";
import { genesis, openAudit, verifyAudit } from "../../src/audit/log.ts";

const clock = () => Date.UTC(2026, 0, 2, 3, 4, 5);

function threeEntries() {
  const log = openAudit("gate", clock);
  log.append("request.allowed", { comment: 12, requester: "mona" });
  log.append("task.sealed", { labels: ["a", "b"] });
  log.append("phase.done");
  return log;
}

it("verifies a log that nobody touched and gives its head", () => {
  const log = threeEntries();
  expect(verifyAudit(log.text(), log.head)).toEqual({ kind: "intact", entries: log.entries, head: log.head });
});

it("starts from a fixed head and continues where another phase ended", () => {
  expect(openAudit("gate", clock).head).toBe(genesis);
  const gate = threeEntries();
  const solve = openAudit("solve", clock, gate.entries);
  solve.append("agent.started");
  expect(verifyAudit(solve.text(), solve.head).kind).toBe("intact");
  expect(solve.text().startsWith(gate.text())).toBe(true);
});

it.each([
  ["a changed value", (text: string) => text.replace("mona", "nona"), 1],
  ["a dropped line", (text: string) => text.split("\n").toSpliced(1, 1).join("\n"), 2],
  [
    "two lines exchanged",
    (text: string) => {
      const [a, b, ...rest] = text.split("\n");
      return [b, a, ...rest].join("\n");
    },
    1,
  ],
  [
    "an inserted copy",
    (text: string) => {
      const [a, ...rest] = text.split("\n");
      return [a, a, ...rest].join("\n");
    },
    2,
  ],
  ["a cut last line", (text: string) => text.slice(0, -10), 3],
  ["a second key of the same name", (text: string) => text.replace('"comment":12', '"comment":12,"comment":12'), 1],
  ["white space", (text: string) => text.replace("{", "{ "), 1],
])("finds %s and names the line", (_what, change, line) => {
  const log = threeEntries();
  const verdict = verifyAudit(change(log.text()), log.head);
  expect(verdict).toMatchObject({ kind: "broken", line });
});

it("finds removed last entries only with the published head", () => {
  const log = threeEntries();
  const shorter = `${log.text().split("\n").slice(0, 2).join("\n")}\n`;
  expect(verifyAudit(shorter).kind).toBe("intact");
  expect(verifyAudit(shorter, log.head)).toEqual({
    kind: "ends-elsewhere",
    entries: 2,
    head: log.entries[1]?.hash,
    expected: log.head,
  });
  expect(verifyAudit(log.text(), log.head.toUpperCase()).kind).toBe("intact");
});

it("takes a log without entries for a broken one, whatever head was published", () => {
  const broken = { kind: "broken", line: 1, why: "the log is empty" };
  expect([verifyAudit(""), verifyAudit("", genesis)]).toEqual([broken, broken]);
});

it("finds any flipped bit of a whole log", () => {
  const log = threeEntries();
  const bytes = Buffer.from(log.text());
  for (let index = 0; index < bytes.length; index += 1) {
    const flipped = Buffer.from(bytes);
    flipped[index] = (flipped[index] ?? 0) ^ 1;
    expect(verifyAudit(flipped.toString("utf8"), log.head).kind, `bit 0 of byte ${index}`).toBe("broken");
  }
});
