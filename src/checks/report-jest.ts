import { z } from "zod";
import { jsonObject } from "../inspect/json.ts";
import type { ReadReport, TestStatus } from "./test-report.ts";

/** The parts of the JSON report of jest, which vitest writes too; both add others. */
const Assertion = z.object({
  ancestorTitles: z.array(z.string()),
  title: z.string(),
  status: z.enum(["passed", "failed", "pending", "skipped", "todo", "disabled", "focused"]),
  failureMessages: z.array(z.string()).nullish(),
});
const JestReport = z.object({
  numPassedTests: z.int().min(0),
  numFailedTests: z.int().min(0),
  numPendingTests: z.int().min(0),
  numTodoTests: z.int().min(0),
  testResults: z.array(z.object({ name: z.string(), status: z.string(), assertionResults: z.array(Assertion) })),
});

const statusOf: Record<z.infer<typeof Assertion>["status"], TestStatus> = {
  passed: "passed",
  failed: "failed",
  pending: "skipped",
  skipped: "skipped",
  todo: "skipped",
  disabled: "skipped",
  focused: "skipped",
};

/** Reads the JSON report of jest or vitest; null when it is none. A file that is red without a red test could not be loaded or ended badly. */
export function readJest(text: string): ReadReport | null {
  const parsed = JestReport.safeParse(jsonObject(text));
  if (!parsed.success) return null;
  const { testResults, numPassedTests, numFailedTests, numPendingTests, numTodoTests } = parsed.data;
  const tests = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ ancestorTitles, title, status, failureMessages }) => ({
      file: name,
      titles: [...ancestorTitles.filter((one) => one !== ""), title],
      status: statusOf[status],
      why: failureMessages?.[0] ?? "",
    })),
  );
  const brokenFiles = testResults
    .filter(({ status, assertionResults }) => {
      const red = assertionResults.some((one) => one.status === "failed");
      return status === "failed" && !red;
    })
    .map(({ name }) => name);
  const sums = { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
  return { tests, brokenFiles, sums };
}
