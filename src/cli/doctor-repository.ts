import { explain } from "../errors.ts";
import { type ClientOptions, githubClient } from "../github/client.ts";
import { publicApp } from "../github/public-app.ts";
import { type Finding, readiness, requiredApp, type SoughtApp } from "../record/readiness.ts";
import { workflowPath } from "../request/run-name.ts";
import { exitCode, type Terminal, UsageError } from "./verb.ts";

export interface RepositoryDoctor {
  /** OWNER/NAME. */
  repository: string;
  /** The App's slug, or its id; with neither, AIRLOCK_APP_ID. */
  app: string | null;
  appId: string | null;
  apiUrl: string;
  json: boolean;
}

/**
 * `airlock doctor --repo`: what GitHub tells about a repository's readiness. Needs a token in GITHUB_TOKEN or GH_TOKEN.
 * Out: 0 when everything that is required is there, 1 when something is missing or not known, 3 when GitHub cannot be asked.
 */
export async function doctorRepository(asked: RepositoryDoctor, terminal: Terminal): Promise<number> {
  const [owner, repo, ...more] = asked.repository.split("/");
  if (owner === undefined || owner === "" || repo === undefined || repo === "" || more.length > 0)
    throw new UsageError("--repo takes OWNER/NAME");
  const token = terminal.environment["GITHUB_TOKEN"] ?? terminal.environment["GH_TOKEN"] ?? "";
  if (token === "")
    throw new UsageError(
      "--repo needs a token of yours in GITHUB_TOKEN or GH_TOKEN (for example from `gh auth token`)",
    );
  if (asked.app !== null && asked.appId !== null)
    throw new UsageError("--app and --app-id both name the App: give one");
  const { apiUrl, app: slug } = asked;
  const id = slug === null ? appIdIn(asked.appId ?? terminal.environment["AIRLOCK_APP_ID"] ?? "") : null;
  try {
    const place = { token, apiUrl, owner, repo };
    const app = await soughtApp(place, slug, id);
    const github = githubClient({ ...place, ...("id" in app ? { appId: app.id } : {}) });
    const findings = await readiness(github, app, workflowPath);
    return show(findings, asked, terminal);
  } catch (thrown) {
    const { code, message, fix } = explain(thrown);
    if (!code.startsWith("github-")) throw thrown;
    if (asked.json) terminal.out(JSON.stringify({ kind: "broken", code, message, fix }));
    else terminal.out(`BROKEN  ${message}\n  fix: ${fix}`);
    return exitCode.broken;
  }
}

/** null: nobody gave one. */
function appIdIn(text: string): number | null {
  if (text === "") return null;
  if (!/^[1-9]\d{0,14}$/.test(text))
    throw new UsageError("--app-id and AIRLOCK_APP_ID take the number that the App's settings call App ID");
  return Number(text);
}

type Place = Pick<ClientOptions, "token" | "apiUrl" | "owner" | "repo">;

async function soughtApp(place: Place, slug: string | null, id: number | null): Promise<SoughtApp> {
  if (id !== null) return { kind: "given", id };
  if (slug === null) return await requiredApp(githubClient(place));
  const app = await publicApp(place, slug);
  return app === null ? { kind: "not-shown", slug } : { kind: "named", slug, ...app };
}

function show(findings: readonly Finding[], { json, repository }: RepositoryDoctor, { out }: Terminal): number {
  const bad = findings.filter(({ kind }) => kind === "bad").length;
  const unknown = findings.filter(({ kind, required }) => kind === "unknown" && required !== false).length;
  const isReady = bad + unknown === 0;
  if (json)
    out(JSON.stringify({ kind: isReady ? "ready" : bad === 0 ? "not-known" : "not-ready", repository, findings }));
  else {
    const mark = { good: "ok     ", bad: "MISSING", unknown: "unknown" };
    for (const { kind, what, saw, fix } of findings) {
      out(`${mark[kind]}  ${what}: ${saw}`);
      if (fix !== undefined) out(`  fix: ${fix}`);
    }
    out(
      isReady
        ? `Nothing is missing in ${repository} that can be seen from here.`
        : `${repository}: ${bad} to mend, ${unknown} not known.`,
    );
  }
  return isReady ? exitCode.done : exitCode.no;
}
