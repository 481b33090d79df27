// npm run bench:secrets -- [--sources node_modules] [--rounds 7] [--cli FOLDER]: megabytes per second of the secret scan against @secretlint/core with its
// recommended preset, in one process and in turn, and what each of them finds of planted secrets. Counted is processor time, which
// other work on the machine changes little. The goal is a ratio. With --cli, a folder into which `secretlint` and its recommended preset were
// installed, a file of 100 kB is also given to its command line, and both are counted as somebody waits for them.
import { globSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, release, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { lintSource } from "@secretlint/core";
import { creator } from "@secretlint/secretlint-rule-preset-recommend";
import { scanText } from "../src/inspect/secrets.ts";
import { findSecrets } from "../src/text/find-secrets.ts";
import { letters, planted } from "../test/inspect/planted.ts";
import { interleaved, table, timedProcess } from "./measure.ts";

const goal = { ratio: 4, ofCommandLine: 0.05 };
const { values } = parseArgs({
  options: {
    sources: { type: "string", default: "node_modules" },
    rounds: { type: "string", default: "7" },
    cli: { type: "string" },
  },
});
const rounds = Number(values.rounds);
/** UTF-16 units of published sources that are read, and most of one file: larger ones are bundles. */
const sourceUnits = 8_000_000;
const fileBytesMax = 1_000_000;
const diffUnits = 100_000;

type Scan = (text: string) => Promise<number>;
const rule = { id: "@secretlint/secretlint-rule-preset-recommend", rule: creator };
const theirs: Scan = async (content) => {
  const source = { filePath: "a.ts", content, ext: ".ts", contentType: "text" as const };
  return (await lintSource({ source, options: { config: { rules: [rule] } } })).messages.length;
};
const ours: Scan = async (text) => (await scanText("a.ts", text)).length;
const alone: Scan = async (text) => findSecrets(text).length;

const generated = corpus();
const sources = published();
const diff = generated
  .map(({ text }) => text)
  .join("\n")
  .slice(0, diffUnits);
console.log(
  `Node ${process.version}, Linux ${release()}, ${availableParallelism()} CPUs, ${rounds} rounds, ${new Date().toISOString().slice(0, 10)}\n`,
);
console.log(
  table(
    [
      "scanner",
      "generated, MB/s",
      `files with one of ${Object.keys(planted).length} planted kinds found`,
      "published, MB/s",
      "100 kB diff, ms",
    ],
    await rows(),
  ),
);
if (values.cli !== undefined) console.log(`\n${await besideCommandLine(resolve(values.cli))}`);

async function rows(): Promise<string[][]> {
  const scanners: [string, Scan][] = [
    ["@secretlint/core, recommended preset", theirs],
    ["ours", ours],
    ["ours without the second opinion", alone],
  ];
  const speeds = new Map<string, number[]>();
  for (const texts of [generated.map(({ text }) => text), sources, [diff]]) {
    const timings = await interleaved(
      scanners.map(([name, scan]) => ({ name, run: () => timed(texts, scan) })),
      rounds,
    );
    for (const [name, { median }] of timings) speeds.set(name, [...(speeds.get(name) ?? []), median]);
  }
  const units = [
    generated.reduce((sum, { text }) => sum + text.length, 0),
    sources.reduce((sum, text) => sum + text.length, 0),
  ];
  const speed = (name: string, at: number) => (units[at] ?? 0) / 1000 / (speeds.get(name)?.[at] ?? Number.NaN);
  const [base = ""] = scanners.map(([name]) => name);
  const cell = (name: string, at: number) =>
    `${speed(name, at).toFixed(0)} (${(speed(name, at) / speed(base, at)).toFixed(1)} ×)`;
  const lines: string[][] = [];
  for (const [name, scan] of scanners)
    lines.push([
      name,
      cell(name, 0),
      await found(scan),
      cell(name, 1),
      (speeds.get(name)?.[2] ?? Number.NaN).toFixed(2),
    ]);
  const worst = Math.min(...[0, 1].map((at) => speed("ours", at) / speed(base, at)));
  process.exitCode = worst >= goal.ratio ? 0 : 1;
  lines.push([
    `goal: ours at least ${goal.ratio} × secretlint`,
    worst >= goal.ratio ? "reached" : "missed",
    "",
    `${(units[1] ?? 0) / 1e6} MB`,
    "",
  ]);
  return lines;
}

/** What somebody waits for 100 kB: secretlint's command line starts a process, ours is in one that runs. */
async function besideCommandLine(folder: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "airlock-bench-"));
  // Rules are looked for from the folder that the settings lie in.
  const settings = join(folder, ".secretlintrc.airlock-bench.json");
  try {
    await writeFile(settings, JSON.stringify({ rules: [{ id: rule.id }] }));
    await writeFile(join(dir, "a.ts"), sources.join("\n").slice(0, diffUnits));
    const text = readFileSync(join(dir, "a.ts"), "utf8");
    const args = [join(folder, "node_modules/secretlint/bin/secretlint.js"), "--secretlintrc", settings, "a.ts"];
    const program = "secretlint's command line";
    const timings = await interleaved(
      [
        { name: program, run: () => timedProcess(process.execPath, args, { cwd: dir }) },
        { name: "ours", run: () => waited(text) },
      ],
      rounds,
    );
    const ms = (name: string) => timings.get(name)?.median ?? Number.NaN;
    const fault = timings.get(program)?.fault ?? null;
    const ratio = ms("ours") / ms(program);
    const isReached = fault === null && ratio <= goal.ofCommandLine;
    if (!isReached) process.exitCode = 1;
    return table(
      ["100 kB, waited for", "ms", "ratio"],
      [
        [program, fault ?? ms(program).toFixed(0), "1"],
        ["ours", ms("ours").toFixed(2), ratio.toFixed(4)],
        [`goal: at most ${goal.ofCommandLine}`, isReached ? "reached" : "missed", ""],
      ],
    );
  } finally {
    await rm(settings, { force: true });
    await rm(dir, { recursive: true, force: true });
  }
}

async function waited(text: string): Promise<{ ms: number; fault: null }> {
  const begun = performance.now();
  await ours(text);
  return { ms: performance.now() - begun, fault: null };
}

async function timed(texts: readonly string[], scan: Scan): Promise<{ ms: number; fault: null }> {
  const begun = process.cpuUsage();
  for (const text of texts) await scan(text);
  const { user, system } = process.cpuUsage(begun);
  return { ms: (user + system) / 1000, fault: null };
}

async function found(scan: Scan): Promise<string> {
  let count = 0;
  const holders = generated.filter(({ secret }) => secret);
  for (const { text } of holders) if ((await scan(text)) > 0) count += 1;
  return `${count} of ${holders.length}`;
}

/** 400 files of generated code, 10 kB each; every fifth holds one of the planted secrets, each kind in turn. */
function corpus(): { text: string; secret: boolean }[] {
  const kinds = Object.values(planted);
  let seed = 0;
  const word = () => letters(3 + ((seed += 1) % 9), "abcdefghijklmnopqrstuvwxyz", seed);
  return Array.from({ length: 400 }, (_, file) => {
    const lines: string[] = [];
    for (let units = 0; units < 10_000; units += lines.at(-1)?.length ?? 0)
      lines.push(
        `export function ${word()}(${word()}: string, ${word()} = ${seed % 9_999}): ${word()} {\n  // ${word()} ${word()} ${word()}\n  return ${word()}.${word()}("${word()}-${word()}", { ${word()}: "${word()}" });\n}\n`,
      );
    const secret = file % 4 === 0 && file / 4 < kinds.length;
    if (secret) lines.splice(lines.length / 2, 0, `${kinds[file / 4]}\n`);
    return { text: lines.join(""), secret };
  });
}

function published(): string[] {
  const texts: string[] = [];
  let units = 0;
  const directory = resolve(values.sources);
  for (const name of globSync("**/*.{js,mjs,cjs,ts,json}", { cwd: directory }).toSorted()) {
    const file = join(directory, name);
    if (units >= sourceUnits) break;
    if (!statSync(file).isFile() || statSync(file).size > fileBytesMax) continue;
    const text = readFileSync(file, "utf8");
    texts.push(text);
    units += text.length;
  }
  return texts;
}
