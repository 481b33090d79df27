import { Refusal } from "./answer.ts";
import { typeOf } from "./git-read.ts";
import { charactersIn } from "./issues.ts";
import type { App, CheckRun, Repository, State } from "./state.ts";
import { nextId } from "./ids.ts";

const summaryCharactersMax = 65_535;

/** The fields of a check run as the API takes them. */
export interface CheckBody {
  name?: string;
  head_sha?: string;
  external_id?: string;
  status?: string;
  conclusion?: string;
  details_url?: string;
  started_at?: string;
  completed_at?: string;
  output?: { title?: string; summary?: string; text?: string };
}

/** @throws Refusal 422 for a commit that is not there or a summary too long. */
export function createCheck(state: State, repository: Repository, app: App, body: CheckBody): CheckRun {
  const headSha = body.head_sha ?? "";
  if (typeOf(repository.bare, headSha) !== "commit") throw new Refusal(422, `No commit found for SHA: ${headSha}`);
  const check: CheckRun = {
    id: nextId(state, "check"),
    name: body.name ?? "",
    headSha,
    app,
    externalId: "",
    status: "queued",
    conclusion: null,
    title: null,
    summary: null,
    text: null,
    detailsUrl: null,
    startedAt: state.now(),
    completedAt: null,
  };
  apply(state, check, body);
  repository.checks.push(check);
  return check;
}

/** @throws Refusal 403 for another App's check run. */
export function changeCheck(
  state: State,
  repository: Repository,
  { id, app, body }: { id: number; app: App; body: CheckBody },
): CheckRun {
  const check = checkOf(repository, id);
  if (check.app !== app) {
    throw new Refusal(
      403,
      `Invalid app_id \`${app.id}\` - check run can only be modified by the GitHub App that created it.`,
    );
  }
  apply(state, check, body);
  return check;
}

export function checkOf(repository: Repository, id: number): CheckRun {
  const found = repository.checks.find((check) => check.id === id);
  if (found === undefined) throw new Refusal(404, "Not Found");
  return found;
}

/** A conclusion completes the run, whatever status was sent with it: GitHub does so. */
function apply(state: State, check: CheckRun, body: CheckBody): void {
  if (charactersIn(body.output?.summary ?? "") > summaryCharactersMax) {
    throw new Refusal(
      422,
      `Invalid request.\n\nOnly ${summaryCharactersMax} characters are allowed; summary was longer.`,
    );
  }
  check.name = body.name ?? check.name;
  check.externalId = body.external_id ?? check.externalId;
  check.detailsUrl = body.details_url ?? check.detailsUrl;
  check.title = body.output?.title ?? check.title;
  check.summary = body.output?.summary ?? check.summary;
  check.text = body.output?.text ?? check.text;
  check.status = body.status ?? check.status;
  if (body.conclusion !== undefined) {
    check.conclusion = body.conclusion;
    check.status = "completed";
    check.completedAt = state.now();
  } else if (check.status !== "completed") {
    check.conclusion = null;
    check.completedAt = null;
  }
}
