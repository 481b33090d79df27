import { type Config, configPath } from "../config.ts";
import { loadConfig, renderProblems } from "../config/load.ts";
import { AirlockError } from "../errors.ts";
import type { Snapshot } from "../handoff/identity.ts";
import { endsWithAnswer, type Instruction, type RunVerb, type Task } from "../handoff/task.ts";
import { fileAt, type LocalRepository, localTree, resolveRevision } from "../workspace/local.ts";
import { readBlobs } from "../workspace/tree.ts";
import { collectInstructions } from "./instructions.ts";

/** A run on this machine has no GitHub identity; these say so in every paper. */
const localIdentity = { repository: { id: 1, owner: "local", name: "repository" }, run: { id: 0, attempt: 1 } };

export interface LocalOrder {
  local: LocalRepository;
  /** The commit to work from; policy, instructions and checks come from it too: whoever owns the working copy is trusted. */
  revision: string;
  text: string;
  /** Absent: a task in the owner's words. */
  bump?: {
    package: string;
    /** null: the newest. */
    range: string | null;
    /** Days that a release must be old; null: as configured. */
    ageDays: number | null;
  };
  /** Absent: a change is asked for. */
  verb?: RunVerb;
  now: () => number;
  auditHead: string;
  /** What the command line changes of the configuration's `[agent]`. */
  agent?: Partial<Config["agent"]>;
}

/**
 * The gate of a local run: the Task from a working copy instead of from GitHub.
 * @throws AirlockError `bad-input` for a bad revision, `bad-config` naming file, line and key.
 */
export async function localTask({
  local,
  revision,
  text,
  verb = "fix",
  now,
  auditHead,
  agent = {},
  bump,
}: LocalOrder): Promise<Task> {
  const start = await resolveRevision(local, revision);
  const { config, from } = await localConfig(local, start);
  const merged = { ...config, agent: { ...config.agent, ...agent } };
  return {
    version: 1,
    ...localIdentity,
    trigger: { kind: "local" },
    requester: { id: 1, login: "local", role: "admin" },
    verb,
    words: "",
    brief: bump === undefined ? { kind: "local", text } : bumpBrief(bump, config),
    trusted: start,
    start,
    base: start,
    pull: null,
    default_branch: revision,
    sandbox_mode: endsWithAnswer({ verb }) ? "read-only" : merged.agent.sandbox_mode,
    approval_policy: merged.agent.approval_policy,
    config: merged,
    config_from: from,
    instructions: await instructionsAt(local, start),
    created_at: new Date(now()).toISOString(),
    audit_head: auditHead,
  };
}

function bumpBrief({ ageDays, ...asked }: NonNullable<LocalOrder["bump"]>, { bump }: Config): Task["brief"] {
  return { kind: "bump", number: null, ...asked, age_days: ageDays ?? bump.min_release_age_days };
}

/** The configuration of a local commit. @throws AirlockError `bad-config`. */
export async function localConfig(
  local: LocalRepository,
  at: Snapshot,
): Promise<{ config: Config; from: "file" | "defaults" }> {
  const bytes = await fileAt(local.store, at.commit, configPath);
  const loaded = loadConfig(bytes === null ? null : bytes.toString("utf8"), configPath);
  if (loaded.kind === "ok") return { config: loaded.config, from: loaded.from };
  throw new AirlockError({
    code: "bad-config",
    message: renderProblems(loaded.problems),
    fix: `Correct ${configPath} and commit it.`,
  });
}

/** Bytes read of one file; larger ones are over the cap anyway. */
const blobBytesMax = 16 * 1024 * 1024;

async function instructionsAt(local: LocalRepository, { commit }: Snapshot): Promise<Instruction[]> {
  const read = async (sha: string) => (await readBlobs(local.store, [sha], blobBytesMax)).get(sha) ?? Buffer.alloc(0);
  return (await collectInstructions(await localTree(local, commit), read)).instructions;
}
