import { existsSync, globSync, mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Case, timedProcess } from "./measure.ts";

export const codexName = "codex sandbox (native)";
export const srtName = "srt API (warm)";

/** What was found, and a sentence for each that was not. */
export interface Peers {
  cases: Case[];
  missing: string[];
}

/**
 * The peers below `directory/node_modules`, as npm installs `@openai/codex` and `@anthropic-ai/sandbox-runtime`. `home` must not lie
 * below the temporary directory: codex then cannot place its helper, and every command fails.
 */
export async function findPeers(directory: string | undefined, home: string): Promise<Peers> {
  const modules = directory === undefined ? undefined : join(realpathSync(directory), "node_modules");
  const how =
    "not found: npm i @openai/codex @anthropic-ai/sandbox-runtime in a scratch folder, and name it with --peers";
  const found = {
    [codexName]: modules === undefined ? how : (codexCase(modules, home) ?? how),
    [srtName]: modules === undefined ? how : ((await srtCase(modules, home)) ?? how),
  };
  return {
    cases: Object.values(found).filter((one) => typeof one !== "string"),
    missing: Object.entries(found).flatMap(([name, one]) => (typeof one === "string" ? [`${name}: ${one}`] : [])),
  };
}

/** The binary itself: the npm command is a Node process more. */
function codexCase(modules: string, home: string): Case | null {
  const [binary] = globSync(join(modules, "@openai/codex*/vendor/*/bin/codex"));
  if (binary === undefined) return null;
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: home, CODEX_HOME: join(home, ".codex"), LANG: "C.UTF-8" };
  mkdirSync(env.CODEX_HOME, { recursive: true });
  return {
    name: codexName,
    run: () => timedProcess(binary, ["sandbox", "--", "/bin/true"], { env, cwd: home }),
  };
}

interface SandboxRuntime {
  SandboxManager: { initialize(config: object): Promise<void>; wrapWithSandbox(command: string): Promise<string> };
}

/** In a warm process, with one allowed domain, as its users have it. Out: a text, when it lacks something (ripgrep, socat). */
async function srtCase(modules: string, home: string): Promise<Case | string | null> {
  const entry = join(modules, "@anthropic-ai/sandbox-runtime/dist/index.js");
  if (!existsSync(entry)) return null;
  const { SandboxManager }: SandboxRuntime = await import(pathToFileURL(entry).href);
  try {
    await SandboxManager.initialize({
      network: { allowedDomains: ["example.com"], deniedDomains: [] },
      filesystem: { denyRead: [], allowWrite: ["."], denyWrite: [] },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return {
    name: srtName,
    async run() {
      const begun = performance.now();
      const command = await SandboxManager.wrapWithSandbox("/bin/true");
      const { fault } = await timedProcess("/bin/sh", ["-c", command], { env: process.env, cwd: home });
      return { ms: performance.now() - begun, fault };
    },
  };
}
