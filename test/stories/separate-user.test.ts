import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { ask, expectSound, goodFix, papersOf, startStory } from "./road.ts";

const workflow = ".github/workflows/airlock.yml";
const root = path.join(import.meta.dirname, "../..");

/** The workflow with another user required, as somebody with a runner of their own writes it. Their sudo is left as it is. */
const required = readFileSync(path.join(root, workflow), "utf8").replaceAll(
  /^( +)phase: (prepare|solve|verify)$/gm,
  "$1phase: $2\n$1separate-user: require\n$1drop-sudo: false",
);

const why = impossible();
if (why !== null) process.stderr.write(`a separate user behind sudo: NOT RUN: ${why}\n`);

test.skipIf(why !== null)(
  "with sudo the whole road runs behind it, and what is sandboxed is another user's",
  async () => {
    await using world = await startStory(goodFix, { files: { [workflow]: required } });
    await ask(world);
    const [run] = world.repository.runs();
    const log = run?.log.map(({ job, text }) => `${job}: ${text}`) ?? [];
    expect(log.filter((line) => line.includes("##[error]"))).toEqual([]);
    expect(run?.conclusion).toBe("success");
    // prepare and solve in one job, prepare and verify in the other.
    const crossed = log.filter((line) => line.includes("going on behind sudo")).map((line) => line.split(":")[0]);
    expect(crossed).toEqual(["solve", "solve", "verify", "verify"]);

    const { files } = papersOf(world, run?.id ?? 0);
    const report = JSON.parse(files.get("airlock-verify-1/report.json") ?? "{}");
    const solution = JSON.parse(files.get("airlock-solve-1/solution.json") ?? "{}");
    expect([solution.certificate.uid, report.certificate.uid]).toEqual(["separate", "separate"]);

    const left = existsSync("/var/lib/airlock") ? readdirSync("/var/lib/airlock") : [];
    expect(left.filter((name) => name.startsWith(`${run?.id}-`))).toEqual([]);
    const foreign = execFileSync("find", [world.dir, "!", "-uid", String(process.getuid?.())], { encoding: "utf8" });
    expect(foreign, "everything that is left is the account's own").toBe("");
    expectSound(world);
  },
  // Four steps start twice.
  180_000,
);

function impossible(): string | null {
  if (process.getuid?.() === 0) return "this is root, which needs none";
  try {
    execFileSync("sudo", ["-n", "true"], { stdio: "ignore" });
    return null;
  } catch {
    return "`sudo -n true` fails for this account";
  }
}
