import { parseArgs } from "node:util";
import { type Probe, type Sandbox, UnprovedSandbox } from "../../sandbox/sandbox.ts";
import { explain } from "../errors.ts";
import { doctorRepository } from "./doctor-repository.ts";
import { groundSandbox } from "./ground.ts";
import { temporaryDirectory } from "./temporary.ts";
import { exitCode, type Terminal, type Verb } from "./verb.ts";
import { workDirectory } from "./work-directory.ts";

export const verb: Verb = {
  usage: "doctor [-C DIR] [--json] | doctor --repo OWNER/NAME [--app SLUG | --app-id N] [--api-url URL] [--json]",
  summary:
    "Tries to establish the sandbox as for work on DIR (default: here), prints every probe, and says what to change when one does not hold. With --repo: asks GitHub, with the token in GITHUB_TOKEN or GH_TOKEN, what that repository lacks, and whether it enforces the check from your App, which --app, --app-id or AIRLOCK_APP_ID names; without any, that is not known, and only --app compares AIRLOCK_BOT_ID. Ends with 1 when something is missing or not known.",
  async run(args, terminal) {
    const { values } = parseArgs({
      args,
      options: {
        directory: { type: "string", short: "C", default: "." },
        json: { type: "boolean", default: false },
        repo: { type: "string" },
        app: { type: "string" },
        "app-id": { type: "string" },
        "api-url": { type: "string", default: "https://api.github.com" },
      },
    });
    if (values.repo !== undefined) {
      const { repo: repository, app = null, "app-id": appId = null, json, "api-url": apiUrl } = values;
      return await doctorRepository({ repository, app, appId, apiUrl, json }, terminal);
    }
    const directory = workDirectory(terminal.cwd, values.directory);
    await using dir = await temporaryDirectory();
    try {
      await using sandbox = await groundSandbox(dir.path, terminal, directory);
      const { certificate } = sandbox;
      const inside = await nodeInside(sandbox);
      if (values.json) {
        terminal.out(JSON.stringify({ kind: "ready", node: process.version, node_inside: inside, ...certificate }));
        return exitCode.done;
      }
      terminal.out(`node      ${process.version} runs Airlock; commands inside get ${inside ?? "none that starts"}`);
      terminal.out(`bwrap     ${certificate.bwrap}`);
      terminal.out(
        `runs as   ${certificate.uid === "separate" ? "another user than Airlock" : "the same user as Airlock"}`,
      );
      terminal.out(`limits    ${certificate.limits}`);
      for (const probe of certificate.probes) showProbe(probe, terminal);
      terminal.out(`The sandbox holds: ${certificate.probes.length} of ${certificate.probes.length} probes.`);
      return exitCode.done;
    } catch (thrown) {
      const { code, message, fix } = explain(thrown);
      const probes = thrown instanceof UnprovedSandbox ? thrown.probes : [];
      if (values.json)
        terminal.out(JSON.stringify({ kind: "broken", code, message, fix, ...(probes.length > 0 && { probes }) }));
      else if (probes.length > 0) showBroken(probes, fix, terminal);
      else terminal.out(`BROKEN  ${message}\n  fix: ${fix}`);
      return exitCode.broken;
    }
  },
};

/** The self-test ran, so each probe speaks for itself, with what mends it. */
function showBroken(probes: readonly Probe[], fix: string, terminal: Terminal): void {
  for (const probe of probes) showProbe(probe, terminal);
  const held = probes.filter((probe) => probe.held).length;
  terminal.out(`The sandbox does not hold: ${held} of ${probes.length} probes held. Nothing runs in it.`);
  if (probes.every((probe) => probe.held || probe.fix === undefined)) terminal.out(`  fix: ${fix}`);
}

function showProbe({ name, held, detail, fix }: Probe, { out }: Terminal): void {
  out(`${held ? "held  " : "BROKEN"}    ${name}: ${detail}`);
  if (!held && fix !== undefined) out(`  fix: ${fix}`);
}

/** The version of the Node that a command inside finds: the first one on PATH, which need not be the one that runs Airlock. */
async function nodeInside(sandbox: Sandbox): Promise<string | null> {
  const limits = { timeoutMs: 30_000, output: { headBytes: 200, tailBytes: 200 } };
  const ran = await sandbox.run({ limits }, ["node", "--version"]);
  const line = ran.stdout.text.trim();
  return ran.kind === "exited" && /^v\d+\.\d+\.\d+\S*$/.test(line) ? line : null;
}
