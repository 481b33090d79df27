import { explain } from "../errors.ts";
import { githubClient } from "../github/client.ts";
import { publicApp } from "../github/public-app.ts";
import { type Finding, readiness } from "../record/readiness.ts";
import { workflowPath } from "../request/run-name.ts";
import { exitCode, type Terminal, UsageError } from "./verb.ts";

export interface RepositoryDoctor {
  /** OWNER/NAME. */
  repository: string;
  /** The App's slug. */
  app: string;
  apiUrl: string;
  json: boolean;
}

/**
 * `airlock doctor --repo`: what GitHub tells about a repository's readiness. Needs a token in GITHUB_TOKEN or GH_TOKEN.
 * Out: 0 when nothing is bad, 1 when something is, 3 when GitHub cannot be asked.
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
  try {
    const { apiUrl, app: slug } = asked;
    const app = await publicApp({ token, apiUrl }, slug);
    const github = githubClient({ token, apiUrl, owner, repo, ...(app === null ? {} : { appId: app.id }) });
    const findings = await readiness(github, app === null ? { slug, id: null } : { slug, ...app }, workflowPath);
    return show(findings, asked, terminal);
  } catch (thrown) {
    const { code, message, fix } = explain(thrown);
    if (!code.startsWith("github-")) throw thrown;
    if (asked.json) terminal.out(JSON.stringify({ kind: "broken", code, message, fix }));
    else terminal.out(`BROKEN  ${message}\n  fix: ${fix}`);
    return exitCode.broken;
  }
}

function show(findings: readonly Finding[], { json, repository }: RepositoryDoctor, { out }: Terminal): number {
  const bad = findings.filter(({ kind }) => kind === "bad").length;
  if (json) out(JSON.stringify({ kind: bad === 0 ? "ready" : "not-ready", repository, findings }));
  else {
    const mark = { good: "ok     ", bad: "MISSING", unknown: "unknown" };
    for (const { kind, what, saw, fix } of findings) {
      out(`${mark[kind]}  ${what}: ${saw}`);
      if (fix !== undefined) out(`  fix: ${fix}`);
    }
    out(
      bad === 0 ? `Nothing is missing in ${repository} that can be seen from here.` : `${repository}: ${bad} to mend.`,
    );
  }
  return bad === 0 ? exitCode.done : exitCode.no;
}
