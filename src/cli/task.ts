import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { SessionEvent } from "../agent/session.ts";
import { openAudit } from "../audit/log.ts";
import { patchText } from "../change/patch.ts";
import { SandboxMode } from "../config.ts";
import { AirlockError } from "../errors.ts";
import { seal } from "../handoff/seal.ts";
import { Report } from "../handoff/report.ts";
import { Solution } from "../handoff/solution.ts";
import { type RunVerb, Task } from "../handoff/task.ts";
import type { Model } from "../model/model.ts";
import { openaiModel } from "../model/openai.ts";
import { narrator } from "../phases/narrate.ts";
import { localTask } from "../phases/local-task.ts";
import { pipeline, type PipelineResult } from "../phases/pipeline.ts";
import { explanationLines } from "../policy/explain.ts";
import { shownPaths } from "../policy/opinion.ts";
import { contentsBefore, type LocalRepository, resolveRevision } from "../workspace/local.ts";
import { uncommitted } from "../workspace/worktree.ts";
import { openRepository } from "./repository.ts";
import { groundSandbox, localGround } from "./ground.ts";
import { planLines } from "./plan-lines.ts";
import { type PapersFolder, papersFolder } from "./papers.ts";
import { temporaryDirectory } from "./temporary.ts";
import { printable, reportTable } from "./table.ts";
import { exitCode, type Terminal, UsageError } from "./verb.ts";

export interface TaskEnd {
  code: number;
  /** The directory the task was for. */
  directory: string;
  result: PipelineResult | null;
}

/** Runs a task through the whole pipeline on a local repository and prints how it ended. Papers are kept in a folder that is named. */
export async function runTask(args: string[], terminal: Terminal, verb: RunVerb = "fix"): Promise<TaskEnd> {
  const { values, positionals } = parseArgs({
    args,
    options: {
      sandbox: { type: "string", short: "s" },
      model: { type: "string", short: "m" },
      directory: { type: "string", short: "C", default: "." },
      output: { type: "string", short: "o" },
      json: { type: "boolean" },
    },
    allowPositionals: true,
  });
  const text = positionals.join(" ").trim();
  if (text === "") throw new UsageError(wordless[verb] ?? "say what should be done");
  const mode = values.sandbox === undefined ? undefined : SandboxMode.safeParse(values.sandbox);
  if (mode?.success === false)
    throw new UsageError(`--sandbox takes read-only or workspace-write, not "${values.sandbox}"`);
  const agent = {
    ...(mode === undefined ? {} : { sandbox_mode: mode.data }),
    ...(values.model === undefined ? {} : { model: values.model }),
  };
  const directory = resolve(terminal.cwd, values.directory);
  const apiKey = terminal.environment["OPENAI_API_KEY"] ?? "";
  if (apiKey === "") throw noKey();
  const model = modelOf(apiKey, terminal);
  const papers = papersFolder(values.output === undefined ? null : resolve(terminal.cwd, values.output));
  try {
    const order = { text, verb, agent, directory, papers, apiKey, model, json: values.json === true };
    const result = await runPipeline(order, terminal);
    await keepPapers(papers, directory, result);
    if (order.json) terminal.out(JSON.stringify({ type: "airlock.result", papers: papers.path, ...summaryOf(result) }));
    else for (const line of sentences(result).flatMap(printable)) terminal.out(line);
    const good =
      result.kind === "answered" ||
      (result.kind === "judged" && result.judgement.kind === "publish" && !result.judgement.draft);
    return { code: good ? exitCode.done : exitCode.no, directory, result };
  } finally {
    if (papers.path !== null) terminal.err(`papers: ${papers.path}`);
  }
}

const wordless: Readonly<Partial<Record<RunVerb, string>>> = {
  ask: "say what you want to know",
  plan: "say what should be planned",
};

/** Made before anything else happens, so that settings it cannot use are known at once. */
function modelOf(apiKey: string, { environment }: Terminal): Model {
  const baseUrl = environment["OPENAI_BASE_URL"] ?? "";
  return openaiModel({ apiKey, ...(baseUrl === "" ? {} : { baseUrl }) });
}

interface Order {
  text: string;
  verb: RunVerb;
  agent: Parameters<typeof localTask>[0]["agent"];
  directory: string;
  papers: PapersFolder;
  apiKey: string;
  model: Model;
  json: boolean;
}

async function runPipeline(order: Order, terminal: Terminal): Promise<PipelineResult> {
  const { agent = {}, text, verb, directory, papers, apiKey, model } = order;
  const canary = await terminal.plantCanary();
  await using local = await openRepository(directory);
  await warnOfUncommitted(local, terminal);
  const audit = openAudit("local", terminal.now);
  // The limits are needed before the task is made inside the pipeline; reading it twice gives the same bytes.
  const { config } = await localTask({
    local,
    revision: "HEAD",
    text,
    verb,
    now: terminal.now,
    auditHead: audit.head,
    agent,
  });
  await using place = await temporaryDirectory();
  const onProgress = (text: string) => {
    for (const line of printable(text)) terminal.err(`  ${line}`);
  };
  await using sandbox = await groundSandbox(place.path, terminal, directory);
  const ground = await localGround(terminal, {
    sandbox,
    dir: place.path,
    directory,
    limits: config.limits,
    setup: config.setup,
    network: config.network.prepare,
    onProgress,
  });
  const tell = narrator(onProgress);
  const onEvent = (event: SessionEvent) => {
    if (order.json) terminal.out(JSON.stringify(event));
    else tell(event);
  };
  try {
    return await pipeline(
      { text, verb, revision: "HEAD", agent },
      {
        local,
        source: directory,
        ground,
        model,
        audit,
        now: terminal.now,
        session: (line) => papers.append("session.jsonl", line),
        onEvent,
        onProgress,
        known: [apiKey],
        canary,
        variable: (name) => terminal.environment[name],
      },
    );
  } finally {
    // What was decided before a failure is told as well.
    if (audit.entries.length > 0) papers.write("audit.jsonl", audit.text());
  }
}

/** Said before anything is spent: whoever has edits expects them to be seen. */
export async function warnOfUncommitted(local: LocalRepository, { err }: Terminal): Promise<void> {
  const { commit, tree } = await resolveRevision(local, "HEAD");
  const paths = await uncommitted(local, tree);
  if (paths.length === 0) return;
  err(
    `airlock: not committed: ${shownPaths(paths)}. The work begins from HEAD (${commit.slice(0, 12)}); edits that are not committed are ignored.`,
  );
}

async function keepPapers(papers: PapersFolder, directory: string, result: PipelineResult): Promise<void> {
  papers.write("task.json", seal(Task, result.task).bytes);
  papers.write("solution.json", seal(Solution, result.solution).bytes);
  if (result.kind === "answered") return;
  await using local = await openRepository(directory);
  const before = await contentsBefore(local.store, result.solution.change);
  papers.write("change.patch", patchText(result.solution.change, before));
  if (result.kind !== "judged") return;
  papers.write("report.json", seal(Report, result.report).bytes);
  papers.write("judgement.json", `${JSON.stringify(result.judgement, null, 2)}\n`);
}

function summaryOf(result: PipelineResult): object {
  if (result.kind === "stopped") return { kind: "stopped", stop: result.stopped };
  if (result.kind === "answered") {
    const { answer = "", plan } = result.solution;
    return plan === undefined ? { kind: "answered", answer } : { kind: "planned", plan };
  }
  return { kind: result.kind, checks: result.report.checks, judgement: result.judgement };
}

function sentences(result: PipelineResult): string[] {
  if (result.kind === "stopped") {
    const { message, said = "", next } = result.stopped;
    return [message, said, next].filter((line) => line !== "");
  }
  if (result.kind === "answered") {
    const { answer = "", plan } = result.solution;
    return plan === undefined ? [answer] : planLines(plan);
  }
  const files = result.solution.change.map(
    ({ path, before, after }) => `  ${before === null ? "A" : after === null ? "D" : "M"} ${path}`,
  );
  return [
    result.solution.summary,
    "",
    ...files,
    "",
    ...reportTable(result.report),
    "",
    ...explanationLines(result.judgement, { checksRun: true }),
  ];
}

function noKey(): AirlockError {
  return new AirlockError({
    code: "model-misconfigured",
    message: "There is no key for the model.",
    fix: "Set OPENAI_API_KEY; for another endpoint that speaks the Responses API also OPENAI_BASE_URL.",
  });
}
