import { blobSha, type ChangeEntry } from "../change.ts";
import { jsonObject } from "../inspect/json.ts";

/** Keys of package.json that configure a test runner or its coverage. */
const runnerKeys = ["jest", "mocha", "ava", "vitest", "c8", "nyc"];

/**
 * The package.json of head with the runners' configuration of base. Out: the file, or null when they are the same or one cannot be read:
 * then nothing runs on head anyway, or nothing is configured there.
 */
export function withBaseRunner(head: string, base: string): ChangeEntry["after"] {
  const [mine, theirs] = [jsonObject(head), jsonObject(base)];
  if (mine === null || theirs === null) return null;
  const of = (manifest: Record<string, unknown>) => runnerKeys.map((key) => [key, manifest[key]] as const);
  if (JSON.stringify(of(mine)) === JSON.stringify(of(theirs))) return null;
  const others = Object.entries(mine).filter(([key]) => !runnerKeys.includes(key));
  const settings = of(theirs).filter(([, value]) => value !== undefined);
  const bytes = Buffer.from(`${JSON.stringify(Object.fromEntries([...others, ...settings]), null, 2)}\n`);
  return { mode: "100644", sha: blobSha(bytes), content: bytes.toString("base64") };
}
