import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { openAudit } from "../audit/log.ts";
import { readBumpOrder } from "../brief/bump-order.ts";
import type { Config } from "../config.ts";
import { bumpLocally } from "../phases/bump-locally.ts";
import type { Ground } from "../phases/dependencies.ts";
import { checkoutOf } from "../phases/local-checkout.ts";
import { localConfig, localTask } from "../phases/local-task.ts";
import { outdated } from "../phases/outdated.ts";
import { setupSecrets } from "../phases/setup-secrets.ts";
import type { Stopped } from "../phases/stop.ts";
import { resolveRevision } from "../workspace/local.ts";
import { bumpLines, outdatedLines } from "./bump-table.ts";
import { writeDown } from "./fix.ts";
import { groundSandbox, localGround } from "./ground.ts";
import { openRepository } from "./repository.ts";
import { printable } from "./table.ts";
import { warnOfUncommitted } from "./task.ts";
import { temporaryDirectory } from "./temporary.ts";
import { exitCode, type Terminal, UsageError, type Verb } from "./verb.ts";

export const verb: Verb = {
  usage: "bump [PACKAGE[@RANGE]] [--fresh] [-C DIR] [--yes]",
  summary:
    "Moves one package to a newer release, checks both sides, and asks whether to write it. Without a package: lists what is outdated. Needs no model; --fresh takes a release of any age.",
  async run(args, terminal) {
    const { values, positionals } = parseArgs({
      args,
      options: {
        directory: { type: "string", short: "C", default: "." },
        fresh: { type: "boolean", default: false },
        yes: { type: "boolean", default: false },
      },
      allowPositionals: true,
    });
    const order = readBumpOrder(positionals.join(" "));
    if (order.kind === "refused") throw new UsageError(`${order.message} ${order.next}`);
    const place = { directory: resolve(terminal.cwd, values.directory), ageDays: values.fresh ? 0 : null };
    if (order.kind === "all") return await list(place, terminal);
    const { name, range } = order;
    return await one({ ...place, package: name, range, yes: values.yes }, terminal);
  },
};

interface Place {
  directory: string;
  /** Days that a release must be old; null: as configured. */
  ageDays: number | null;
}

async function list({ directory, ageDays }: Place, terminal: Terminal): Promise<number> {
  await using local = await openRepository(directory);
  await using place = await temporaryDirectory();
  const head = await resolveRevision(local, "HEAD");
  const { config } = await localConfig(local, head);
  const ground = await openGround(place.path, { directory, config }, terminal);
  await using _sandbox = ground.sandbox;
  const now = terminal.now();
  const age = ageDays ?? config.bump.min_release_age_days;
  const found = await checkoutOf(local, head.tree, ground, (checkout) =>
    outdated(ground, checkout, { now, ageDays: age }),
  );
  if (found.kind === "stop") return refuse(found.stop, terminal);
  for (const line of outdatedLines(found, now)) terminal.out(line);
  return exitCode.done;
}

async function one(
  { directory, ageDays, yes, ...asked }: Place & { package: string; range: string | null; yes: boolean },
  terminal: Terminal,
): Promise<number> {
  await using local = await openRepository(directory);
  await using place = await temporaryDirectory();
  await warnOfUncommitted(local, terminal);
  const audit = openAudit("local", terminal.now);
  const task = await localTask({
    local,
    revision: "HEAD",
    text: asked.package,
    verb: "bump",
    bump: { ...asked, ageDays },
    now: terminal.now,
    auditHead: audit.head,
  });
  const { brief, config } = task;
  if (brief.kind !== "bump") throw new TypeError("the Task of a bump has another brief");
  const ground = await openGround(place.path, { directory, config }, terminal);
  await using _sandbox = ground.sandbox;
  const secrets = setupSecrets(
    config.setup,
    (name) => terminal.environment[name],
    () => undefined,
  );
  const ended = await bumpLocally({ task, brief, secrets }, { local, source: directory, ground, audit });
  if (ended.kind === "stopped") return refuse(ended.stopped, terminal);
  for (const line of bumpLines(ended, terminal.now())) terminal.out(line);
  const { judgement, solution } = ended;
  return await writeDown({ judgement, change: solution.change, directory, yes, kept: "" }, terminal);
}

/** The caller closes the sandbox in it. */
async function openGround(
  dir: string,
  { directory, config }: { directory: string; config: Config },
  terminal: Terminal,
): Promise<Ground> {
  const onProgress = (text: string) => {
    for (const line of printable(text)) terminal.err(`  ${line}`);
  };
  const sandbox = await groundSandbox(dir, terminal, directory);
  const { limits, setup, network } = config;
  return await localGround(terminal, { sandbox, dir, directory, limits, setup, network: network.prepare, onProgress });
}

function refuse({ message, next }: Stopped["stop"], terminal: Terminal): number {
  for (const line of [message, next]) if (line !== "") terminal.out(printable(line).join(" "));
  return exitCode.no;
}
