import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { unzipSync } from "fflate";
import { Script } from "./emulators/model/step.ts";
import { type Road, roads, stepsAfterFix, walkOn } from "./demo-roads.ts";
import type { LogLine } from "./emulators/runner/job-log.ts";
import { build } from "./build.ts";
import { startWorld, type World } from "./world.ts";

const root = path.dirname(import.meta.dirname);
const fixture = path.join(root, "test/fixtures/demo-repository");
const comment = "/agent fix please add a test, too";
const started = performance.now();

const { values, road } = readArguments();
const abort = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => abort.abort());

say("Airlock's whole road, once: an issue, a comment, four jobs, a pull request.");
if (road !== "fix") say(`Then the road ${road}.`);
const model = await chooseModel();
say("building the action, the server and the command line");
await build();
say("starting the embedded GitHub, the runner, and the app as its own process");
{
  await using world = await startWorld({
    from: fixture,
    model: model.world,
    onLog: narrate,
    ...(values.port === undefined ? {} : { port: Number(values.port) }),
  });
  process.exitCode = await walk(world);
  if (values.serve === true) await serve(world);
}

function readArguments(): { values: { serve?: boolean; port?: string }; road: Road } {
  try {
    const { values, positionals } = parseArgs({
      options: { serve: { type: "boolean" }, port: { type: "string" } },
      allowPositionals: true,
    });
    const [name = "fix", ...others] = positionals;
    const road = roads.find((one) => one === name);
    if (road === undefined || others.length > 0)
      throw new TypeError(`a road is one of ${roads.join(", ")}, not "${positionals.join(" ")}"`);
    if (values.port !== undefined && !(/^\d{1,5}$/.test(values.port) && Number(values.port) < 65_536))
      throw new TypeError(`--port takes a number below 65536, not "${values.port}"`);
    return { values, road };
  } catch (thrown) {
    process.stderr.write(
      `demo: ${thrown instanceof Error ? thrown.message : String(thrown)}\nusage: npm run demo -- [ROAD] [--serve] [--port NUMBER]\n`,
    );
    process.exit(2);
  }
}

async function chooseModel(): Promise<{ world: Parameters<typeof startWorld>[0]["model"] }> {
  const key = process.env["OPENAI_API_KEY"] ?? "";
  if (key !== "") {
    say("OPENAI_API_KEY is set: the real model works. Its words and its change will differ from run to run.");
    return { world: { kind: "endpoint", key, baseUrl: process.env["OPENAI_BASE_URL"] ?? null } };
  }
  say("OPENAI_API_KEY is not set: a recorded model answers. Everything else is real.");
  const script = Script.parse(
    JSON.parse(await readFile(path.join(root, "test/fixtures/models/duration.json"), "utf8")),
  );
  return { world: { kind: "scripted", steps: [...script.steps, ...stepsAfterFix(road)] } };
}

async function walk(world: World): Promise<number> {
  const { hub, repository } = world;
  say(`${hub.url}/${repository.owner}/${repository.name} is the repository`);
  const issue = repository.openIssue(
    "rita",
    "Seconds are counted as minutes",
    '`parseDuration("90s")` returns **90**, but ninety seconds are one and a half minutes.\n\nSeen with version 1.4.0.',
  );
  say(`rita opens issue #${issue}: Seconds are counted as minutes`);
  say(`mona, an admin, comments: ${comment}`);
  await repository.comment("mona", issue, comment);
  await world.settled();

  const [run] = repository.runs();
  const [pull] = repository.pulls();
  say(`the run ended: ${run?.conclusion ?? "no run"}${run === undefined ? "" : ` (${timing(run.jobs)})`}`);
  const papers = run === undefined ? null : await keepPapers(world, run.id);
  if (pull !== undefined) {
    print(
      `\n${"─".repeat(100)}\n${pull.title}   [${pull.draft ? "draft" : "open"}]   ${pull.labels.join("  ")}\n${"─".repeat(100)}\n\n${pull.body}\n${"─".repeat(100)}\n`,
    );
  }
  const status = repository.issueComments(issue).find(({ author }) => author.endsWith("[bot]"));
  print(`The status comment on #${issue}:\n\n${status?.body ?? "(none)"}\n`);
  say(
    pull === undefined
      ? "there is no pull request"
      : `pull request: ${pull.htmlUrl} (the page is there while --serve is running)`,
  );
  if (pull !== undefined) await walkOn(road, world, { say, print });
  if (papers !== null) say(`the papers of the four jobs: ${papers}`);
  if (hub.violations.length > 0) say(`requests that GitHub would refuse: ${hub.violations.join("; ")}`);
  world.assertModelDone();
  return pull !== undefined && hub.violations.length === 0 ? 0 : 1;
}

function timing(jobs: { id: string; startedAt: number | null; completedAt: number | null }[]): string {
  return jobs
    .filter(({ startedAt }) => startedAt !== null)
    .map(({ id, startedAt, completedAt }) => `${id} ${(((completedAt ?? 0) - (startedAt ?? 0)) / 1000).toFixed(1)} s`)
    .join(", ");
}

async function keepPapers({ repository }: World, run: number): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "airlock-demo-papers-"));
  for (const artifact of repository.artifacts(run)) {
    for (const [name, bytes] of Object.entries(unzipSync(artifact.bytes))) {
      await writeFile(path.join(folder, `${artifact.name}.${path.basename(name)}`), bytes);
    }
  }
  return folder;
}

async function serve({ hub, repository }: World): Promise<void> {
  const [pull] = repository.pulls();
  say(`serving the pages until Ctrl-C: ${pull?.htmlUrl ?? `${hub.url}/${repository.owner}/${repository.name}`}`);
  if (!abort.signal.aborted)
    await new Promise((resolve) => abort.signal.addEventListener("abort", resolve, { once: true }));
}

function narrate({ job, step, text }: LogLine): void {
  if (text.startsWith("##[") && !text.startsWith("##[error]")) return;
  say(`${job.padEnd(8)} ${text.replace("##[error]", "ERROR ")}`, step);
}

function say(text: string, _step?: string): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(5);
  process.stdout.write(`${seconds} s  ${text}\n`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
