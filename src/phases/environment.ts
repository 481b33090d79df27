import { rm } from "node:fs/promises";
import type { AuditLog } from "../audit/log.ts";
import { findResidue, type Residue, type Secret } from "../environment/residue.ts";
import { eitherRule } from "../../sandbox/allow-list.ts";
import { resourceLimits } from "../environment/limits.ts";
import { deniedMax, registryRule } from "../environment/install.ts";
import { runSetup } from "../environment/setup.ts";
import { AirlockError } from "../errors.ts";
import type { Task } from "../handoff/task.ts";
import { redact } from "../text/redact.ts";
import { redactAnyCase } from "../text/redact-any-case.ts";
import { type Ground, installFor, type Installed } from "./dependencies.ts";
import { accessRule, appendPrepare, recordPrepare, sayableNetwork } from "./network.ts";
import { sandboxDirectory } from "./place.ts";
import { type SetupSecrets, valuesOf } from "./setup-secrets.ts";

export interface EnvironmentOrder {
  /** A checkout of `task.start`; its files are read, nothing of it is run. */
  checkout: string;
  /** Directory in or above a repository that holds that commit. */
  source: string;
  task: Pick<Task, "start" | "trusted" | "config">;
  secrets: SetupSecrets;
}

/**
 * The first of two phases: installs, runs the setup commands, and is the only one that has secrets. Afterwards every process of it is
 * gone, and nothing that it could have written holds a secret in a form that `findResidue` knows; so the second phase, the agent and
 * the checks, has none to find.
 * @throws AirlockError `secret-residue` naming the file, never the value; `bad-input` when secrets would meet code that is not trusted.
 */
export async function makeEnvironment(ground: Ground, order: EnvironmentOrder): Promise<Installed> {
  const { given, registryToken } = order.secrets;
  const secrets = [...given, ...(registryToken === null ? [] : [registryToken])];
  const { start, trusted } = order.task;
  if (secrets.length > 0 && start.tree !== trusted.tree) throw notTrusted();
  if (secrets.length > 0)
    ground.onProgress(`secrets for this step alone: ${secrets.map(({ name }) => name).join(", ")}`);
  // Commands may write into the installation, so it is theirs alone. What a registry gave for a token lies below our directory until it
  // was searched, and is never for a later job that has no token.
  const { cache, ...withoutCache } = ground;
  // Whoever opened a pull request wrote its lockfile: as with a change's, nothing of it is kept for others.
  const isForeign = start.tree !== trusted.tree;
  const isPrivate = isForeign || order.task.config.setup.commands.length > 0 || secrets.length > 0;
  const own = isPrivate || cache === undefined ? withoutCache : ground;
  const installed = withoutValues(
    await installFor(own, order.checkout, { registryToken: registryToken?.value }),
    secrets,
  );
  const made = installed.kind === "failed" ? installed : await withSetup(ground, order, installed);
  await expectNoResidue(ground, secrets);
  return made;
}

/** The same for a run with one log: what was asked of the network is written into it, however this ends. */
export async function makeEnvironmentOnRecord(
  ground: Ground,
  order: EnvironmentOrder,
  audit: AuditLog,
): Promise<Installed> {
  const { onDecision, rows } = recordPrepare(ground.registry);
  try {
    return await makeEnvironment({ ...ground, onDecision }, order);
  } finally {
    appendPrepare(audit, await sayableNetwork(rows(), valuesOf(order.secrets)));
  }
}

type Ready = Exclude<Installed, { kind: "failed" }>;

async function withSetup(ground: Ground, order: EnvironmentOrder, installed: Ready): Promise<Installed> {
  const { setup, limits } = order.task.config;
  if (setup.commands.length === 0) return installed;
  const { sandbox, dir, registry, onProgress, signal } = ground;
  const toRegistry = registryRule(registry);
  const rule = ground.network === undefined ? toRegistry : eitherRule(toRegistry, accessRule(ground.network));
  const denied = new Set<string>();
  const ran = await runSetup({
    sandbox,
    source: order.source,
    tree: order.task.trusted.tree,
    dir,
    installed: installed.kind === "installed" ? installed.directory : null,
    commands: setup.commands,
    secrets: order.secrets.given,
    egress: {
      rule,
      onDecision: (decision) => {
        ground.onDecision?.(decision);
        if (!decision.allowed && denied.size < deniedMax) denied.add(`${decision.host}:${decision.port}`);
      },
    },
    timeoutMs: limits.setup_s * 1000,
    resources: resourceLimits(limits),
    onProgress,
    signal,
  });
  if (ran.kind === "done") return { ...installed, generated: ran.generated };
  const open = (ground.network?.allow ?? []).length === 0 ? "" : " and what [network.prepare] opens";
  const asked =
    denied.size === 0
      ? ""
      : `It asked for ${[...denied].slice(0, 5).join(", ")}; only the registry${open} can be reached.`;
  const reason = [ran.reason, asked, ran.evidence].filter((part) => part !== "").join("\n");
  return { kind: "failed", key: installed.key, reason: redactAll(reason, order.secrets.given) };
}

function redactAll(text: string, secrets: readonly Secret[]): string {
  return redactAnyCase(
    text,
    secrets.map(({ value }) => value),
  );
}

/** What npm printed is kept as evidence, and npm held the token. */
function withoutValues(installed: Installed, secrets: readonly Secret[]): Installed {
  return installed.kind === "failed" ? { ...installed, reason: redactAll(installed.reason, secrets) } : installed;
}

/**
 * Everything that lasts lies below our directory: installations, npm's cache, generated files. All of it goes when one file may not stay.
 * The sandbox's own files are mounted read-only or not at all.
 */
async function expectNoResidue({ dir, onProgress }: Ground, secrets: readonly Secret[]): Promise<void> {
  if (secrets.length === 0) return;
  const [first] = await findResidue(dir, secrets, [sandboxDirectory]);
  if (first === undefined) return onProgress("no known form of a secret is left behind");
  await rm(dir, { recursive: true, force: true });
  throw residue(
    first,
    secrets.map(({ value }) => value),
  );
}

function residue({ secret, path, where }: Residue, values: readonly string[]): AirlockError {
  const shown = redact(path, values);
  const said: Record<Residue["where"], string> = {
    content: `The value of ${secret} stands in ${shown} after the setup commands.`,
    name: `The value of ${secret} stands in the name of ${shown} after the setup commands.`,
    link: `The value of ${secret} stands in the target of the link ${shown} after the setup commands.`,
    unreadable: `${shown} cannot be read after the setup commands, so nobody knows whether a secret stands in it.`,
  };
  return new AirlockError({
    code: "secret-residue",
    message: said[where],
    fix: "Everything of this setup was removed. Let the setup command not write its secret, or remove the file at its end; a secret that was written into a package's build is best replaced.",
  });
}

function notTrusted(): AirlockError {
  return new AirlockError({
    code: "bad-input",
    message: "The work begins from a commit that is not the trusted one, and secrets are given to trusted code only.",
    fix: "Ask on the default branch's state, or take `secrets` and `registry_token` out of [setup].",
  });
}
