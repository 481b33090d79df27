import { explain } from "../errors.ts";
import type { Log } from "./log.ts";

/** For what people like to see but no request depends on: a failure is logged and forgotten. */
export async function tolerate(work: Promise<void>, log: Log): Promise<void> {
  try {
    await work;
  } catch (thrown) {
    log.warn("display.failed", { why: explain(thrown).message });
  }
}
