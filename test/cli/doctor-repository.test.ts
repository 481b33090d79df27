import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Hub, type HubApp, type HubRepository, startHub } from "../emulators/github/hub.ts";
import { airlock, json } from "./airlock.ts";

let dir: string;
let hub: Hub;
let app: HubApp;
let repository: HubRepository;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "airlock-doctor-"));
  hub = await startHub({ dir: join(dir, "hub"), checkAnswers: true });
  for (const login of ["mona", "ben"]) hub.addUser(login);
  app = hub.createApp({ slug: "airlock", permissions: { checks: "write" }, events: [], webhookSecret: "x" });
  const from = join(dir, "files");
  await mkdir(join(from, ".github/workflows"), { recursive: true });
  await writeFile(join(from, ".github/workflows/airlock.yml"), "name: airlock\n");
  repository = hub.createRepository({ owner: "octo", name: "demo", from });
  repository.setRole("mona", "admin");
  repository.setRole("ben", "write");
});

afterEach(async () => {
  await hub[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
  if (hub.violations.length > 0) throw new Error(hub.violations.join("\n"));
});

const doctor = (login: string | null, ...more: string[]) =>
  airlock(["doctor", "--repo", "octo/demo", "--api-url", hub.url, ...more], {
    env: login === null ? {} : { GITHUB_TOKEN: hub.userToken(login) },
  });

test("a repository that lacks everything is told all of it, with what to change", async () => {
  repository.record.actionsMayCreatePulls = false;
  const { code, out } = await doctor("mona");
  expect(out.filter((line) => line.startsWith("MISSING"))).toEqual([
    "MISSING  AIRLOCK_BOT_ID: the variable is not set",
    "MISSING  pull requests: GitHub Actions may not create them",
    "MISSING  enforced: not enforced: nothing requires the check `airlock` on `main`",
  ]);
  expect(out.join("\n")).toContain(`Variables: set AIRLOCK_BOT_ID to ${app.botId}.`);
  expect(out.at(-1)).toBe("octo/demo: 3 to mend.");
  expect(code).toBe(1);
});

test("a repository that has everything is ready", async () => {
  repository.vars["AIRLOCK_BOT_ID"] = String(app.botId);
  repository.secrets["OPENAI_API_KEY"] = "k";
  repository.requireCheck("main", "airlock", app.id);
  const ended = await doctor("mona", "--json");
  expect(json(ended)).toMatchObject({ kind: "ready", repository: "octo/demo" });
  expect(ended.code).toBe(0);
});

test("classic protection counts, where its source is the App", async () => {
  repository.record.protectedBy["main"] = [{ context: "airlock", appId: app.id }];
  expect((await doctor("mona")).out).toContain("ok       enforced: GitHub requires the check airlock from the App");
  repository.record.protectedBy["main"] = [{ context: "airlock", appId: null }];
  expect((await doctor("mona")).out.join("\n")).toContain("from any source");
});

test("what a token may not read is unknown, never missing", async () => {
  const { out } = await doctor("ben");
  expect(out).toContain("unknown  pull requests: this token may not read it");
});

test.each([
  ["no token", () => doctor(null), 2, "GITHUB_TOKEN or GH_TOKEN"],
  ["no OWNER/NAME", () => airlock(["doctor", "--repo", "demo"], { env: { GITHUB_TOKEN: "x" } }), 2, "OWNER/NAME"],
])("%s is a wrong use", async (_title, run, code, said) => {
  const done = await run();
  expect({ code: done.code, said: done.err.join("\n").includes(said) }).toEqual({ code, said: true });
});

test("a repository that the token does not open is a broken environment, and an unknown App is said", async () => {
  repository.setRole("ben", "none");
  expect(await doctor("ben")).toMatchObject({
    code: 3,
    out: [expect.stringContaining("BROKEN"), expect.stringContaining("fix")],
  });
  expect((await doctor("mona", "--app", "other")).out).toContain("unknown  App: GitHub shows no App called other");
});
