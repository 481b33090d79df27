import { z } from "zod";
import type { AgentResult, AgentRun } from "../../src/agent/loop.ts";
import { runAgent } from "../../src/agent/loop.ts";
import type { SessionEvent } from "../../src/agent/session.ts";
import { Config } from "../../src/config.ts";
import { Task } from "../../src/handoff/task.ts";
import { openaiModel } from "../../src/model/openai.ts";
import { finishTool } from "../../src/tools/finish.ts";
import type { Tool } from "../../src/tools/tool.ts";
import type { SeenRequest, Step } from "../emulators/model/step.ts";
import { startModel } from "../emulators/model/server.ts";

const sha = (digit: string) => digit.repeat(40);
export const startTree = sha("b");

export function task(over: Partial<z.input<typeof Task>> = {}): Task {
  return Task.parse({
    version: 1,
    repository: { id: 7, owner: "acme", name: "shop" },
    run: { id: 99, attempt: 1 },
    trigger: { kind: "local" },
    requester: { id: 1, login: "mona", role: "write" },
    verb: "fix",
    words: "",
    brief: { kind: "local", text: "Make add() add." },
    trusted: { commit: sha("a"), tree: startTree },
    start: { commit: sha("a"), tree: startTree },
    base: { commit: sha("a"), tree: startTree },
    pull: null,
    default_branch: "main",
    sandbox_mode: "workspace-write",
    approval_policy: "never",
    config: Config.parse({ agent: { model: "gpt-6.1-sol" } }),
    config_from: "defaults",
    instructions: [],
    created_at: "2026-11-20T10:00:00Z",
    audit_head: "0".repeat(64),
    ...over,
  });
}

const Note = z.strictObject({ text: z.string() });

/** A tool that writes nothing anywhere: it says its input back. */
export const echo: Tool<typeof Note> = {
  name: "echo",
  description: "Says the text back.",
  input: Note,
  writes: false,
  run: ({ text }) => Promise.resolve({ ok: true, output: `echo: ${text}` }),
};

/** The same, but counted as a change. */
export const touch: Tool<typeof Note> = { ...echo, name: "touch", writes: true };

export interface Played {
  result: AgentResult;
  events: SessionEvent[];
  requests: SeenRequest[];
  /** What the model was given back, in order. */
  outputs: string[];
}

/** Plays a script to its end: exactly its steps, no call more. */
export async function play(steps: Step[], over: Partial<AgentRun> = {}): Promise<Played> {
  await using server = await startModel(steps);
  const events: SessionEvent[] = [];
  const model = openaiModel({
    apiKey: server.key,
    baseUrl: server.url,
    wait: () => Promise.resolve(),
    bounds: { attempts: 2 },
  });
  const result = await runAgent({
    model,
    tools: [echo, touch, finishTool],
    task: task(),
    prompt: { instructions: "Be good.", user: "Do it." },
    limits: Config.parse({}).limits,
    now: () => 0,
    onEvent: (event) => events.push(event),
    checkpoint: () => Promise.resolve({ tree: startTree, violations: [] }),
    signal: new AbortController().signal,
    ...over,
  });
  server.assertDone();
  return { result, events, requests: server.requests, outputs: outputsOf(server.requests) };
}

function outputsOf(requests: SeenRequest[]): string[] {
  const input = requests.at(-1)?.input ?? [];
  return input.flatMap(({ type, output }) => (type === "function_call_output" ? [String(output)] : []));
}

export const done = {
  outcome: "done",
  summary: "It adds now.",
  reasons: [{ path: "add.ts", reason: "It subtracted." }],
  notes: "",
  look_at: ["add.ts"],
} as const;
