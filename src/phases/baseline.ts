import { type Baseline, runBaseline } from "../checks/baseline.ts";
import type { Task } from "../handoff/task.ts";
import { makePrivateDirectory, removeTree } from "../workspace/owned.ts";
import { dependenciesBySide, type Ground, type Installed } from "./dependencies.ts";
import { sentence } from "./verify.ts";

/** The base's checks, running beside something else. Disposing ends them, waits until they have ended and removes their caches. */
export interface RunningBaseline extends AsyncDisposable {
  /** null: there is none, and verify runs the base itself. */
  readonly ended: Promise<Baseline | null>;
}

/**
 * Starts the base's side of verify before there is a change, while the agent works. Only for the four phases in one process: in the
 * workflow verify takes nothing from the agent's machine. Not started where checks may use the network, whose requests belong into
 * verify's own log. A baseline that breaks is none: verify then runs the base, and tells what is wrong.
 */
export function startBaseline(
  { task, source, dependencies }: { task: Task; source: string; dependencies: Installed },
  ground: Ground,
): RunningBaseline {
  if (task.config.network.verify.allow.length > 0) {
    return { ended: Promise.resolve(null), [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const ending = new AbortController();
  const cachesMade = makePrivateDirectory(ground.dir, "caches-", null).catch(() => null);
  const run = async () => {
    const cachesDir = await cachesMade;
    return await runBaseline({
      sandbox: ground.sandbox,
      source,
      dir: ground.dir,
      task,
      base: task.base,
      dependencies: dependenciesBySide(ground, [dependencies], task.config.setup.commands.length > 0),
      ...(cachesDir === null ? {} : { cachesDir }),
      signal: AbortSignal.any([ground.signal, ending.signal]),
      onProgress: (progress) => ground.onProgress(`meanwhile, ${sentence(progress)}`),
    });
  };
  const ended = run().catch(() => null);
  return {
    ended,
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await ended;
      const cachesDir = await cachesMade;
      if (cachesDir !== null) await removeTree(cachesDir);
    },
  };
}
