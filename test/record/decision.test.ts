import { expect, test } from "vitest";
import type { Finding } from "../../src/handoff/finding.ts";
import type { Report } from "../../src/handoff/report.ts";
import { decision } from "../../src/record/decision.ts";
import { proofSection } from "../../src/record/proof.ts";
import { tamperingSection } from "../../src/record/tampering.ts";
import { judgement, report } from "./papers.ts";

const finding = (more: Partial<Finding>): Finding => ({
  id: "0123456789ab",
  rule: "v03-test-skipped",
  level: "block",
  path: "test/sum.test.ts",
  line: 4,
  message: "A test is skipped now.",
  before: 'test("adds", …)',
  after: 'test.skip("adds", …)',
  ...more,
});
const proof = (of: Report["proof"]) => report({ proof: of });

test("the first lines say level, checks, proof and what stands in the way", () => {
  const said = decision(
    proof({ kind: "proved", tests: ["adds"], failed_on_base: 1 }),
    judgement({
      level: "high",
      findings: [finding({}), finding({ id: "ba9876543210", level: "warn" })],
      draft: true,
      reasons: [],
    }),
    [],
  );
  expect(said.split("\n")).toEqual([
    expect.stringMatching(/^- \*\*Risk 🟠 high\.\*\* /),
    expect.stringMatching(
      /^- \*\*Checks:\*\* 1 ⚠️ not run, 1 ⚠️ red before and after, .*\. \*\*1\*\* test proves the change\.$/,
    ),
    "- **⚠️ 2 places where tests or checks became weaker, below.**",
    "- **1** finding blocks until a maintainer accepts it.",
    "- A draft, because a check regressed or did not run.",
  ]);
});

test("where nothing stands in the way nothing is said of it", () => {
  const calm = judgement({ findings: [finding({ level: "info" })], draft: false });
  const said = decision(proof({ kind: "none" }), calm, []);
  expect(said.split("\n")).toHaveLength(2);
  expect(said).toContain("**No regression test proves this change.**");
});

test("what became weaker is shown before and after, the blocking first, with the way to accept it", () => {
  const findings = [finding({ level: "warn", id: "aaaaaaaaaaaa" }), finding({}), finding({ rule: "symlink" })];
  const said = tamperingSection({ findings }, []);
  expect(said.indexOf("0123456789ab")).toBeLessThan(said.indexOf("aaaaaaaaaaaa"));
  expect(said).toContain('`test("adds", …)` → `test.skip("adds", …)`');
  expect(said).toContain("`/agent accept`");
  expect(said).not.toContain("symlink");
  expect(tamperingSection({ findings: [finding({ level: "info" }), finding({ rule: "symlink" })] }, [])).toBe("");
});

test("text of a change cannot leave its code span, and a long list is counted", () => {
  const findings = Array.from({ length: 40 }, (_, index) =>
    finding({ id: String(index).padStart(12, "0"), before: "`a`\n\n# b", after: null }),
  );
  const said = tamperingSection({ findings }, []);
  expect(said).not.toMatch(/^# b/m);
  expect(said).toMatch(/^- and 25 more, in the run's papers$/m);
});

test.each<[Report["proof"], RegExp]>([
  [{ kind: "none" }, /\*\*No regression test proves this change\.\*\*/],
  [{ kind: "unknown", reason: "test names are not available" }, /\*\*not known\*\*: test names are not available\./],
  [
    { kind: "proved", tests: ["adds", "new"], failed_on_base: 1 },
    /^- `adds` \(failed on the base\)\n- `new` \(new or changed/m,
  ],
  [{ kind: "proved", tests: Array.from({ length: 25 }, (_, at) => `t${at}`), failed_on_base: 25 }, /^- and 5 more$/m],
])("the proof %j is told as it is", (of, told) => {
  expect(proofSection(proof(of), [])).toMatch(told);
});
