import { z } from "zod";
import { jsonObject } from "../inspect/json.ts";
import type { ReadReport, ReportedTest, TestStatus } from "./test-report.ts";

const Test = z.object({
  title: z.string(),
  fullTitle: z.string(),
  file: z.string().nullish(),
  err: z.object({ message: z.string().nullish() }).nullish(),
});
const MochaReport = z.object({
  stats: z.object({
    passes: z.int().min(0),
    failures: z.int().min(0),
    pending: z.int().min(0),
  }),
  passes: z.array(Test),
  failures: z.array(Test),
  pending: z.array(Test),
});

/** Reads mocha's JSON report; null when it is none. A hook that failed is among the failures, by its own name. */
export function readMocha(text: string): ReadReport | null {
  const parsed = MochaReport.safeParse(jsonObject(text));
  if (!parsed.success) return null;
  const { stats, passes, failures, pending } = parsed.data;
  const as = (list: readonly z.infer<typeof Test>[], status: TestStatus): ReportedTest[] =>
    list.map(({ fullTitle, file, err }) => ({
      file: file ?? null,
      titles: [fullTitle],
      status,
      why: err?.message ?? "",
    }));
  return {
    tests: [...as(passes, "passed"), ...as(failures, "failed"), ...as(pending, "skipped")],
    brokenFiles: [],
    sums: { passed: stats.passes, failed: stats.failures, skipped: stats.pending },
  };
}
