import type { Sandbox } from "../../sandbox/sandbox.ts";

const limits = { timeoutMs: 30_000, output: { headBytes: 200, tailBytes: 200 } };
const known = new WeakMap<Sandbox, Promise<string>>();

/** The version of the Node that commands inside find, which need not be the one that runs Airlock; "none" when none starts. */
export function nodeInside(sandbox: Sandbox): Promise<string> {
  const asked = known.get(sandbox) ?? ask(sandbox);
  known.set(sandbox, asked);
  return asked;
}

async function ask(sandbox: Sandbox): Promise<string> {
  const ran = await sandbox.run({ limits }, ["node", "--version"]);
  const line = ran.stdout.text.trim();
  return ran.kind === "exited" && /^v\d+\.\d+\.\d+\S*$/.test(line) ? line : "none";
}
