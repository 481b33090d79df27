import type { Finding } from "../../handoff/finding.ts";
import { foldPath } from "../fold-path.ts";
import { isObject, objectAt, stringAt, type JsonObject } from "../json.ts";
import { textOf, type Sides } from "../sides.ts";
import { oneStrictYaml, settingsAliasesMax } from "../../text/strict-yaml.ts";
import { tampering } from "./source.ts";

/** Only those at the top of a repository run. */
const name = /^\.(github|gitea|forgejo)\/workflows\/[^/]+\.ya?ml$/;
/** Minutes below which nothing real is checked. */
const minutesMin = 2;

interface Step {
  id: string;
  step: JsonObject;
}

/** V23: workflows of GitHub that check less. Any change to one is critical anyway; this says what became weaker in it. */
export function weakerWorkflows(sides: readonly Sides[]): Finding[] {
  return sides
    .filter(({ entry }) => name.test(foldPath(entry.path)))
    .flatMap(({ entry: { path }, before, after }) => {
      const [was, now] = [before === null ? {} : workflowOf(before), after === null ? null : workflowOf(after)];
      const tell = (message: string, old: string | null, fresh: string | null) =>
        tampering({
          rule: "v23-workflow-weaker",
          level: "block",
          path,
          line: null,
          message,
          before: old,
          after: fresh,
        });
      if (after === null) return [tell("The workflow is deleted.", null, null)];
      if (was === null || now === null)
        return [
          tampering({
            rule: "v00-not-read",
            level: "block",
            path,
            line: null,
            message: "Nobody compared this workflow: it could not be read.",
            before: null,
            after: null,
          }),
        ];
      if (before === null) return [];
      return [...triggers(was, now), ...permissions(was, now), ...jobs(was, now)].map(([message, old, fresh]) =>
        tell(message, old, fresh),
      );
    });
}

type Said = [message: string, before: string | null, after: string | null];

function triggers(was: JsonObject, now: JsonObject): Said[] {
  const [old, fresh] = [eventsOf(was), eventsOf(now)];
  return Object.entries(old).flatMap(([event, filters]): Said[] => {
    if (!Object.hasOwn(fresh, event)) return [[`The workflow no longer runs on ${event}.`, event, null]];
    const [before, after] = [isObject(filters) ? filters : {}, objectAt(fresh, event)];
    return ["paths", "branches", "types", "paths-ignore", "branches-ignore"].flatMap((filter): Said[] => {
      const [a, b] = [listOf(before[filter]), listOf(after[filter])];
      const isLess = filter.endsWith("ignore")
        ? b.some((one) => !a.includes(one))
        : b.length > 0 && (a.length === 0 || a.some((one) => !b.includes(one)));
      return isLess ? [[`The workflow runs for fewer changes: ${event}.${filter}.`, a.join(", "), b.join(", ")]] : [];
    });
  });
}

/** `on: push`, `on: [push]` and `on: { push: … }` say the same. */
function eventsOf(workflow: JsonObject): JsonObject {
  const on = workflow["on"] ?? workflow["true"];
  return isObject(on) ? on : Object.fromEntries(listOf(on).map((event) => [event, null]));
}

function permissions(was: JsonObject, now: JsonObject): Said[] {
  const wider = (before: unknown, after: unknown, where: string): Said[] => {
    const [old, fresh] = [rightsOf(before), rightsOf(after)];
    return [...fresh]
      .filter((right) => !old.has(right))
      .map((right): Said => [`${where} may write more: ${right}.`, [...old].join(", "), right]);
  };
  const jobsNow = Object.entries(objectAt(now, "jobs"));
  return [
    ...wider(was["permissions"], now["permissions"], "The workflow"),
    ...jobsNow.flatMap(([id, job]) =>
      isObject(job)
        ? wider(
            objectAt(objectAt(was, "jobs"), id)["permissions"] ?? was["permissions"],
            job["permissions"],
            `The job ${JSON.stringify(id)}`,
          )
        : [],
    ),
  ];
}

function rightsOf(permission: unknown): Set<string> {
  if (permission === "write-all") return new Set(["write-all"]);
  return new Set(
    Object.entries(isObject(permission) ? permission : {}).flatMap(([right, level]) =>
      level === "write" ? [right] : [],
    ),
  );
}

function jobs(was: JsonObject, now: JsonObject): Said[] {
  const [old, fresh] = [objectAt(was, "jobs"), objectAt(now, "jobs")];
  const gone = Object.keys(old).filter((id) => !Object.hasOwn(fresh, id));
  const renamed = Object.keys(fresh).length >= Object.keys(old).length;
  return [
    ...(renamed ? [] : gone.map((id): Said => [`The job ${JSON.stringify(id)} is gone.`, id, null])),
    ...Object.keys(fresh).flatMap((id) => {
      const [before, after] = [objectAt(old, id), objectAt(fresh, id)];
      if (!Object.hasOwn(old, id)) return [];
      return [...switches(before, after, `The job ${JSON.stringify(id)}`), ...steps(before, after, id)];
    }),
  ];
}

function switches(was: JsonObject, now: JsonObject, where: string): Said[] {
  const said: Said[] = [];
  const show = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
  const lenient = now["continue-on-error"];
  if (lenient !== undefined && lenient !== false && lenient !== was["continue-on-error"])
    said.push([
      `${where} may fail and the run stays green.`,
      show(was["continue-on-error"]),
      `continue-on-error: ${show(lenient)}`,
    ]);
  const condition = typeof now["if"] === "string" || typeof now["if"] === "boolean" ? String(now["if"]) : "";
  if (/^(\$\{\{\s*)?(false|0|'')(\s*\}\})?$|\bfalse &&/.test(condition) && now["if"] !== was["if"])
    said.push([`${where} never runs.`, show(was["if"]), `if: ${condition}`]);
  const minutes = now["timeout-minutes"];
  if (typeof minutes === "number" && minutes < minutesMin && minutes !== was["timeout-minutes"])
    said.push([`${where} has no time to do anything.`, show(was["timeout-minutes"]), `timeout-minutes: ${minutes}`]);
  const [ran, runs] = [stringAt(was, "run") ?? "", stringAt(now, "run") ?? ""];
  if (/\|\|\s*(true|:|exit 0)|\bset \+e\b/.test(runs) && !/\|\|\s*(true|:|exit 0)|\bset \+e\b/.test(ran))
    said.push([`${where} turns a failure into a success.`, ran, runs]);
  const [used, uses] = [stringAt(was, "uses") ?? "", stringAt(now, "uses") ?? ""];
  if (/@[0-9a-f]{40}$/.test(used) && uses !== "" && !/@[0-9a-f]{40}$/.test(uses))
    said.push([`${where} uses an action that is no longer pinned to a commit.`, used, uses]);
  return said;
}

function steps(was: JsonObject, now: JsonObject, job: string): Said[] {
  const [old, fresh] = [stepsOf(was), stepsOf(now)];
  const paired = old.map((one) => ({ one, other: fresh.find(({ id }) => id === one.id) }));
  const gone = paired.filter(({ other }) => other === undefined);
  const isShorter = fresh.length < old.length;
  return [
    ...paired.flatMap(({ one, other }) =>
      other === undefined
        ? []
        : switches(one.step, other.step, `The step ${JSON.stringify(one.id)} of ${JSON.stringify(job)}`),
    ),
    ...(isShorter
      ? gone.map(({ one }): Said => [
          `The step ${JSON.stringify(one.id)} of ${JSON.stringify(job)} is gone.`,
          stringAt(one.step, "run") ?? stringAt(one.step, "uses"),
          null,
        ])
      : []),
    ...fresh
      .filter(({ id }) => !old.some((one) => one.id === id))
      .flatMap(({ id, step }) => switches({}, step, `The new step ${JSON.stringify(id)} of ${JSON.stringify(job)}`)),
  ];
}

/** A step is known by its name, its action without the version, or its first line. */
function stepsOf(job: JsonObject): Step[] {
  const list = Array.isArray(job["steps"]) ? job["steps"] : [];
  return list.filter(isObject).map((step) => ({
    id:
      stringAt(step, "name") ??
      stringAt(step, "uses")?.split("@", 1)[0] ??
      stringAt(step, "run")
        ?.split("\n", 1)[0]
        ?.replace(/\s*(\|\||;).*$/, "") ??
      "",
    step,
  }));
}

function listOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === "string");
}

/** null: no YAML, or no mapping. */
function workflowOf(bytes: Uint8Array): JsonObject | null {
  const text = textOf(bytes);
  if (text === null) return null;
  const value = oneStrictYaml(text, settingsAliasesMax)?.value;
  return isObject(value) ? value : null;
}
