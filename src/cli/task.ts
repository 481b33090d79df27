import { appendFileSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { SessionEvent } from "../agent/session.ts";
import { openAudit } from "../audit/log.ts";
import { patchText } from "../change/patch.ts";
import { SandboxMode } from "../config.ts";
import { AirlockError } from "../errors.ts";
import { seal } from "../handoff/seal.ts";
import { Report } from "../handoff/report.ts";
import { Solution } from "../handoff/solution.ts";
import { Task } from "../handoff/task.ts";
import { openaiModel } from "../model/openai.ts";
import { narrator } from "../phases/narrate.ts";
import { localTask } from "../phases/local-task.ts";
import { pipeline, type PipelineResult } from "../phases/pipeline.ts";
import { explanationLines } from "../policy/explain.ts";
import { contentsBefore, openLocal } from "../workspace/local.ts";
import { groundSandbox, localGround, temporaryDirectory } from "./ground.ts";
import { printable, reportTable } from "./table.ts";
import { exitCode, type Terminal, UsageError } from "./verb.ts";

export interface TaskEnd {
  code: number;
  /** The directory the task was for. */
  directory: string;
  result: PipelineResult | null;
}

/** Runs a task through the whole pipeline on a local repository and prints how it ended. Papers are kept in a folder that is named. */
export async function runTask(args: string[], terminal: Terminal): Promise<TaskEnd> {
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
  if (text === "") throw new UsageError("say what should be done");
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
  const papers =
    values.output === undefined
      ? await mkdtemp(join(tmpdir(), "airlock-papers-"))
      : resolve(terminal.cwd, values.output);
  await mkdir(papers, { recursive: true });
  const result = await runPipeline({ text, agent, directory, papers, apiKey, json: values.json === true }, terminal);
  await keepPapers(papers, directory, result);
  if (values.json === true) terminal.out(JSON.stringify({ type: "airlock.result", papers, ...summaryOf(result) }));
  else for (const line of sentences(result).flatMap(printable)) terminal.out(line);
  terminal.err(`papers: ${papers}`);
  const good = result.kind === "judged" && result.judgement.kind === "publish" && !result.judgement.draft;
  return { code: good ? exitCode.done : exitCode.no, directory, result };
}

interface Order {
  text: string;
  agent: Parameters<typeof localTask>[0]["agent"];
  directory: string;
  papers: string;
  apiKey: string;
  json: boolean;
}

async function runPipeline(order: Order, terminal: Terminal): Promise<PipelineResult> {
  const { apiKey } = order;
  const baseUrl = terminal.environment["OPENAI_BASE_URL"];
  await using local = await openLocal(order.directory);
  const audit = openAudit("local", terminal.now);
  const { agent = {}, text, directory } = order;
  // The limits are needed before the task is made inside the pipeline; reading it twice gives the same bytes.
  const { config } = await localTask({
    local,
    revision: "HEAD",
    text,
    now: terminal.now,
    auditHead: audit.head,
    agent,
  });
  await using place = await temporaryDirectory();
  const onProgress = (text: string) => {
    for (const line of printable(text)) terminal.err(`  ${line}`);
  };
  const sandbox = await groundSandbox(place.path, terminal, directory);
  const ground = await localGround(terminal, {
    sandbox,
    dir: place.path,
    directory,
    limits: config.limits,
    onProgress,
  });
  const tell = narrator(onProgress);
  const onEvent = (event: SessionEvent) => {
    if (order.json) terminal.out(JSON.stringify(event));
    else tell(event);
  };
  const result = await pipeline(
    { text, revision: "HEAD", agent },
    {
      local,
      source: directory,
      ground,
      model: openaiModel({ apiKey, ...(baseUrl === undefined || baseUrl === "" ? {} : { baseUrl }) }),
      audit,
      now: terminal.now,
      session: (line) => appendFileSync(join(order.papers, "session.jsonl"), line),
      onEvent,
      onProgress,
      known: [apiKey],
    },
  );
  await writeFile(join(order.papers, "audit.jsonl"), audit.text());
  return result;
}

async function keepPapers(papers: string, directory: string, result: PipelineResult): Promise<void> {
  const write = (name: string, bytes: Buffer | string) => writeFile(join(papers, name), bytes);
  await write("task.json", seal(Task, result.task).bytes);
  await write("solution.json", seal(Solution, result.solution).bytes);
  await using local = await openLocal(directory);
  await write(
    "change.patch",
    patchText(result.solution.change, await contentsBefore(local.store, result.solution.change)),
  );
  if (result.kind !== "judged") return;
  await write("report.json", seal(Report, result.report).bytes);
  await write("judgement.json", `${JSON.stringify(result.judgement, null, 2)}\n`);
}

function summaryOf(result: PipelineResult): object {
  if (result.kind === "stopped") return { kind: "stopped", stop: result.stopped };
  return { kind: result.kind, checks: result.report.checks, judgement: result.judgement };
}

function sentences(result: PipelineResult): string[] {
  if (result.kind === "stopped") {
    const { message, said = "", next } = result.stopped;
    return [message, said, next].filter((line) => line !== "");
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
    ...explanationLines(result.judgement),
  ];
}

function noKey(): AirlockError {
  return new AirlockError({
    code: "model-misconfigured",
    message: "There is no key for the model.",
    fix: "Set OPENAI_API_KEY; for another endpoint that speaks the Responses API also OPENAI_BASE_URL.",
  });
}
