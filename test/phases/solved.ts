import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import { seal } from "../../src/handoff/seal.ts";
import type { NetworkRow } from "../../src/handoff/network.ts";
import { Solution } from "../../src/handoff/solution.ts";
import { Task } from "../../src/handoff/task.ts";
import { solve } from "../../src/phases/solve.ts";
import { canaryFrom } from "../../src/text/canary.ts";
import { realSandbox } from "../checks/sandbox.ts";
import type { Step } from "../emulators/model/step.ts";
import { scripted } from "../model/scripted.ts";
import { writeFiles } from "../workspace/repository.ts";
import { type LocalScene, localScene } from "./local-scene.ts";

/** A value in the form of a GitHub token. */
export const token = ["ghp", "0123456789abcdefghijABCDEFGHIJ012345"].join("_");

const real = realSandbox();

/** What is planted in every run of these tests. */
export const canary = canaryFrom(randomBytes(30));

/** How a run differs from the plain one. */
export interface Way {
  prepared?: NetworkRow[];
  known?: readonly string[];
  task?: (task: Task) => Task;
  signal?: AbortSignal;
  files?: Record<string, string>;
  /** Files of a second commit, on which the work goes on: the first one stays the base. */
  pull?: Record<string, string>;
}

/** Lets the scripted model work on the cart repository. */
export async function solved(
  steps: Step[],
  { known = [], task: change = (task) => task, signal, files, pull, prepared = [] }: Way = {},
) {
  await using on = await localScene(real.sandbox, files);
  const { server, model } = await scripted(steps);
  await using _server = server;
  const asked = await on.task();
  const task = change(pull === undefined ? asked : { ...asked, start: goOn(on, pull) });
  const session: string[] = [];
  const solution = await solve(
    {
      task,
      taskDigest: seal(Task, task).digest,
      source: on.repository.root,
      dependencies: { kind: "none", key: "none" },
      prepared,
      known,
      canary,
    },
    {
      ...effectsOf(on),
      model,
      session: (line) => void session.push(line),
      signal: signal ?? on.ground.signal,
    },
  );
  expect(Solution.safeParse(solution).success).toBe(true);
  const events = on.audit.entries.map(({ event, data }) => ({ event, ...data }));
  return { solution, task, session: session.join(""), events, head: on.audit.head, server };
}

function goOn({ repository }: LocalScene, files: Record<string, string>) {
  writeFiles(repository.root, files);
  return repository.recommit();
}

const effectsOf = ({ ground, audit, now }: LocalScene) => ({
  sandbox: ground.sandbox,
  dir: ground.dir,
  audit,
  now,
  onProgress: () => {},
});

/** What the sandbox's self-test saw. Only inside a test. */
export const sandboxCertificate = () => real.sandbox.certificate;
