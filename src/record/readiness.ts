import type { GitHub, ListedCheck, Seen } from "../github/github.ts";
import { type Enforcement, enforcementOf } from "./enforcement.ts";
import { policyCheckName } from "./policy-check-name.ts";
import { requiredOn, sourcesOfCheck } from "./required-check.ts";

/** One thing that a repository must have. `unknown` is neither good nor bad: the token may not read it. */
export interface Finding {
  kind: "good" | "bad" | "unknown";
  what: string;
  /** What was seen, as the rest of the line. */
  saw: string;
  /** Whether nobody can say that it is ready as long as this is unknown. Absent: it is. */
  required?: false;
  /** What to change; absent when it is good. */
  fix?: string;
}

/** The App that is looked for, and how it is known. A name is never guessed: another App could have it. */
export type SoughtApp =
  | { kind: "named"; slug: string; id: number; botId: number }
  /** By its id alone: its name and its bot are not known. */
  | { kind: "given"; id: number }
  /** GitHub shows none of that name to the asker. */
  | { kind: "not-shown"; slug: string }
  /** Nobody named it; the branch requires our check from this one, which may be anybody's. */
  | { kind: "required"; id: number }
  | { kind: "not-named" };

/** Newest open pull requests in which a check of the App is looked for. */
const pullsMax = 5;
const howToName = "--app SLUG or --app-id N";
const settingsPage = "Settings → Secrets and variables → Actions";

/**
 * Whether a repository is ready for Airlock, and whether GitHub enforces what it says. In: the port with a person's token, the workflow's
 * path, and the App. Reads only.
 */
export async function readiness(github: GitHub, app: SoughtApp, workflowPath: string): Promise<Finding[]> {
  const id = "id" in app ? app.id : null;
  const { defaultBranch } = await github.repository();
  const [workflow, variable, secret, mayCreate] = await Promise.all([
    github.hasFile(workflowPath),
    github.variable("AIRLOCK_BOT_ID"),
    github.secretIsSet("OPENAI_API_KEY"),
    github.actionsMayCreatePulls(),
  ]);
  return [
    appFinding(app),
    ...(id === null ? [] : [await installed(github, id)]),
    workflow
      ? { kind: "good", what: "workflow", saw: `${workflowPath} is on ${defaultBranch}` }
      : {
          kind: "bad",
          what: "workflow",
          saw: `${workflowPath} is not on ${defaultBranch}`,
          fix: `Add the release's workflow as ${workflowPath} on ${defaultBranch}.`,
        },
    botVariable(variable, app),
    modelSecret(secret),
    pullSwitch(mayCreate),
    id === null
      ? await enforcedWithoutApp(github, defaultBranch)
      : required(await enforcementFor(github, defaultBranch, id), app),
  ];
}

/** The App that the default branch names as the source of our check, for when nobody names one. */
export async function requiredApp(github: GitHub): Promise<SoughtApp> {
  const { defaultBranch } = await github.repository();
  const [id, ...others] = sourcesOfCheck(await requiredOn(github, defaultBranch));
  return id === undefined || others.length > 0 ? { kind: "not-named" } : { kind: "required", id };
}

function appFinding(app: SoughtApp): Finding {
  const what = "App";
  const name = `Name yours with ${howToName} (SLUG is the last part of its page's address, N the App ID in its settings).`;
  switch (app.kind) {
    case "named":
      return { kind: "good", what, saw: `${app.slug} has id ${app.id}` };
    case "given":
      return { kind: "good", what, saw: `the one with id ${app.id}` };
    case "not-shown":
      return {
        kind: "unknown",
        what,
        saw: `GitHub shows no App called ${app.slug}`,
        fix: `${name} A private App is shown only to its owner.`,
      };
    case "required":
      return { kind: "unknown", what, saw: `nobody named it; the rules name one with id ${app.id}`, fix: name };
    case "not-named":
      return { kind: "unknown", what, saw: "nobody named it, and no rule does", fix: name };
  }
}

/** Only the App itself can ask whether it is installed; but it writes a check on every open pull request. */
async function installed(github: GitHub, id: number): Promise<Finding> {
  const what = "installed";
  const fix =
    "Settings → GitHub Apps: install the App on this repository. It shows its check on the next pull request.";
  for (const { head } of (await github.openPulls()).slice(0, pullsMax)) {
    const checks: ListedCheck[] = await github.checks(head.sha, policyCheckName);
    if (checks.some(({ appId }) => appId === id))
      return { kind: "good", what, saw: "the App has written its check on an open pull request" };
  }
  return { kind: "unknown", what, saw: "no open pull request carries a check of the App", fix, required: false };
}

function botVariable(variable: Seen<string | null>, app: SoughtApp): Finding {
  const what = "AIRLOCK_BOT_ID";
  if (variable.kind === "unknown") return unreadable(what);
  const wanted = app.kind === "named" ? String(app.botId) : null;
  if (variable.value === null || (wanted !== null && variable.value !== wanted)) {
    const saw = variable.value === null ? "the variable is not set" : "the variable is another account's id";
    const value = wanted ?? "the id of the App's bot";
    return { kind: "bad", what, saw, fix: `${settingsPage} → Variables: set AIRLOCK_BOT_ID to ${value}.` };
  }
  if (wanted !== null) return { kind: "good", what, saw: "the variable is the App's bot" };
  const saw = "the variable is set, but whose id it is was not looked at";
  return { kind: "unknown", what, saw, fix: "Name the App with --app SLUG: then the id is compared with its bot's." };
}

function modelSecret(secret: Seen<boolean>): Finding {
  const what = "OPENAI_API_KEY";
  if (secret.kind === "unknown") return unreadable(what);
  if (secret.value) return { kind: "good", what, saw: "the secret is set" };
  return {
    kind: "unknown",
    what,
    saw: "the repository has no such secret",
    fix: `${settingsPage} → Secrets: set OPENAI_API_KEY, unless the organisation gives it to this repository.`,
  };
}

function pullSwitch(mayCreate: Seen<boolean>): Finding {
  const what = "pull requests";
  if (mayCreate.kind === "unknown") return unreadable(what);
  return mayCreate.value
    ? { kind: "good", what, saw: "GitHub Actions may create them" }
    : {
        kind: "bad",
        what,
        saw: "GitHub Actions may not create them",
        fix: "Settings → Actions → General: tick “Allow GitHub Actions to create and approve pull requests”.",
      };
}

/** Without an App only what holds for every App can be said. */
async function enforcedWithoutApp(github: GitHub, branch: string): Promise<Finding> {
  const seen = await requiredOn(github, branch);
  // No App has this id, so the answer is about what is required of whom.
  if (sourcesOfCheck(seen).length === 0) return required(enforcementOf({ branch, ...seen }, 0), { kind: "not-named" });
  const saw = "not looked at: it is not known which App is yours";
  return { kind: "unknown", what: "enforced", saw, fix: `Name yours with ${howToName}, then ask again.` };
}

function required(enforcement: Enforcement, app: SoughtApp): Finding {
  const what = "enforced";
  switch (enforcement.kind) {
    case "enforced":
      return app.kind === "required"
        ? {
            kind: "unknown",
            what,
            saw: `GitHub requires the check ${policyCheckName} from the App with id ${app.id}, and whether that is yours is not known`,
            fix: `Name yours with ${howToName}, then ask again.`,
          }
        : { kind: "good", what, saw: `GitHub requires the check ${policyCheckName} from the App` };
    case "not-enforced":
      return { kind: "bad", what, saw: `not enforced: ${enforcement.why}`, fix: enforcement.fix };
    case "not-seen":
      return {
        kind: "unknown",
        what,
        saw: `not enforced, as far as can be seen: ${enforcement.why}`,
        fix: enforcement.fix,
      };
  }
}

/** Whether GitHub requires our check on a branch. Only ever shown, so what cannot be read counts as unread and is no failure. */
export async function enforcementFor(github: GitHub, branch: string, appId: number): Promise<Enforcement> {
  const rules = await github.requiredByRules(branch).catch(() => null);
  const byRules = enforcementOf({ branch, rules, protection: [] }, appId);
  if (byRules.kind === "enforced") return byRules;
  const protection = await github.requiredByProtection(branch).catch(() => null);
  return enforcementOf({ branch, rules, protection }, appId);
}

function unreadable(what: string): Finding {
  return {
    kind: "unknown",
    what,
    saw: "this token may not read it",
    fix: "Use a token of somebody who administers the repository.",
  };
}
