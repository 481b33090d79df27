// npm run bench:tampering -- --repo DIR [--max 200] [--to REVISION]: replays the first-parent history of a repository, parent against commit, as if
// each were a Change, and says how often the tampering rules would have spoken. People wrote these commits, so most findings are false alarms.
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Finding } from "../src/handoff/finding.ts";
import { sidesOf } from "../src/inspect/sides.ts";
import { isCode } from "../src/inspect/tampering/parse.ts";
import { inspectTampering } from "../src/inspect/tampering/tampering.ts";
import { contentsBefore, localChange, openLocal } from "../src/workspace/local.ts";
import { removeTree } from "../src/workspace/owned.ts";

const goal = { block: 0.03, warn: 0.15 };
const { values } = parseArgs({
  options: {
    repo: { type: "string" },
    max: { type: "string", default: "200" },
    to: { type: "string", default: "HEAD" },
    level: { type: "string", default: "warn" },
  },
});
if (values.repo === undefined || !/^\d+$/.test(values.max) || !/^(block|warn|info)$/.test(values.level)) {
  console.error("Usage: npm run bench:tampering -- --repo DIR [--max 200] [--to REVISION] [--level block|warn|info]");
  process.exit(2);
}
const levels = ["block", "warn", "info"] as const;
const shown = levels.slice(0, levels.findIndex((level) => level === values.level) + 1);
const repo = resolve(values.repo);
const dir = mkdtempSync(join(tmpdir(), "airlock-bench-"));
try {
  await replay(repo, Number(values.max), values.to);
} finally {
  await removeTree(dir);
}

async function replay(path: string, max: number, to: string): Promise<void> {
  await using local = await openLocal(path, dir);
  const commits = firstParents(path, max, to);
  const counts = { judged: 0, skipped: 0, block: 0, warn: 0, ms: 0 };
  for (const { commit, parent, subject } of commits) {
    const change = await localChange(local, parent, commit);
    if (!change.some((entry) => isCode(entry.path))) {
      counts.skipped += 1;
      continue;
    }
    const sides = sidesOf(change, await contentsBefore(local.store, change));
    const begun = performance.now();
    const findings = inspectTampering(sides);
    counts.ms += performance.now() - begun;
    counts.judged += 1;
    if (findings.some(({ level }) => level === "block")) counts.block += 1;
    if (findings.some(({ level }) => level === "warn")) counts.warn += 1;
    print(`${commit.slice(0, 10)} ${subject}`, findings);
  }
  const share = (count: number, limit: number) => {
    const ratio = counts.judged === 0 ? 0 : count / counts.judged;
    return `${count} (${(100 * ratio).toFixed(1)} %, goal < ${100 * limit} %${ratio < limit ? "" : ", missed"})`;
  };
  console.log(
    `${commits.length} commits, of which ${counts.judged} touch code and were judged, ${counts.skipped} do not`,
  );
  console.log(`with a block: ${share(counts.block, goal.block)}; with a warn: ${share(counts.warn, goal.warn)}`);
  console.log(`${(counts.ms / Math.max(1, counts.judged)).toFixed(0)} ms per commit`);
}

/** The newest commits of the first-parent line, each with its first parent: what was merged, as one change. */
function firstParents(path: string, max: number, to: string): { commit: string; parent: string; subject: string }[] {
  const words = [
    "log",
    "--first-parent",
    `--max-count=${max}`,
    "--format=%H%x00%P%x00%s",
    "--end-of-options",
    to,
    "--",
  ];
  const out = execFileSync("git", words, { cwd: path, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  return out.split("\n").flatMap((line) => {
    const [commit = "", parents = "", subject = ""] = line.split("\0");
    const [parent = ""] = parents.split(" ");
    return parent === "" ? [] : [{ commit, parent, subject: subject.slice(0, 60) }];
  });
}

function print(title: string, findings: readonly Finding[]): void {
  const said = findings.filter(({ level }) => shown.includes(level));
  if (said.length === 0) return;
  console.log(title);
  const short = (text: string | null) => (text === null ? "(none)" : text.replace(/\s+/g, " ").slice(0, 160));
  for (const { level, rule, path, line, message, before, after } of said) {
    console.log(`  ${level} ${rule} ${path}${line === null ? "" : `:${line}`}: ${message}`);
    console.log(`    ${short(before)}  →  ${short(after)}`);
  }
}
