import { tmpdir } from "node:os";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { type AuditLog, openAudit } from "../../src/audit/log.ts";
import { Config } from "../../src/config.ts";
import type { Task } from "../../src/handoff/task.ts";
import type { Ground } from "../../src/phases/dependencies.ts";
import { localTask } from "../../src/phases/local-task.ts";
import { type LocalRepository, openLocal } from "../../src/workspace/local.ts";
import { fixtureRepository, type FixtureFile } from "../workspace/repository.ts";

/** The files of a small repository whose checks need no package. Its `total` forgets quantities. */
export function cartFiles(): Record<string, string> {
  const root = join(import.meta.dirname, "../fixtures/cart");
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" });
  return Object.fromEntries(
    paths
      .filter((path) => statSync(join(root, path)).isFile())
      .map((path) => [path, readFileSync(join(root, path), "utf8")]),
  );
}

/** A real repository on this machine, opened as its owner opens it, and a ground to work on. */
export interface LocalScene extends AsyncDisposable {
  repository: ReturnType<typeof fixtureRepository>;
  local: LocalRepository;
  ground: Ground;
  audit: AuditLog;
  now: () => number;
  /** What was told while it worked. */
  said: string[];
  task: (text?: string) => Promise<Task>;
}

/** No registry listens at this address: a test that needs one brings its own. */
export const noRegistry = new URL("http://127.0.0.1:9/");

export async function localScene(
  sandbox: Sandbox,
  files: Record<string, FixtureFile> = cartFiles(),
): Promise<LocalScene> {
  const repository = fixtureRepository(files);
  const local = await openLocal(repository.root, tmpdir());
  const now = () => Date.parse("2026-11-20T10:00:00Z");
  const audit = openAudit("local", now);
  const said: string[] = [];
  return {
    repository,
    local,
    audit,
    now,
    said,
    ground: {
      sandbox,
      dir: repository.dir,
      registry: noRegistry,
      limits: Config.parse({}).limits,
      onProgress: (text) => void said.push(text),
      signal: new AbortController().signal,
    },
    task: (text = "Quantities are ignored.") =>
      localTask({ local, revision: "HEAD", text, now, auditHead: audit.head }),
    async [Symbol.asyncDispose]() {
      await local[Symbol.asyncDispose]();
      repository[Symbol.dispose]();
    },
  };
}
